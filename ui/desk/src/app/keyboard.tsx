/** Shortcuts: each part of a page adds its own while it is shown, and `?` lists them all. */

import { useEffect, useRef, useSyncExternalStore } from "react";

import { PAUSE, pressed, type Keys } from "./matching";

export interface Shortcut {
  keys: Keys;
  title: string;
  run: () => void;
}

const registered = new Map<symbol, { readonly current: readonly Shortcut[] }>();
const observers = new Set<() => void>();
let all: readonly Shortcut[] = [];

/** Good while the component is shown. They rest while somebody writes or a dialog is open. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const held = useRef(shortcuts);
  const listed = shortcuts.map(({ keys, title }) => `${keys}\t${title}`).join("\n");
  useEffect(() => {
    held.current = shortcuts;
  });
  useEffect(() => {
    const owner = Symbol();
    registered.set(owner, held);
    changed();
    return () => {
      registered.delete(owner);
      changed();
    };
  }, [listed]);
}

/** Everything that can be pressed now; the latest that was added wins. */
export function useAllShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(observe, () => all);
}

/** Once, by the shell. */
export function useKeyboard(): void {
  useEffect(() => {
    let typed = "";
    let at = 0;
    const down = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return;
      const before = event.timeStamp - at < PAUSE ? typed : "";
      const now = current();
      const { keys, hit } = pressed(
        before,
        event.key,
        now.map((each) => each.keys),
      );
      typed = keys;
      at = event.timeStamp;
      if (!hit) return;
      event.preventDefault();
      now.findLast((each) => each.keys === hit)?.run();
    };
    document.addEventListener("keydown", down);
    return () => document.removeEventListener("keydown", down);
  }, []);
}

function isBusy({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector('.ant-modal-wrap:not([style*="display: none"]), .ant-drawer-open')) return true;
  if (!(target instanceof HTMLElement)) return false;
  // Enter on a link or a button is theirs.
  if (key === "Enter" && target.closest("a, button")) return true;
  return (
    target.isContentEditable ||
    Boolean(target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [role=combobox], [role=menu]"))
  );
}

function current(): readonly Shortcut[] {
  return [...registered.values()].flatMap((each) => each.current);
}

function changed(): void {
  all = current();
  for (const observer of observers) observer();
}

function observe(observer: () => void): () => void {
  observers.add(observer);
  return () => observers.delete(observer);
}
