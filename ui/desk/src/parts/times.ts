/** Times as staff read them: China's, with words for what is near. Pure functions. */

import type { Texts } from "../texts/texts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ZONE = "Asia/Shanghai";

const parts = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

interface Wall {
  day: string;
  time: string;
}

/** "2026-11-22" and "08:05" in China. */
export function inChina(at: number): Wall {
  const found = Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
  return { day: `${found["year"]}-${found["month"]}-${found["day"]}`, time: `${found["hour"]}:${found["minute"]}` };
}

/** The whole of it: 2026-11-22 08:05. */
export function fullTime(iso: string): string {
  const { day, time } = inChina(Date.parse(iso));
  return `${day} ${time}`;
}

/** 今天 08:05, 昨天 08:05, 11-20 08:05, 2025-11-20 08:05. */
export function shortTime(iso: string, now: number, texts: Texts): string {
  const { day, time } = inChina(Date.parse(iso));
  const near = [
    [0, texts.frame.times.today],
    [-1, texts.frame.times.yesterday],
    [1, texts.frame.times.tomorrow],
  ] as const;
  for (const [days, word] of near) {
    if (day === inChina(now + days * DAY).day) return `${word} ${time}`;
  }
  const isThisYear = day.slice(0, 4) === inChina(now).day.slice(0, 4);
  return `${isThisYear ? day.slice(5) : day} ${time}`;
}

/** 5 分前, 2 小时后. */
export function relativeTime(iso: string, now: number, texts: Texts): string {
  const away = Date.parse(iso) - now;
  if (Math.abs(away) < MINUTE) return texts.frame.times.now;
  const length = duration(Math.abs(away), texts, 1);
  return away < 0 ? texts.frame.times.ago(length) : texts.frame.times.in(length);
}

/** The two largest units: 3 天 4 小时, 59 分 20 秒. Cut, not rounded: nobody is told more time than there is. */
export function duration(ms: number, texts: Texts, units = 2): string {
  const words = texts.frame.clock;
  const pieces: [number, (n: number) => string][] = [
    [DAY, words.days],
    [HOUR, words.hours],
    [MINUTE, words.minutes],
    [1_000, words.seconds],
  ];
  const first = Math.max(
    0,
    pieces.findIndex(([size]) => ms >= size),
  );
  const start = ms < 1_000 ? pieces.length - 1 : first;
  let rest = ms;
  const said: string[] = [];
  for (const [size, word] of pieces.slice(start, start + units)) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n || !said.length) said.push(word(n));
  }
  return said.join(" ");
}

/** "2026-11-22T08:05" as a field of the page gives it is China's time, wherever the browser is; empty: null. */
export function fromField(written: string | undefined): string | null {
  return written ? `${written}:00+08:00` : null;
}
