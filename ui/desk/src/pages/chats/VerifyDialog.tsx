import { App, Form, Input, Modal, Radio } from "antd";

import { useConversationStep } from "../../chat/data";
import { ErrorNote } from "../../parts/ErrorNote";
import { SHORTEST_REASON } from "../../parts/ReasonDialog";
import { useTexts } from "../../texts/texts";

const METHODS = ["agent", "holder"] as const;

interface Props {
  id: string;
  close: () => void;
}

interface Values {
  phone: string;
  method: (typeof METHODS)[number];
  reason: string;
}

/** Opens a customer's number after looking at papers; what was looked at is kept. */
export function VerifyDialog({ id, close }: Props) {
  const texts = useTexts();
  const words = texts.chat.verify;
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const { mutate, isPending, error } = useConversationStep(id, "verify", () => {
    void message.success(words.done);
    close();
  });
  return (
    <Modal
      open
      title={words.title}
      okText={texts.frame.parts.confirm}
      cancelText={texts.frame.parts.cancel}
      okButtonProps={{ loading: isPending }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ method: "agent" }}
        onFinish={(values) => mutate({ ...values, reason: values.reason.trim() })}
      >
        <Form.Item
          name="phone"
          label={words.phone}
          rules={[{ pattern: /^1\d{10}$/, required: true, message: words.badPhone }]}
        >
          <Input inputMode="numeric" maxLength={11} autoComplete="off" autoFocus />
        </Form.Item>
        <Form.Item name="method" label={words.method}>
          <Radio.Group options={METHODS.map((value) => ({ value, label: words.methods[value] }))} />
        </Form.Item>
        <Form.Item
          name="reason"
          label={words.reason}
          rules={[
            {
              min: SHORTEST_REASON,
              required: true,
              whitespace: true,
              message: texts.frame.parts.reasonShort(SHORTEST_REASON),
            },
          ]}
        >
          <Input maxLength={200} />
        </Form.Item>
      </Form>
      <ErrorNote error={error} />
    </Modal>
  );
}
