import type { Left } from "./clocks.js";
import { fill, type Language, type Texts } from "./texts/index.js";

/** The promises are made in Chinese time, and 小益 tells them so: every time that is shown is, wherever the customer is. */
const ZONE = "Asia/Shanghai";
const DAY = 24 * 3600 * 1000;

/** `今天 14:05`, `明天 06:16`, `11月25日 06:16`. */
export function dayAndTime(at: string, now: number, texts: Texts, language: Language): string {
  const when = new Date(at);
  return `${dayWord(when, now, texts, language)} ${clockTime(at, language)}`;
}

/** `14:05` */
export function clockTime(at: string, language: Language): string {
  return new Intl.DateTimeFormat(language, {
    timeZone: ZONE,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(new Date(at));
}

function dayWord(when: Date, now: number, texts: Texts, language: Language): string {
  const day = dayOf(when);
  if (day === dayOf(new Date(now))) return texts.today;
  if (day === dayOf(new Date(now - DAY))) return texts.yesterday;
  if (day === dayOf(new Date(now + DAY))) return texts.tomorrow;
  if (texts.dayAfterTomorrow && day === dayOf(new Date(now + 2 * DAY))) return texts.dayAfterTomorrow;
  return new Intl.DateTimeFormat(language, { timeZone: ZONE, month: "long", day: "numeric" }).format(when);
}

function dayOf(when: Date): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: ZONE }).format(when);
}

/** Whether a line with the time belongs above a message: after five silent minutes, as customers know it from WeChat. */
export function isAfterPause(at: string, previous: string | null): boolean {
  return previous === null || Date.parse(at) - Date.parse(previous) > 5 * 60 * 1000;
}

/** `1.4 MB`, `230 KB` */
export function size(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${(bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, "")} MB`;
  return `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

/** `还剩 23 小时 59 分 12 秒`, `还剩 5 分 0 秒` */
export function timeLeft({ hours, minutes, seconds }: Left, texts: Texts): string {
  const parts = [fill(texts.minutes, { n: minutes }), fill(texts.seconds, { n: seconds })];
  if (hours > 0) parts.unshift(fill(texts.hours, { n: hours }));
  return fill(texts.clockLeft, { time: parts.join(" ") });
}
