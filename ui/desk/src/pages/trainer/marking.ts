/** A trainer's sentence with its entities, as Rasa writes it: [八十块](amount). Pure functions. */

import type { Token } from "../../api/types";

export interface Mark {
  start: number;
  end: number;
  entity: string;
  value?: string;
}

export interface Marked {
  text: string;
  marks: Mark[];
}

const ANNOTATION = /\[([^[\]]*)\](?:\(([^()]*)\)|(\{[^{}]*\}))/g;

/** What cannot be read stays as it is: the server says what is wrong with it. */
export function read(words: string): Marked {
  const marks: Mark[] = [];
  let text = "";
  let at = 0;
  for (const found of words.matchAll(ANNOTATION)) {
    const [whole, inner = "", short, long] = found;
    text += words.slice(at, found.index);
    const told = short === undefined ? fromJson(long ?? "") : fromShort(short);
    if (told) {
      marks.push({ start: text.length, end: text.length + inner.length, ...told });
      text += inner;
    } else {
      text += whole;
    }
    at = found.index + whole.length;
  }
  return { text: text + words.slice(at), marks };
}

export function write({ text, marks }: Marked): string {
  let words = "";
  let at = 0;
  for (const { start, end, entity, value } of [...marks].sort((a, b) => a.start - b.start)) {
    const inner = text.slice(start, end);
    const told = value === undefined || value === inner ? `(${entity})` : JSON.stringify({ entity, value });
    words += `${text.slice(at, start)}[${inner}]${told}`;
    at = end;
  }
  return words + text.slice(at);
}

/** Those that stand where the text is still the same, moved with what was typed before them. */
export function retyped({ text, marks }: Marked, now: string): Marked {
  let same = 0;
  while (same < text.length && same < now.length && text[same] === now[same]) same += 1;
  let tail = 0;
  while (
    tail < text.length - same &&
    tail < now.length - same &&
    text[text.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail += 1;
  const moved = now.length - text.length;
  const kept = marks.flatMap((mark) => {
    if (mark.end <= same) return [mark];
    if (mark.start >= text.length - tail) return [{ ...mark, start: mark.start + moved, end: mark.end + moved }];
    return [];
  });
  return { text: now, marks: kept };
}

/** After typing in it: marks stay on their words, and an annotation that was typed becomes one. */
export const typed = (before: Marked, now: string): Marked => read(write(retyped(before, now)));

/** What is marked otherwise there is taken off. */
export function marked({ text, marks }: Marked, start: number, end: number, entity: string): Marked {
  const apart = marks.filter((mark) => mark.end <= start || mark.start >= end);
  return { text, marks: [...apart, { start, end, entity }].sort((a, b) => a.start - b.start) };
}

export function unmarked({ text, marks }: Marked, start: number): Marked {
  return { text, marks: marks.filter((mark) => mark.start !== start) };
}

/** Whether a mark begins or ends within a word: it would be read otherwise than it is marked. */
export function cuts(mark: Mark, tokens: readonly Token[]): boolean {
  const inside = (at: number): boolean => tokens.some(({ start, end }) => start < at && at < end);
  return inside(mark.start) || inside(mark.end);
}

function fromShort(short: string): { entity: string; value?: string } | null {
  const [entity = "", ...rest] = short.split(":");
  if (!entity.trim()) return null;
  return rest.length ? { entity, value: rest.join(":") } : { entity };
}

function fromJson(long: string): { entity: string; value?: string } | null {
  try {
    const told = JSON.parse(long) as { entity?: unknown; value?: unknown };
    if (typeof told.entity !== "string") return null;
    return typeof told.value === "string" ? { entity: told.entity, value: told.value } : { entity: told.entity };
  } catch {
    return null;
  }
}
