/**
 * The policy of this page lets no style in that lacks the nonce of its answer. antd makes style elements, and two of its
 * helpers (the scroll lock, the width of scroll bars) without the nonce that a ConfigProvider is given; so every style
 * element that a script of ours makes gets it here. Scripts get nothing: only files of this server run.
 */

export function nonceForStyles(): void {
  const nonce = document.querySelector("script[nonce]") as HTMLScriptElement | null;
  if (!nonce?.nonce) return;
  const create = document.createElement.bind(document) as (
    name: string,
    options?: ElementCreationOptions,
  ) => HTMLElement;
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const made = create(name, options);
    if (made instanceof HTMLStyleElement) made.nonce = nonce.nonce;
    return made;
  }) as typeof document.createElement;
}
