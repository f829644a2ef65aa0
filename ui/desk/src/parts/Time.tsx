import { Tooltip } from "antd";

import { useTexts } from "../texts/texts";
import { useNow } from "./now";
import { fullTime, relativeTime, shortTime } from "./times";

interface Props {
  at: string;
  /** In relative words: 5 分前. */
  relative?: boolean;
}

/** A time in China; the whole of it when it is pointed at. */
export function Time({ at, relative = false }: Props) {
  const texts = useTexts();
  const now = useNow();
  return (
    <Tooltip title={fullTime(at)}>
      <time dateTime={at}>{relative ? relativeTime(at, now, texts) : shortTime(at, now, texts)}</time>
    </Tooltip>
  );
}
