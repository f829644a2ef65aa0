import { QuestionCircleOutlined } from "@ant-design/icons";
import { Button, Popover } from "antd";
import { useState } from "react";

import type { Figure } from "../../api/types";
import { Facts } from "../../parts/Facts";
import { useTexts } from "../../texts/texts";

/** How a figure is counted, and whose word it is; opened and closed with the keyboard as well. */
export function Explained({ figure }: { figure: Figure }) {
  const words = useTexts().board;
  const [open, setOpen] = useState(false);
  return (
    <span
      className="explained"
      onKeyDown={(event) => {
        if (event.key === "Escape") setOpen(false);
      }}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setOpen(false);
      }}
    >
      <Popover
        open={open}
        trigger="click"
        onOpenChange={setOpen}
        placement="bottomRight"
        rootClassName="explained-box"
        getPopupContainer={(button) => button.parentElement ?? document.body}
        content={<Definition figure={figure} />}
      >
        <Button
          type="text"
          size="small"
          aria-label={words.explain(figure.title)}
          aria-expanded={open}
          icon={<QuestionCircleOutlined aria-hidden />}
        />
      </Popover>
    </span>
  );
}

export function Definition({ figure }: { figure: Figure }) {
  const words = useTexts().board;
  return (
    <Facts
      facts={[
        [words.definition, figure.definition],
        [words.numerator, figure.numerator],
        [words.denominator, figure.denominator],
        [words.source, figure.source],
      ]}
    />
  );
}
