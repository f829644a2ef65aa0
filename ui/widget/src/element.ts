import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import { Chat } from "./chat.js";
import { Consent, HttpConsents } from "./consent.js";
import { Drop } from "./drop.js";
import { HttpFiles } from "./evidence.js";
import { chatIcon, crossIcon } from "./icons.js";
import { SocketLine } from "./line.js";
import { Preferences, themeOf, type Preference } from "./preferences.js";
import type { Message } from "./protocol.js";
import { Screen } from "./screen.js";
import { Scroll } from "./scroll.js";
import { localStore, tabStore, wasReloaded } from "./storage.js";
import { styles } from "./styles/index.js";
import { fill, languageOf, textsOf, type Language, type Texts } from "./texts/index.js";
import { composer } from "./views/composer.js";
import { fileRefusal } from "./views/entry.js";
import { banner, header } from "./views/header.js";
import { log } from "./views/log.js";
import { queue } from "./views/queue.js";
import { settings } from "./views/settings.js";
import type { Theme, View } from "./views/view.js";

/** Milliseconds for which a copied number is said to be copied. */
const COPIED = 2_000;

/**
 * `<quanyi-chat>`: the launcher and the chat window. For embedders: docs/widget.md.
 *
 * Attributes: `server`, `identity`, `lang`, `theme`, `elder`, `open`, `title`. Methods: `show()`, `hide()`, `ask(text)`.
 * Events: `quanyi-open`, `quanyi-close`, `quanyi-message`, `quanyi-preference`, `quanyi-identity`.
 */
