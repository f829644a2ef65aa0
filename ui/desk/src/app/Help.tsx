import { Modal } from "antd";

import { useTexts } from "../texts/texts";
import { useAllShortcuts } from "./keyboard";

interface Props {
  onClose: () => void;
}

/** What can be pressed on the page that is shown. */
export function Help({ onClose }: Props) {
  const texts = useTexts();
  const shortcuts = useAllShortcuts();
  return (
    <Modal open title={texts.frame.keys.title} footer={null} onCancel={onClose}>
      <dl className="shortcuts">
        {shortcuts.map(({ keys, title }) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key, place) => (
                <span key={place}>
                  {place > 0 && <span className="faint"> {texts.frame.keys.then} </span>}
                  <kbd>{key}</kbd>
                </span>
              ))}
            </dt>
            <dd>{title}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
