import { useEffect, useRef, useState } from "react";

import { get } from "../../../api/client";
import type { RunLog } from "../../../api/types";
import { useTexts } from "../../../texts/texts";

const EVERY = 2_000;
/** Lines that are kept in the page. */
const MOST = 2_000;
/** Pixels from the end within which it follows what is new. */
const NEAR_END = 40;

/** What a training says, as it says it; it follows the end unless somebody reads further up. */
export function Log({ run }: { run: number }) {
  const words = useTexts().trainer.models;
  const [lines, setLines] = useState<string[]>([]);
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    let after = 0;
    let timer: ReturnType<typeof setTimeout>;
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      try {
        const told = await get<RunLog>(`/trainer/runs/${run}/log`, { after }, stop.signal);
        after = told.next;
        if (told.lines.length) setLines((before) => [...before, ...told.lines].slice(-MOST));
        if (told.over) return;
      } catch {
        // The next read tries again.
      }
      if (!stop.signal.aborted) timer = setTimeout(() => void read(), EVERY);
    };
    void read();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [run]);
  useEffect(() => {
    const at = box.current;
    if (at && at.scrollHeight - at.scrollTop - at.clientHeight < at.clientHeight + NEAR_END)
      at.scrollTop = at.scrollHeight;
  }, [lines]);
  return (
    <pre ref={box} className="trainer-log" tabIndex={0} role="log" aria-label={words.log}>
      {lines.join("\n")}
    </pre>
  );
}
