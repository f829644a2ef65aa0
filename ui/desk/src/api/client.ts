/** Requests to `/api/desk`, with the CSRF token of whoever is signed in, and errors as the server names them. */

import { isUnattended } from "./attending";
import type { Problem } from "./types";
import { learnServerTime } from "../parts/now";

export const PREFIX = "/api/desk";

/** `status` 0 and `reason` "network": the server could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    detail: string,
    /** The whole answer: some problems say more. */
    readonly problem: Partial<Problem> & Record<string, unknown> = {},
  ) {
    super(detail);
    this.name = "ApiError";
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

let csrf = "";
let onSignedOut: () => void = () => undefined;

export function rememberCsrf(token: string): void {
  csrf = token;
}

/** What is done when the server no longer knows this browser. */
export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

export const get = <T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> =>
  send<T>("GET", path + search(query), undefined, signal);

export const post = <T>(path: string, body: unknown = {}): Promise<T> => send<T>("POST", path, body);

export const patch = <T>(path: string, body: unknown): Promise<T> => send<T>("PATCH", path, body);

export const del = <T>(path: string): Promise<T> => send<T>("DELETE", path);

/** A file and whatever else goes with it; `message_id` makes it safe to send again. */
export function upload<T>(path: string, fields: Record<string, string | File>): Promise<T> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return send<T>("POST", path, form);
}

/** A file as it is downloaded: its bytes, and the name that the server gives it. */
export async function download(path: string, query: Query = {}): Promise<{ blob: Blob; name: string }> {
  const response = await reach("GET", path + search(query));
  const named = /filename\*?=(?:UTF-8'')?"?([^";]+)/i.exec(response.headers.get("content-disposition") ?? "");
  return { blob: await response.blob(), name: decodeURIComponent(named?.[1] ?? "export") };
}

/** Without what is empty: an empty filter does not filter. */
export function search(query: Query): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") words.set(name, String(value));
  }
  const text = words.toString();
  return text && `?${text}`;
}

async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await reach(method, path, body, signal);
  return (await response.json()) as T;
}

async function reach(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  const asked = csrf;
  if (method !== "GET") headers["x-quanyi-csrf"] = csrf;
  else if (isUnattended()) headers["x-quanyi-unattended"] = "1";
  const init: RequestInit = { method, headers, credentials: "same-origin", signal: signal ?? null };
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const response = await fetch(PREFIX + path, init).catch((reason: unknown) => {
    if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
    throw new ApiError(0, "network", "the server cannot be reached");
  });
  learnServerTime(response.headers.get("date"));
  if (response.ok) return response;
  const error = await problemOf(response);
  // A late refusal of what was asked before somebody signed in again says nothing of them.
  if (error.reason === "signed_out" && asked === csrf) onSignedOut();
  throw error;
}

async function problemOf(response: Response): Promise<ApiError> {
  const told: unknown = await response.json().catch(() => null);
  const problem = (told !== null && typeof told === "object" ? told : {}) as Partial<Problem> & Record<string, unknown>;
  const reason = typeof problem.reason === "string" ? problem.reason : "unexpected";
  return new ApiError(response.status, reason, String(problem.detail ?? response.statusText), problem);
}
