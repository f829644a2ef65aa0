import { Button, Modal } from "antd";

import { ApiError } from "../api/client";
import type { PromiseWarning } from "../api/types";
import { useTexts } from "../texts/texts";

/** What the server warns of, when that is why it refused; else null. */
export function warningsOf(error: unknown): PromiseWarning[] | null {
  if (!(error instanceof ApiError) || error.reason !== "promise") return null;
  return (error.problem["warnings"] as PromiseWarning[] | undefined) ?? [];
}

interface Props {
  warnings: readonly PromiseWarning[];
  onConfirm: () => void;
  onClose: () => void;
}

/** Before a promise goes out that nobody approved; who sends it all the same is recorded. */
export function PromiseDialog({ warnings, onConfirm, onClose }: Props) {
  const words = useTexts().frame.parts;
  return (
    <Modal
      open
      title={words.promiseTitle}
      onCancel={onClose}
      footer={[
        <Button key="back" type="primary" onClick={onClose} autoFocus>
          {words.goBack}
        </Button>,
        <Button key="send" danger onClick={onConfirm}>
          {words.sendAnyway}
        </Button>,
      ]}
    >
      <ul className="promise-list">
        {warnings.map(({ words: said, why }) => (
          <li key={said + why}>
            <mark>{said}</mark> {why}
          </li>
        ))}
      </ul>
      <p>{words.promiseRecorded}</p>
    </Modal>
  );
}
