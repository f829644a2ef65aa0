/** Which language is shown, remembered on this device. Chinese is the model: English has to have the same words. */

import { useSyncExternalStore } from "react";

import { en } from "./en";
import { zhCn } from "./zh-cn";

export type Language = "zh-CN" | "en";

/** The shape of the Chinese words: where there is one there must be another, where a function, one that takes the same. */
type Shape<T> = {
  [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...given: infer G) => string
      ? (...given: G) => string
      : Shape<T[K]>;
};
export type Texts = Shape<typeof zhCn>;

const STORED = "quanyi.desk.language";
const observers = new Set<() => void>();
let chosen: Language = read();

export function useLanguage(): Language {
  return useSyncExternalStore(observe, () => chosen);
}

export function useTexts(): Texts {
  return useLanguage() === "en" ? en : zhCn;
}

export function chooseLanguage(language: Language): void {
  chosen = language;
  show();
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // Storage is blocked: the choice is good until the page is closed.
  }
  for (const observer of observers) observer();
}

/** The document says in which language it is; screen readers speak by it. */
export function show(): void {
  document.documentElement.lang = chosen;
}

function observe(observer: () => void): () => void {
  observers.add(observer);
  return () => observers.delete(observer);
}

function read(): Language {
  try {
    return localStorage.getItem(STORED) === "en" ? "en" : "zh-CN";
  } catch {
    return "zh-CN";
  }
}
