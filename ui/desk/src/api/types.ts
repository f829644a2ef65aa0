/** What the server says and is told, under `/api/desk`. Times are ISO 8601 with an offset. */

export type * from "./types/session";
export type * from "./types/queue";
export type * from "./types/conversations";
export type * from "./types/tickets";
export type * from "./types/promises";
export type * from "./types/work";
export type * from "./types/accuracy";
export type * from "./types/insight";
export type * from "./types/reports";
export type * from "./types/surveys";
export type * from "./types/trainer";
export type * from "./types/admin";
export type * from "./types/live";
