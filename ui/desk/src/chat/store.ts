/** A place for a few strings that outlive the page. */
export interface Store {
  get(name: string): string | null;
  set(name: string, value: string): void;
  remove(name: string): void;
  /** Names that begin with `start`. */
  names(start: string): string[];
}

export class MemoryStore implements Store {
  private readonly values = new Map<string, string>();

  get(name: string): string | null {
    return this.values.get(name) ?? null;
  }

  set(name: string, value: string): void {
    this.values.set(name, value);
  }

  remove(name: string): void {
    this.values.delete(name);
  }

  names(start: string): string[] {
    return [...this.values.keys()].filter((name) => name.startsWith(start));
  }
}

/** localStorage; where it is full or forbidden the memory of this page stands in. */
export class BrowserStore implements Store {
  private readonly memory = new MemoryStore();

  get(name: string): string | null {
    return this.memory.get(name) ?? this.tried(() => localStorage.getItem(name), null);
  }

  set(name: string, value: string): void {
    const isKept = this.tried(() => {
      localStorage.setItem(name, value);
      return true;
    }, false);
    if (isKept) this.memory.remove(name);
    else this.memory.set(name, value);
  }

  remove(name: string): void {
    this.memory.remove(name);
    this.tried(() => localStorage.removeItem(name), undefined);
  }

  names(start: string): string[] {
    const stored = this.tried(() => Object.keys(localStorage), []).filter((name) => name.startsWith(start));
    return [...new Set([...stored, ...this.memory.names(start)])];
  }

  private tried<T>(work: () => T, otherwise: T): T {
    try {
      return work();
    } catch {
      return otherwise;
    }
  }
}
