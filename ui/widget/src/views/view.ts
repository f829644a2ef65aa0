import type { Chat } from "../chat.js";
import type { Consent } from "../consent.js";
import type { Language, Texts } from "../texts/index.js";

export type Theme = "auto" | "light" | "dark";

/** What the parts of the window see of the element, and what they may ask it to do. */
export interface View {
  readonly chat: Chat;
  readonly consent: Consent;
  readonly texts: Texts;
  readonly language: Language;
  readonly theme: Theme;
  readonly elder: boolean;
  readonly heading: string;
  readonly draft: string;
  /** Why the last file was not sent, in words. */
  readonly fileProblem: string;
  /** Asked whether the conversation may be removed. */
  readonly isEnding: boolean;
  /** The customer has scrolled up and something new stands below. */
  readonly hasNewer: boolean;
  readonly isDropping: boolean;
  /** What has just been copied. */
  readonly copied: string;

  say(text: string, title?: string): void;
  write(draft: string): void;
  attach(files: Iterable<File>): void;
  hide(): void;
  showSettings(shown: boolean): void;
  choose(preference: { elder?: boolean; theme?: Theme; language?: Language }): void;
  askToEnd(asked: boolean): void;
  end(): void;
  earlier(): void;
  scrolled(): void;
  toNewest(): void;
  copy(words: string): void;
  enlarge(picture: string, name: string): void;
}
