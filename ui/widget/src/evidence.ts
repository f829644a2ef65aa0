/** Pictures and PDFs: what may be sent (`care/attachments/rules.py`), the way up, and the way back for a thumbnail. */

import { readRefusal } from "./protocol.js";

/** Bytes. */
export const MAX_SIZE = 10 * 1024 * 1024;
/** Media types. */
export const TYPES: readonly string[] = ["image/jpeg", "image/png", "image/webp", "application/pdf"];

/** Longest side in pixels, and JPEG quality, of a photo that had to be made smaller. */
const SMALLER_SIDE = 3000;
const SMALLER_QUALITY = 0.85;

/** What became of a file. `told`: the refusal in the server's words for the customer, where it has some. */
export type Sent = { ok: true } | { ok: false; reason: string; told: string; retry: boolean };

/** Files to and from the server. */
export interface Files {
  send(file: File, messageId: string, token: string, progress: (part: number) => void): Promise<Sent>;
  load(id: string, token: string): Promise<Blob>;
  receipt(number: string, token: string): Promise<Blob>;
}

/** Why a file cannot be sent, in the words of the protocol; empty: it can. */
export function objection(file: { type: string; size: number }): string {
  if (/^image\/hei[cf]/.test(file.type)) return "evidence_heic";
  if (!TYPES.includes(file.type)) return "evidence_type";
  if (file.size === 0) return "evidence_empty";
  return file.size > MAX_SIZE ? "evidence_large" : "";
}

/** A photo over the limit is made smaller; every other file stays as it is, byte by byte. */
export async function fitting(file: File): Promise<File> {
  if (file.size <= MAX_SIZE || !["image/jpeg", "image/png", "image/webp"].includes(file.type)) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SMALLER_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const smaller = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", SMALLER_QUALITY));
    return smaller ? new File([smaller], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch {
    // Not a picture after all: the check of its size says the rest.
    return file;
  }
}

/** `/api/evidence` and the receipts, with the session's token. */
export class HttpFiles implements Files {
  constructor(private readonly server: string) {}

  send(file: File, messageId: string, token: string, progress: (part: number) => void): Promise<Sent> {
    const form = new FormData();
    form.append("message_id", messageId);
    form.append("file", file, file.name);
    return new Promise((resolve) => {
      // fetch() does not tell how far an upload is.
      const request = new XMLHttpRequest();
      request.open("POST", `${this.server}/api/evidence`);
      request.setRequestHeader("X-Quanyi-Session", token);
      request.timeout = 120_000;
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) progress(event.loaded / event.total);
      };
      request.onload = () => {
        const { status } = request;
        if (status >= 200 && status < 300) {
          resolve({ ok: true });
          return;
        }
        const retry = status === 408 || status === 429 || status >= 500;
        const { reason, told } = readRefusal(parsed(request.responseText));
        resolve({ ok: false, reason, told, retry });
      };
      request.onerror = request.ontimeout = () => resolve({ ok: false, reason: "", told: "", retry: true });
      request.send(form);
    });
  }

  load(id: string, token: string): Promise<Blob> {
    return this.fetch(`/api/evidence/${encodeURIComponent(id)}`, token);
  }

  receipt(number: string, token: string): Promise<Blob> {
    return this.fetch(`/api/privacy/receipts/${encodeURIComponent(number)}?format=html`, token);
  }

  private async fetch(path: string, token: string): Promise<Blob> {
    const response = await fetch(this.server + path, { headers: { "X-Quanyi-Session": token }, credentials: "omit" });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.blob();
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
