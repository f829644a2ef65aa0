import { App, Form, Input, Modal, Segmented, Select } from "antd";
import { useState } from "react";

import { useMe } from "../../api/session";
import type { Target } from "../../api/types";
import { useConversationStep, useQueue, useTeam } from "../../chat/data";
import { ErrorNote } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";

interface Props {
  id: string;
  /** An agent transfers what is theirs, with a word for the colleague; a supervisor reassigns what is anybody's. */
  step: "transfer" | "reassign";
  close: () => void;
  done: () => void;
}

interface Values {
  to: string;
  note?: string;
}

export function TransferDialog({ id, step, close, done }: Props) {
  const texts = useTexts();
  const words = texts.chat.transfer;
  const me = useMe();
  const { message } = App.useApp();
  const [kind, setKind] = useState<"queue" | "agent">("agent");
  const [form] = Form.useForm<Values>();
  const team = useTeam().data ?? [];
  const titles = step === "transfer" ? words : texts.wall.reassign;
  const { mutate, isPending, error } = useConversationStep(id, step, () => {
    void message.success(titles.done);
    close();
    done();
  });
  const agents = team
    .filter((each) => each.number !== me.number || step === "reassign")
    .map((each) => ({
      value: each.number,
      label: `${each.number} ${each.name} · ${texts.frame.account[each.presence]} · ${words.load(each.load, each.load_limit)}`,
      disabled: each.presence === "away",
    }));
  const queues = useQueue().data?.queues.map((each) => ({ value: each.name, label: each.title })) ?? [];
  const submit = ({ to, note }: Values): void => {
    const target: Target = kind === "queue" ? { queue: to } : to;
    mutate(step === "transfer" ? { to: target, note: note?.trim() ?? "" } : { to: target });
  };

  return (
    <Modal
      open
      title={titles.title}
      okText={texts.frame.parts.confirm}
      cancelText={texts.frame.parts.cancel}
      okButtonProps={{ loading: isPending }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form form={form} layout="vertical" requiredMark={false} onFinish={submit}>
        <Segmented
          block
          aria-label={titles.title}
          value={kind}
          onChange={(next: "queue" | "agent") => {
            setKind(next);
            form.resetFields(["to"]);
          }}
          options={[
            { value: "agent", label: words.toAgent },
            { value: "queue", label: words.toQueue },
          ]}
        />
        <Form.Item
          name="to"
          className="dialog-first"
          label={kind === "queue" ? words.toQueue : words.toAgent}
          rules={[{ required: true, message: texts.frame.parts.required }]}
        >
          <Select options={kind === "queue" ? queues : agents} showSearch={{ optionFilterProp: "label" }} />
        </Form.Item>
        {step === "transfer" && (
          <Form.Item name="note" label={words.note} extra={words.noteHint}>
            <Input.TextArea rows={3} maxLength={1000} />
          </Form.Item>
        )}
      </Form>
      <ErrorNote error={error} />
    </Modal>
  );
}
