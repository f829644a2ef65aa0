/** Frames of the WebSocket: hints, nothing is only in a frame. */

import type { Queue } from "./queue";

export type ServerFrame =
  | { type: "hello" }
  | { type: "alive" }
  | { type: "queue"; queue: Queue }
  | { type: "mine" }
  | { type: "offer"; handoff: number }
  | { type: "conversation"; id: string }
  | { type: "typing"; id: string; on: boolean }
  | { type: "ticket"; number: string }
  | { type: "alarm" }
  | { type: "insight" }
  | { type: "signed_out" };

export type ClientFrame =
  { type: "watch"; ids: string[] } | { type: "typing"; id: string; on: boolean } | { type: "alive" };
