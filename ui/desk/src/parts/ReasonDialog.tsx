import { Input, Modal } from "antd";
import { useId, useState } from "react";

import { useTexts } from "../texts/texts";
import { ErrorNote } from "./ErrorNote";

/** As many characters as the server asks for. */
export const SHORTEST_REASON = 4;

interface Props {
  title: string;
  hint: string;
  /** Characters. */
  shortest?: number;
  /** Closes when it resolves; shows the error when it does not. */
  onReason: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks why, before something that is recorded with its reason. */
export function ReasonDialog({ title, hint, shortest = SHORTEST_REASON, onReason, onClose }: Props) {
  const texts = useTexts();
  const id = useId();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isShort = [...reason.trim()].length < shortest;

  const submit = async (): Promise<void> => {
    if (isShort || busy) return;
    setBusy(true);
    try {
      await onReason(reason.trim());
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };

  return (
    <Modal
      open
      title={title}
      okText={texts.frame.parts.confirm}
      cancelText={texts.frame.parts.cancel}
      okButtonProps={{ disabled: isShort, loading: busy }}
      onOk={() => void submit()}
      onCancel={onClose}
    >
      <p id={`${id}-hint`}>{hint}</p>
      <label htmlFor={id}>{texts.frame.parts.reason}</label>
      <Input
        id={id}
        value={reason}
        maxLength={200}
        autoFocus
        aria-describedby={`${id}-hint`}
        placeholder={texts.frame.parts.reasonShort(shortest)}
        onChange={(event) => setReason(event.target.value)}
        onPressEnter={() => void submit()}
      />
      <ErrorNote error={error} />
    </Modal>
  );
}
