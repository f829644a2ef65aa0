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
  /** Nobody reads further up. However much comes at once, what comes after it is followed. */
  const follows = useRef(true);
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
    if (box.current && follows.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <pre
      ref={box}
      className="trainer-log"
      tabIndex={0}
      role="log"
      aria-label={words.log}
      onScroll={({ currentTarget: at }) => {
        follows.current = at.scrollHeight - at.scrollTop - at.clientHeight < NEAR_END;
      }}
    >
      {lines.join("\n")}
    </pre>
  );
}
