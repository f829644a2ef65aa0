import { english } from "./en.js";
import { simplified, type Texts } from "./zh-cn.js";
import { traditional } from "./zh-tw.js";

export type { Texts };
export type Language = "zh-CN" | "zh-TW" | "en";

/** The language of what 小益 and the agents say, whatever the chrome is in. */
export const SPOKEN: Language = "zh-CN";

const ALL: Record<Language, Texts> = { "zh-CN": simplified, "zh-TW": traditional, en: english };

export const LANGUAGES: readonly { language: Language; name: string }[] = [
  { language: "zh-CN", name: "简体中文" },
  { language: "zh-TW", name: "繁體中文" },
  { language: "en", name: "English" },
];

/** The nearest language of ours to a BCP 47 tag (`zh-Hant-HK`, `en-GB`); null for other languages and for none. */
export function languageOf(tag: string | null | undefined): Language | null {
  const parts = (tag ?? "").toLowerCase().split(/[-_]/);
  if (parts[0] === "en") return "en";
  if (parts[0] !== "zh") return null;
  if (parts.includes("hans")) return "zh-CN";
  return parts.some((part) => ["hant", "tw", "hk", "mo"].includes(part)) ? "zh-TW" : "zh-CN";
}

export function textsOf(language: Language): Texts {
  return ALL[language];
}

/** `fill("最大 {size}", { size: "10 MB" })` is `最大 10 MB`. */
export function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
