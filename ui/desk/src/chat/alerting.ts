/** Windows of the system's, a beep, and whether they are wanted: on this device. */

import { useSyncExternalStore } from "react";

export interface Wanted {
  sound: boolean;
  windows: boolean;
}

const STORED = "quanyi-desk|alerts";
const observers = new Set<() => void>();
let wanted: Wanted = read();

export function useWanted(): Wanted {
  return useSyncExternalStore(observe, () => wanted);
}

export function whatIsWanted(): Wanted {
  return wanted;
}

export function want(change: Partial<Wanted>): void {
  wanted = { ...wanted, ...change };
  try {
    localStorage.setItem(STORED, JSON.stringify(wanted));
  } catch {
    // Storage is blocked: good until the page is closed.
  }
  observers.forEach((each) => each());
}

/** Only at the press of a button: a question that nobody asked for is refused for good. */
export async function askForWindows(): Promise<NotificationPermission> {
  const answer = await Notification.requestPermission();
  want({ windows: answer === "granted" });
  return answer;
}

export function mayNotify(): boolean {
  return "Notification" in window && wanted.windows && Notification.permission === "granted";
}

/** `open` is run when it is pressed. Nothing of what was said stands in it: others look at this screen too. */
export function notify(title: string, tag: string, open: () => void): void {
  const shown = new Notification(title, { tag, silent: true });
  shown.onclick = () => {
    window.focus();
    open();
    shown.close();
  };
}

let audio: AudioContext | null = null;

/** A soft tone of a fifth of a second; made here, so that there is no file to load. */
export function beep(): void {
  audio ??= new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  const now = audio.currentTime;
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.0001, now);
  volume.gain.exponentialRampToValueAtTime(0.08, now + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, now + 0.2);
  tone.connect(volume).connect(audio.destination);
  tone.start(now);
  tone.stop(now + 0.22);
}

function observe(observer: () => void): () => void {
  observers.add(observer);
  return () => observers.delete(observer);
}

function read(): Wanted {
  try {
    const kept = JSON.parse(localStorage.getItem(STORED) ?? "{}") as Partial<Wanted>;
    return { sound: kept.sound === true, windows: kept.windows === true };
  } catch {
    return { sound: false, windows: false };
  }
}
