import { Card } from "antd";
import type { ReactNode } from "react";

import { useTexts } from "../texts/texts";
import { LanguageSwitch } from "./LanguageSwitch";

interface Props {
  title: string;
  children: ReactNode;
}

/** What is seen before one is inside: one form in the middle. */
export function Door({ title, children }: Props) {
  const texts = useTexts();
  return (
    <main className="door">
      <Card className="door-card">
        <div className="door-head">
          <span className="brand">{texts.frame.name}</span>
          <LanguageSwitch />
        </div>
        <h1>{title}</h1>
        {children}
      </Card>
    </main>
  );
}
