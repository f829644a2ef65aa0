/** What an agent may send (care/attachments/rules.py); the server looks into the bytes as well. */

const MAX_SIZE = 10 * 1024 * 1024;
export const TYPES: readonly string[] = ["image/jpeg", "image/png", "image/webp", "application/pdf"];

/** Why a file cannot be sent; null: it can. */
export function objection(file: { type: string; size: number }): "type" | "large" | "empty" | null {
  if (file.size === 0) return "empty";
  if (!TYPES.includes(file.type)) return "type";
  return file.size > MAX_SIZE ? "large" : null;
}

/** 312 B, 4.2 KB, 3.0 MB. */
export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
