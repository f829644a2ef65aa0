import type { Store } from "./storage.js";
import { languageOf, type Language } from "./texts/index.js";
import type { Theme } from "./views/view.js";

export interface Preference {
  elder?: boolean;
  theme?: Theme;
  language?: Language;
}

/** What the customer has chosen, on this device. It wins over what the page says at its start. */
export class Preferences {
  constructor(private readonly store: Store) {}

  read(): Preference {
    const elder = this.store.get("elder");
    const theme = themeOf(this.store.get("theme"));
    const language = languageOf(this.store.get("language"));
    return {
      ...(elder === null ? {} : { elder: elder === "true" }),
      ...(theme === null ? {} : { theme }),
      ...(language === null ? {} : { language }),
    };
  }

  keep(preference: Preference): void {
    for (const [name, value] of Object.entries(preference)) this.store.set(name, String(value));
  }
}

export function themeOf(value: string | null): Theme | null {
  return value === "auto" || value === "light" || value === "dark" ? value : null;
}
