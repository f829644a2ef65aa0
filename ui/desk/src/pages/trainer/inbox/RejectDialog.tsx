import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal, type InputRef } from "antd";
import { useRef, useState } from "react";

import { post } from "../../../api/client";
import { ErrorNote } from "../../../parts/ErrorNote";
import { useTexts } from "../../../texts/texts";

interface Props {
  ids: readonly number[];
  onDone: (ids: readonly number[]) => void;
  onClose: () => void;
}

/** Why nothing is learnt from it: one of the usual reasons, or another. */
export function RejectDialog({ ids, onDone, onClose }: Props) {
  const texts = useTexts();
  const words = texts.trainer.inbox;
  const [reason, setReason] = useState("");
  const field = useRef<InputRef>(null);
  const { mutate, error, isPending } = useMutation({
    mutationFn: (why: string) => post("/trainer/inbox/reject", { ids, reason: why }),
    onSuccess: () => {
      onClose();
      onDone(ids);
    },
  });
  return (
    <Modal
      open
      title={words.rejectTitle}
      okText={words.reject}
      cancelText={texts.frame.parts.cancel}
      okButtonProps={{ danger: true, disabled: !reason.trim(), loading: isPending }}
      onOk={() => mutate(reason)}
      onCancel={onClose}
      // The dialog takes the focus to itself when it opens.
      afterOpenChange={(isOpen) => isOpen && field.current?.focus()}
    >
      <p>{words.rejectHint}</p>
      <div className="trainer-row">
        {words.reasons.map((each) => (
          <Button
            key={each}
            size="small"
            onClick={() => {
              setReason(each);
              field.current?.focus();
            }}
          >
            {each}
          </Button>
        ))}
      </div>
      <Input
        ref={field}
        aria-label={texts.frame.parts.reason}
        value={reason}
        maxLength={200}
        onChange={({ target }) => setReason(target.value)}
        onPressEnter={() => reason.trim() && mutate(reason)}
      />
      <ErrorNote error={error} />
    </Modal>
  );
}
