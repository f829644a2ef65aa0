import { EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";

import { useTexts } from "../texts/texts";
import { ReasonDialog } from "./ReasonDialog";

/** How the server hides what is not to be seen. */
const HIDDEN = /\*/;

interface Props {
  value: string | null;
  /** What it is, for those who cannot see where it stands. */
  title: string;
  /** Without it there is nothing to show. */
  onReveal?: ((reason: string) => Promise<string>) | undefined;
}

/** Personal data as the server masks it; the whole of it only after a reason, and until it is hidden again. */
export function Masked({ value, title, onReveal }: Props) {
  const texts = useTexts();
  const [isAsking, setAsking] = useState(false);
  const [whole, setWhole] = useState<string | null>(null);
  if (value === null) return <span className="faint">—</span>;
  const words = texts.frame.parts;
  return (
    <span className="masked words">
      <span className={whole === null ? "masked-value" : "masked-value masked-shown"}>{whole ?? value}</span>
      {whole !== null ? (
        <Button size="small" type="link" icon={<EyeInvisibleOutlined aria-hidden />} onClick={() => setWhole(null)}>
          {words.hide}
        </Button>
      ) : (
        onReveal &&
        HIDDEN.test(value) && (
          <Button
            size="small"
            type="link"
            icon={<EyeOutlined aria-hidden />}
            aria-label={`${words.show}${title}`}
            onClick={() => setAsking(true)}
          >
            {words.show}
          </Button>
        )
      )}
      {isAsking && onReveal && (
        <ReasonDialog
          title={words.revealTitle}
          hint={words.revealWhy}
          onReason={async (reason) => setWhole(await onReveal(reason))}
          onClose={() => setAsking(false)}
        />
      )}
    </span>
  );
}
