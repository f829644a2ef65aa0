import { Alert, App, Modal, Radio } from "antd";
import { useState } from "react";

import type { Outcome, Summary } from "../../api/types";
import { useConversationStep } from "../../chat/data";
import { useRoom } from "../../chat/Duty";
import { ErrorNote } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";

const OUTCOMES: readonly Outcome[] = ["solved", "ticket", "unsolved"];

interface Props {
  summary: Summary;
  close: () => void;
  done: () => void;
}

export function CloseDialog({ summary, close, done }: Props) {
  const texts = useTexts();
  const words = texts.chat.close;
  const { message } = App.useApp();
  const isUnsent = useRoom().hasUnsent(summary.id);
  const [outcome, setOutcome] = useState<Outcome>(summary.tickets.length > 0 ? "ticket" : "solved");
  const { mutate, isPending, error } = useConversationStep(summary.id, "close", () => {
    void message.success(words.done);
    close();
    done();
  });
  return (
    <Modal
      open
      title={words.title}
      okText={words.title}
      cancelText={texts.frame.parts.cancel}
      okButtonProps={{ loading: isPending, disabled: isUnsent }}
      onOk={() => mutate({ outcome })}
      onCancel={close}
    >
      <p>{words.hint}</p>
      {/* Said after the talk has ended, it would be refused. */}
      {isUnsent && <Alert type="warning" showIcon title={words.unsent} className="error-note" />}
      <Radio.Group
        className="outcomes"
        aria-label={words.title}
        value={outcome}
        onChange={(event) => setOutcome(event.target.value as Outcome)}
        options={OUTCOMES.map((value) => ({ value, label: words.outcomes[value] }))}
      />
      <ErrorNote error={error} />
    </Modal>
  );
}
