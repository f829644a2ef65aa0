import { Button, Modal, Typography } from "antd";

import { useTexts } from "../../texts/texts";

interface Props {
  number: string;
  password: string;
  onClose: () => void;
}

/** A password that was made for somebody: shown here, and nowhere again. */
export function PasswordOnce({ number, password, onClose }: Props) {
  const texts = useTexts();
  const words = texts.admin.staff;
  return (
    <Modal
      open
      title={words.passwordTitle(number)}
      onCancel={onClose}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {texts.frame.parts.close}
        </Button>
      }
    >
      <p>{words.passwordOnce}</p>
      <Typography.Paragraph
        className="password-once"
        copyable={{ tooltips: [texts.frame.parts.copy, texts.frame.parts.copied] }}
      >
        {password}
      </Typography.Paragraph>
    </Modal>
  );
}
