/** The screen around the window: how wide, dark or light, and how much of it the keyboard leaves free. */

const NARROW = "(max-width: 480px), (max-height: 480px)";
const DARK = "(prefers-color-scheme: dark)";

export class Screen {
  private readonly narrow = window.matchMedia(NARROW);
  private readonly dark = window.matchMedia(DARK);

  constructor(private readonly changed: () => void) {}

  /** A telephone, also on its side: the window takes the whole screen. */
  get isNarrow(): boolean {
    return this.narrow.matches;
  }

  get isDark(): boolean {
    return this.dark.matches;
  }

  /** Where a keyboard opens over the page when a field gets the focus. */
  get hasTouchKeyboard(): boolean {
    return this.isNarrow && window.matchMedia("(pointer: coarse)").matches;
  }

  watch(): void {
    this.narrow.addEventListener("change", this.changed);
    this.dark.addEventListener("change", this.changed);
    window.visualViewport?.addEventListener("resize", this.changed);
    window.visualViewport?.addEventListener("scroll", this.changed);
  }

  unwatch(): void {
    this.narrow.removeEventListener("change", this.changed);
    this.dark.removeEventListener("change", this.changed);
    window.visualViewport?.removeEventListener("resize", this.changed);
    window.visualViewport?.removeEventListener("scroll", this.changed);
  }

  /** Tells the window's styles what part of the screen is seen. A customer who has zoomed in keeps the whole window. */
  measure(target: HTMLElement): void {
    const seen = window.visualViewport;
    if (!seen || seen.scale > 1.01) {
      target.style.removeProperty("--seen-height");
      target.style.removeProperty("--seen-top");
      return;
    }
    target.style.setProperty("--seen-height", `${seen.height}px`);
    target.style.setProperty("--seen-top", `${seen.offsetTop}px`);
  }
}
