import { css } from "lit";

/** Launcher, window, header, banner. */
export const frame = css`
  .launcher {
    position: fixed;
    z-index: var(--z);
    right: calc(var(--quanyi-right, 20px) + env(safe-area-inset-right, 0px));
    bottom: calc(var(--quanyi-bottom, 20px) + env(safe-area-inset-bottom, 0px));
    display: flex;
    align-items: center;
    gap: 0.5em;
    min-height: 52px;
    padding: 0 1.25em 0 1em;
    border-radius: 999px;
    background: var(--accent);
    color: var(--on-accent);
    font-size: 1.07em;
    font-weight: 600;
    box-shadow: 0 6px 20px rgb(16 32 56 / 28%);
  }

  .launcher .icon {
    width: 1.7em;
    height: 1.7em;
  }

  .launcher:focus-visible {
    outline-color: var(--text);
    box-shadow: 0 0 0 2px var(--ground);
  }

  .launcher .count {
    position: absolute;
    top: -6px;
    right: -4px;
    min-width: 1.7em;
    padding: 0 0.4em;
    border: 2px solid var(--ground);
    border-radius: 999px;
    background: #c0261d;
    color: #ffffff;
    font-size: var(--small);
    line-height: 1.5em;
    text-align: center;
  }

  .window {
    position: fixed;
    z-index: var(--z);
    inset: auto;
    right: calc(var(--quanyi-right, 20px) + env(safe-area-inset-right, 0px));
    bottom: calc(var(--quanyi-bottom, 20px) + env(safe-area-inset-bottom, 0px));
    width: min(400px, calc(100vw - 40px));
    height: min(680px, calc(100vh - 40px));
    max-width: none;
    max-height: none;
    margin: 0;
    padding: 0;
    border: 1px solid transparent;
    border-radius: 16px;
    background: var(--ground);
    color: inherit;
    box-shadow: var(--shadow);
    overflow: hidden;
    overscroll-behavior: contain;
  }

  .elder .window {
    width: min(500px, calc(100vw - 40px));
    height: min(800px, calc(100vh - 40px));
  }

  .window[open] {
    display: flex;
    flex-direction: column;
  }

  .window::backdrop {
    background: none;
  }

  /* The whole screen; --seen-* is the part that the keyboard leaves free. */
  .window.whole {
    top: var(--seen-top, 0);
    left: 0;
    right: 0;
    bottom: auto;
    width: 100%;
    height: 100vh;
    height: var(--seen-height, 100dvh);
    border: 0;
    border-radius: 0;
    box-shadow: none;
  }

  .whole .head {
    padding-top: calc(0.5em + env(safe-area-inset-top, 0px));
  }

  .head {
    display: flex;
    align-items: center;
    gap: 0.6em;
    flex: none;
    padding: 0.6em 0.5em 0.6em 0.9em;
    border-bottom: 1px solid var(--line);
  }

  .face {
    display: grid;
    place-items: center;
    flex: none;
    width: 2.6em;
    height: 2.6em;
    border-radius: 50%;
    background: var(--accent-soft);
    color: var(--accent-text);
  }

  .elder .head {
    flex-wrap: wrap;
    justify-content: flex-end;
    row-gap: 0.2em;
  }

  .elder .head .face {
    display: none;
  }

  .elder .who {
    flex-basis: 5em;
  }

  .agent .face {
    background: var(--person-soft);
    color: var(--person);
  }

  .who {
    flex: 1;
    min-width: 0;
  }

  .who h2 {
    margin: 0;
    font-size: 1.07em;
    font-weight: 600;
    line-height: 1.4;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .who p {
    margin: 0;
    color: var(--muted);
    font-size: var(--small);
    line-height: 1.4;
  }

  .tool {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    flex: none;
    min-width: var(--target);
    min-height: var(--target);
    border-radius: 10px;
    color: var(--muted);
  }

  .tool.words {
    padding: 0 0.65em;
    border-color: var(--line);
    color: var(--text);
    font-size: var(--less);
    white-space: nowrap;
  }

  .tool:hover,
  .tool[aria-expanded="true"] {
    background: var(--accent-soft);
    color: var(--accent-text);
  }

  .banner {
    flex: none;
    font-size: var(--less);
  }

  .banner p {
    display: flex;
    align-items: center;
    gap: 0.5em;
    margin: 0;
    padding: 0.5em 1em;
    background: var(--warn-soft);
    color: var(--warn);
  }

  .banner p.calm {
    background: var(--accent-soft);
    color: var(--text);
  }

  .wait {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.2em 0.8em;
    flex: none;
    padding: 0.35em 0.7em 0.35em 1em;
    border-bottom: 1px solid var(--line);
    background: var(--accent-soft);
    font-size: var(--less);
  }

  .wait p {
    display: flex;
    align-items: center;
    gap: 0.5em;
    flex: 1 1 12em;
    margin: 0;
  }

  .wait div {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4em;
  }

  .wait button {
    min-height: var(--target);
    padding: 0 0.8em;
    border-color: var(--line-strong);
    border-radius: 999px;
    background: var(--ground);
    color: var(--accent-text);
  }

  @media (prefers-reduced-motion: no-preference) {
    .window:not(.whole)[open] {
      animation: rise 160ms ease-out;
    }

    .launcher {
      transition: transform 120ms ease-out;
    }

    .launcher:hover {
      transform: translateY(-2px);
    }
  }

  @keyframes rise {
    from {
      opacity: 0;
      transform: translateY(12px);
    }
  }

  @media (forced-colors: active) {
    .launcher,
    .window,
    .tool {
      border-color: ButtonBorder;
    }
  }

  @media print {
    .root {
      display: none;
    }
  }
`;
