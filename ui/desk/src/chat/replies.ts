import type { Reply } from "../api/types";

/** How well a reply fits: the smaller, the better; null: not at all. */
function rank(reply: Reply, words: readonly string[]): number | null {
  let sum = 0;
  for (const word of words) {
    const shortcut = reply.id.toLowerCase();
    if (shortcut === word) continue;
    else if (shortcut.startsWith(word)) sum += 1;
    else if (reply.title.toLowerCase().includes(word)) sum += 2;
    else if (shortcut.includes(word)) sum += 3;
    else if (said(reply).includes(word)) sum += 4;
    else return null;
  }
  return sum;
}

/** The words of it, without the names of what is filled in. */
function said(reply: Reply): string {
  return reply.text.replace(/\{\w+\}/g, " ").toLowerCase();
}

/** The canned replies that have every word of `query`: by shortcut, then by title, then by text. */
export function found(replies: readonly Reply[], query: string): Reply[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return replies
    .map((reply) => ({ reply, rank: rank(reply, words) }))
    .filter((each): each is { reply: Reply; rank: number } => each.rank !== null)
    .sort((one, other) => one.rank - other.rank)
    .map((each) => each.reply);
}

/** What is searched for when the field holds `text`: everything after a leading slash; null: no search is open. */
export function queryIn(text: string): string | null {
  return text.startsWith("/") && !text.includes("\n") ? text.slice(1) : null;
}