export class QuanyiChat extends LitElement implements View {
  static override styles = styles;

  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, "lang", "title"];
  }

  /** Where `web/` answers; the script's own origin when absent. */
  @property() server = "";
  /** Who is logged in on the page: a JSON Web Token of its server. */
  @property() identity: string | null = null;
  @property({ converter: (value) => themeOf(value) ?? "auto" }) theme: Theme = "auto";
  @property({ type: Boolean, reflect: true }) elder = false;
  @property({ type: Boolean, reflect: true }) open = false;

  @state() draft = "";
  @state() fileProblem = "";
  @state() isEnding = false;
  @state() copied = "";
  @state() private isSettings = false;
  @state() private unread = 0;
  @state() private given = "";
  @state() private chosen: Language | null = null;
  @state() private enlarged: { address: string; name: string } | null = null;

  @query(".window") private readonly window!: HTMLDialogElement;
  @query(".lightbox") private readonly lightbox!: HTMLDialogElement | null;
  @query(".log") private readonly log!: HTMLElement | null;
  @query("textarea") private readonly field!: HTMLTextAreaElement | null;
  @query(".launcher") private readonly launcher!: HTMLButtonElement | null;

  chat!: Chat;
  consent!: Consent;
  private readonly tab = tabStore();
  private readonly local = localStore();
  private readonly preferences = new Preferences(this.local);
  private readonly screen = new Screen(() => this.requestUpdate());
  private readonly reading = new Scroll(this);
  private readonly drop = new Drop(this, (files) => this.attach(files));
  private wantsFocus = false;
  private isModal = false;

  // For the page.

  /** Opens the window and puts the cursor into its field. */
  show(): void {
    this.open = this.wantsFocus = true;
    this.requestUpdate();
  }

  hide(): void {
    this.open = false;
  }

  /** Opens the window and says `text` as the customer. */
  ask(text: string): void {
    this.show();
    if (text.trim()) this.say(text.trim());
  }

  // What the parts of the window show and ask for.

  get language(): Language {
    return this.chosen ?? languageOf(this.closest("[lang]")?.getAttribute("lang")) ?? "zh-CN";
  }

  get texts(): Texts {
    return textsOf(this.language);
  }

  get heading(): string {
    return this.given || this.texts.assistant;
  }

  say(text: string, title?: string): void {
    this.reading.toEnd();
    this.chat.say(text, title);
    if (text === this.draft.trim()) this.write("");
    if (!this.screen.hasTouchKeyboard) this.field?.focus();
  }

  write(draft: string): void {
    if (draft !== this.draft) this.chat.writes(draft.trim() === "");
    this.draft = draft;
    this.fileProblem = "";
    this.tab.set("draft", draft);
  }

  attach(files: Iterable<File>): void {
    this.fileProblem = "";
    this.reading.toEnd();
    void this.attachAll([...files]);
  }

  showSettings(shown: boolean): void {
    this.isSettings = shown;
    this.isEnding = false;
    if (shown) void this.consent.show(this.chat.session);
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(shown ? ".plain" : ".settle")?.focus(),
    );
  }

  choose(preference: Preference): void {
    this.preferences.keep(preference);
    this.prefer(preference);
    this.tell("quanyi-preference", { elder: this.elder, theme: this.theme, language: this.language });
  }

  askToEnd(asked: boolean): void {
    this.isEnding = asked;
  }

  end(): void {
    this.chat.forget();
    this.write("");
    this.showSettings(false);
    this.chat.connect();
  }

  get hasNewer(): boolean {
    return this.reading.hasNewer;
  }

  get isDropping(): boolean {
    return this.drop.isOver;
  }

  earlier(): void {
    this.reading.hold();
    this.chat.askEarlier();
  }

  scrolled(): void {
    this.reading.scrolled();
    this.seen();
  }

  toNewest(): void {
    this.reading.toEnd();
  }

  copy(words: string): void {
    void navigator.clipboard.writeText(words).then(() => {
      this.copied = words;
      setTimeout(() => (this.copied = ""), COPIED);
    });
  }

  enlarge(address: string, name: string): void {
    this.enlarged = { address, name };
  }

  // The element's life.

  override connectedCallback(): void {
    super.connectedCallback();
    this.prefer(this.preferences.read());
    this.draft = this.tab.get("draft") ?? "";
    if (this.tab.get("open") === "true" && (!this.screen.isNarrow || wasReloaded())) this.open = true;
    this.begin();
    this.screen.watch();
    window.addEventListener("online", this.wake);
    window.addEventListener("offline", this.wake);
    document.addEventListener("visibilitychange", this.wake);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.chat.disconnect();
    this.screen.unwatch();
    window.removeEventListener("online", this.wake);
    window.removeEventListener("offline", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === "title" && value !== null) {
      this.given = value;
      // Left in place it would be a tooltip over the whole window.
      this.removeAttribute("title");
    }
    if (name === "lang") this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("server") && this.hasUpdated) {
      this.chat.disconnect();
      this.begin();
    }
    if (changed.has("identity") && this.hasUpdated) this.chat.identify(this.identity || null);
    if (changed.has("open") && this.open) {
      this.unread = 0;
      this.reading.toEnd();
      this.chat.connect();
    }
  }

  protected override render(): TemplateResult {
    const { texts, screen } = this;
    const isDark = this.theme === "dark" || (this.theme === "auto" && screen.isDark);
    return html`<div class="root ${isDark ? "dark" : ""} ${this.elder ? "elder" : ""}" lang=${this.language}>
      ${this.open ? nothing : this.renderLauncher()}
      <dialog
        class="window ${screen.isNarrow ? "whole" : ""}"
        part="window"
        aria-label=${fill(texts.window, { title: this.heading })}
        @cancel=${this.onCancel}
        @close=${this.onClose}
        @keydown=${this.onKey}
        @dragover=${this.drop.over}
        @dragleave=${this.drop.leave}
        @drop=${this.drop.drop}
      >
        ${
          this.open
            ? html`${header(this, this.isSettings)} ${banner(this)} ${queue(this)}
              ${this.isSettings ? settings(this) : html`${log(this)} ${composer(this)}`}`
            : nothing
        }
      </dialog>
      ${
        this.enlarged
          ? html`<dialog
              class="lightbox"
              aria-label=${fill(texts.picture, { name: this.enlarged.name })}
              @close=${this.shrink}
            >
              <img src=${this.enlarged.address} alt=${this.enlarged.name} />
              <button type="button" aria-label=${texts.closePicture} @click=${this.shrink}>${crossIcon}</button>
            </dialog>`
          : nothing
      }
    </div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.present();
    this.screen.measure(this.window);
    if (this.lightbox && !this.lightbox.open) this.lightbox.showModal();
    this.fitField();
    if (changed.has("open") && (this.open || changed.get("open") !== undefined)) this.opened();
    if (this.open && this.wantsFocus) (this.screen.hasTouchKeyboard ? this.log : this.field)?.focus();
    this.wantsFocus = false;
    this.seen();
  }

  /** What stands at the end of an open window, on a page in view, is shown. */
  private seen(): void {
    const isInView = this.open && this.log !== null && this.reading.isAtEnd && !this.reading.hasNewer;
    this.chat.shows(isInView && document.visibilityState === "visible");
  }

  private renderLauncher(): TemplateResult {
    const { texts, unread } = this;
    return html`<button
      type="button"
      class="launcher"
      part="launcher"
      aria-haspopup="dialog"
      aria-label=${unread > 0 ? fill(texts.launcherUnread, { count: unread }) : texts.launcher}
      @click=${() => this.show()}
    >
      ${chatIcon}<span>${texts.launcher}</span>
      ${unread > 0 ? html`<span class="count" aria-hidden="true">${unread > 99 ? "99+" : unread}</span>` : nothing}
    </button>`;
  }

  /** On a small screen the window is modal: the page behind it cannot be seen, so nothing may lead there. */
  private present(): void {
    const { window: dialog, open } = this;
    const { isNarrow } = this.screen;
    if (dialog.open && (!open || this.isModal !== isNarrow)) dialog.close();
    if (!open || dialog.open) return;
    this.isModal = isNarrow;
    // `show()` would move the focus, which a window that opens by itself must not do.
    if (isNarrow) dialog.showModal();
    else dialog.setAttribute("open", "");
  }

  private opened(): void {
    const { open } = this;
    this.tab.set("open", String(open));
    this.tell(open ? "quanyi-open" : "quanyi-close", {});
    if (!open) this.launcher?.focus();
  }

  /** As high as its words, up to the limit of its style. */
  private fitField(): void {
    const { field } = this;
    if (!field) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  }

  private begin(): void {
    const server = (this.server || scriptOrigin).replace(/\/+$/, "");
    this.chat = new Chat(
      server,
      this.local,
      new SocketLine(server),
      new HttpFiles(server),
      () => this.chatChanged(),
      (message) => this.heard(message),
      (reason) => this.tell("quanyi-identity", { reason }),
    );
    this.chat.identify(this.identity || null);
    this.consent = new Consent(new HttpConsents(server), () => this.requestUpdate());
    // Written before a reload and not sent yet: it goes without waiting for the window to be opened.
    if (this.chat.restore() || this.open) this.chat.connect();
  }

  private chatChanged(): void {
    if (this.isSettings) void this.consent.follow(this.chat.session);
    this.requestUpdate();
  }

  private heard(message: Message): void {
    if (!this.open) this.unread += 1;
    else this.reading.grew();
    this.tell("quanyi-message", { author: message.author });
  }

  private prefer({ elder, theme, language }: Preference): void {
    if (elder !== undefined) this.elder = elder;
    if (theme !== undefined) this.theme = theme;
    if (language !== undefined) this.chosen = language;
  }

  private async attachAll(files: File[]): Promise<void> {
    for (const file of files) {
      const why = await this.chat.attach(file);
      if (why) this.fileProblem = fileRefusal(why, this.texts);
    }
  }

  private tell(event: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
  }

  private readonly wake = (): void => {
    if (navigator.onLine && document.visibilityState === "visible") this.chat.wake();
    this.requestUpdate();
  };

  private readonly shrink = (): void => {
    this.lightbox?.close();
    this.enlarged = null;
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    if (this.isSettings) this.showSettings(false);
    else this.hide();
  };

  private readonly onCancel = (event: Event): void => {
    event.preventDefault();
    this.hide();
  };

  /** The browser closed the window by itself, as Android's back gesture does. */
  private readonly onClose = (): void => {
    if (this.open && !this.window.open) this.hide();
  };
}

/** Where this script came from is where the server is. */
const scriptOrigin = new URL(import.meta.url).origin;
