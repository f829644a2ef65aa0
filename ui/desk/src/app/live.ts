/** The one connection of this page. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";

import { PREFIX } from "../api/client";
import { takeHint } from "../api/hints";
import { Live, type LiveState, type Socket } from "../api/live";
import type { ServerFrame } from "../api/types";

export const live = new Live(() => new WebSocket(`${location.origin.replace(/^http/, "ws")}${PREFIX}/live`) as Socket, {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
  random: Math.random,
});

/** Connected while the component is shown; what it hints at is read again. */
export function useLiveConnection(isWanted: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!isWanted) return;
    const hurry = (): void => live.hurry();
    const stopListening = live.listen((frame) => takeHint(frame, client));
    window.addEventListener("online", hurry);
    document.addEventListener("visibilitychange", hurry);
    live.start();
    return () => {
      window.removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
      live.stop();
      stopListening();
    };
  }, [isWanted, client]);
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (observer) => live.observe(observer),
    () => live.state,
  );
}

/** `react` sees each frame of this type while the component is shown: a ring, somebody who types. */
export function useFrame<T extends ServerFrame["type"]>(
  type: T,
  react: (frame: Extract<ServerFrame, { type: T }>) => void,
): void {
  const held = useRef(react);
  useEffect(() => {
    held.current = react;
  });
  useEffect(
    () =>
      live.listen((frame) => {
        if (frame.type === type) held.current(frame as Extract<ServerFrame, { type: T }>);
      }),
    [type],
  );
}
