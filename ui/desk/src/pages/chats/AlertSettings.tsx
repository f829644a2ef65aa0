import { BellOutlined, SoundOutlined } from "@ant-design/icons";
import { App, Button, Switch } from "antd";

import { askForWindows, beep, mayNotify, useWanted, want } from "../../chat/alerting";
import { useTexts } from "../../texts/texts";

/** Nothing calls anybody unless they asked for it here. */
export function AlertSettings() {
  const words = useTexts().chat.alerts;
  const wanted = useWanted();
  const { message } = App.useApp();
  const enable = async (): Promise<void> => {
    if ((await askForWindows()) !== "granted") void message.warning(words.denied);
  };
  return (
    <section className="alert-settings" aria-label={words.settings}>
      {"Notification" in window &&
        (mayNotify() ? (
          <span className="faint">
            <BellOutlined aria-hidden /> {words.enabled}
          </span>
        ) : (
          <Button size="small" type="text" icon={<BellOutlined aria-hidden />} onClick={() => void enable()}>
            {words.enable}
          </Button>
        ))}
      <label>
        <SoundOutlined aria-hidden /> {words.sound}{" "}
        <Switch
          size="small"
          checked={wanted.sound}
          onChange={(sound) => {
            want({ sound });
            if (sound) beep();
          }}
        />
      </label>
    </section>
  );
}
