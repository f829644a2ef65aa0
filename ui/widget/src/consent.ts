/** Whether trainers may read what the customer writes, masked: the question in the server's words, and the choice. */

/** How it stands. `version` is that of the text which was shown. */
export interface Asked {
  agreed: boolean;
  version: string;
  title: string;
  text: string;
}

/** `/api/training-consent`. Both resolve to null when the server has not said how it stands. */
export interface Consents {
  read(token: string): Promise<Asked | null>;
  choose(token: string, agreed: boolean, version: string): Promise<Asked | null>;
}

export class HttpConsents implements Consents {
  constructor(private readonly server: string) {}

  read(token: string): Promise<Asked | null> {
    return this.ask(token, {});
  }

  choose(token: string, agreed: boolean, version: string): Promise<Asked | null> {
    return this.ask(token, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ agreed, version }),
    });
  }

  private async ask(token: string, request: { method?: string; headers?: Record<string, string>; body?: string }) {
    try {
      const response = await fetch(`${this.server}/api/training-consent`, {
        ...request,
        headers: { "X-Quanyi-Session": token, ...request.headers },
        credentials: "omit",
        cache: "no-store",
      });
      return response.ok ? readAsked(await response.json()) : null;
    } catch {
      return null;
    }
  }
}

export function readAsked(value: unknown): Asked | null {
  const { agreed, version, title, text } = (value ?? {}) as Record<string, unknown>;
  if (typeof version !== "string" || typeof title !== "string" || typeof text !== "string" || !text) return null;
  return { agreed: agreed === true, version, title, text };
}

/** The switch: it shows what the server has, never what was only wished. */
export class Consent {
  asked: Asked | null = null;
  isBusy = false;
  hasFailed = false;
  private token: string | null = null;

  constructor(
    private readonly consents: Consents,
    private readonly changed: () => void,
  ) {}

  /** Asks the server anew: another tab may have changed it. */
  async show(token: string | null): Promise<void> {
    this.token = token;
    this.asked = null;
    this.hasFailed = false;
    if (token !== null) await this.take(this.consents.read(token));
  }

  /** The session may come while the switch is in view. */
  async follow(token: string | null): Promise<void> {
    if (token !== this.token) await this.show(token);
  }

  async choose(agreed: boolean): Promise<void> {
    if (this.token === null || this.asked === null || this.isBusy) return;
    await this.take(this.consents.choose(this.token, agreed, this.asked.version));
  }

  private async take(answer: Promise<Asked | null>): Promise<void> {
    const { token } = this;
    this.isBusy = true;
    this.changed();
    const asked = await answer;
    this.isBusy = false;
    // Meanwhile another conversation may have begun.
    if (token === this.token) {
      this.hasFailed = asked === null;
      this.asked = asked ?? this.asked;
    }
    this.changed();
  }
}
