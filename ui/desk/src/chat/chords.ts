/** Keys with Alt or Ctrl, which work while somebody writes as well. */

import { useEffect, useRef } from "react";

export interface Chord {
  /** `KeyboardEvent.code`: where the key lies, because Alt makes other signs of it on some systems. */
  code: string;
  with: "alt" | "ctrl";
  run: () => void;
}

/** Good while the component is shown; they rest while a dialog is open. */
export function useChords(chords: readonly Chord[]): void {
  const held = useRef(chords);
  useEffect(() => {
    held.current = chords;
  });
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.shiftKey || document.querySelector("[role=dialog][aria-modal=true]")) return;
      const modifier =
        event.altKey && !event.ctrlKey ? "alt" : (event.ctrlKey || event.metaKey) && !event.altKey ? "ctrl" : "";
      const chord = held.current.find((each) => each.code === event.code && each.with === modifier);
      if (!chord) return;
      event.preventDefault();
      chord.run();
    };
    document.addEventListener("keydown", down);
    return () => document.removeEventListener("keydown", down);
  }, []);
}
