/** The browser's storage, or memory where it is blocked (private windows, sandboxed frames, full disks). */

export interface Store {
  get(name: string): string | null;
  set(name: string, value: string): void;
  remove(name: string): void;
  /** Names that begin with `start`. */
  names(start: string): string[];
}

export class MemoryStore implements Store {
  private readonly kept = new Map<string, string>();

  get(name: string): string | null {
    return this.kept.get(name) ?? null;
  }

  set(name: string, value: string): void {
    this.kept.set(name, value);
  }

  remove(name: string): void {
    this.kept.delete(name);
  }

  names(start: string): string[] {
    return [...this.kept.keys()].filter((name) => name.startsWith(start));
  }
}

const PREFIX = "quanyi-chat|";

/** Asks the browser each time: it may refuse at any moment, and other tabs write too. What it refuses stays in memory. */
export class BrowserStore implements Store {
  private readonly memory = new MemoryStore();

  constructor(private readonly storage: () => Storage) {}

  get(name: string): string | null {
    try {
      return this.memory.get(name) ?? this.storage().getItem(PREFIX + name);
    } catch {
      return this.memory.get(name);
    }
  }

  set(name: string, value: string): void {
    try {
      this.storage().setItem(PREFIX + name, value);
      this.memory.remove(name);
    } catch {
      this.memory.set(name, value);
    }
  }

  remove(name: string): void {
    this.memory.remove(name);
    try {
      this.storage().removeItem(PREFIX + name);
    } catch {
      // Blocked: then it was never there.
    }
  }

  names(start: string): string[] {
    const found = new Set(this.memory.names(start));
    try {
      for (const name of Object.keys(this.storage())) {
        if (name.startsWith(PREFIX + start)) found.add(name.slice(PREFIX.length));
      }
    } catch {
      // Blocked: memory is all there is.
    }
    return [...found];
  }
}

/** Outlives the tab. */
export function localStore(): Store {
  return new BrowserStore(() => window.localStorage);
}

/** Outlives a reload, not the tab. */
export function tabStore(): Store {
  return new BrowserStore(() => window.sessionStorage);
}

/** This page was reloaded: the tab goes on where it was. */
export function wasReloaded(): boolean {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "reload";
}
