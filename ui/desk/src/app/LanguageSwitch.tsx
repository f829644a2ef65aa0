import { Button } from "antd";

import { chooseLanguage, useLanguage } from "../texts/texts";

/** Names the other language, in that language. */
export function LanguageSwitch() {
  const other = useLanguage() === "en" ? "zh-CN" : "en";
  return (
    <Button type="text" size="small" lang={other} onClick={() => chooseLanguage(other)}>
      {other === "en" ? "English" : "中文"}
    </Button>
  );
}
