import { useMutation } from "@tanstack/react-query";
import { App, Input, Modal } from "antd";
import { useState } from "react";

import { post } from "../../../api/client";
import { ErrorNote } from "../../../parts/ErrorNote";
import { useTexts } from "../../../texts/texts";

/** A label that is missed, with sentences of the trainer's own. */
export function ProposeDialog({ onClose }: { onClose: () => void }) {
  const texts = useTexts();
  const words = texts.trainer.inbox;
  const { message } = App.useApp();
  const [label, setLabel] = useState("");
  const [about, setAbout] = useState("");
  const [examples, setExamples] = useState("");
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      post("/trainer/labels/proposals", {
        label: label.trim(),
        about,
        examples: examples.split("\n").filter((line) => line.trim()),
      }),
    onSuccess: () => {
      void message.success(words.proposed);
      onClose();
    },
  });
  return (
    <Modal
      open
      title={words.proposeTitle}
      okText={texts.frame.parts.confirm}
      cancelText={texts.frame.parts.cancel}
      okButtonProps={{ disabled: !label.trim() || !about.trim() || !examples.trim(), loading: isPending }}
      onOk={() => mutate()}
      onCancel={onClose}
    >
      <Field title={words.proposeName}>
        <Input autoFocus aria-label={words.proposeName} value={label} onChange={(e) => setLabel(e.target.value)} />
      </Field>
      <Field title={words.proposeAbout}>
        <Input aria-label={words.proposeAbout} value={about} onChange={(e) => setAbout(e.target.value)} />
      </Field>
      <Field title={words.proposeExamples}>
        <Input.TextArea
          rows={4}
          aria-label={words.proposeExamples}
          value={examples}
          onChange={(e) => setExamples(e.target.value)}
        />
      </Field>
      <ErrorNote error={error} />
    </Modal>
  );
}

function Field({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="trainer-field">
      <span className="small-head">{title}</span>
      {children}
    </div>
  );
}
