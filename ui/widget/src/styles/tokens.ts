import { css } from "lit";

/**
 * Colours and sizes. Pixels and `em` only: Chinese mobile pages often set the root's font size to a tenth of the screen,
 * so `rem` means nothing here. Every pair of text and ground has a contrast of 4.5 or more in both themes.
 */
export const tokens = css`
  .root {
    --accent: var(--quanyi-accent, #0b5bc4);
    --on-accent: var(--quanyi-on-accent, #ffffff);
    --accent-text: var(--quanyi-accent, #0b5bc4);
    --accent-soft: #e6effb;
    --own: var(--quanyi-own, #cfe2fc);
    --on-own: var(--quanyi-on-own, #0d2544);
    --ground: #ffffff;
    --log: #f1f3f6;
    --bubble: #ffffff;
    --line: #d9dee6;
    --line-strong: #848d9b;
    --text: #1b2330;
    --muted: #566172;
    --person: #0b6b44;
    --person-soft: #e3f4ec;
    --good: #0b6b44;
    --warn: #864600;
    --warn-soft: #fff3df;
    --bad: #b3261e;
    --bad-soft: #fdeceb;
    --shadow: 0 12px 40px rgb(16 32 56 / 20%), 0 2px 8px rgb(16 32 56 / 10%);
    --radius: 12px;
    --target: 40px;
    --size: 15px;
    --less: 0.9em;
    --small: 0.8em;
    --z: var(--quanyi-z-index, 2147483000);

    color: var(--text);
    color-scheme: light;
    font-size: var(--size);
    line-height: 1.6;
    text-align: start;
    -webkit-text-size-adjust: 100%;
  }

  .root,
  [lang="zh-CN"] {
    font-family: var(
      --quanyi-font,
      "PingFang SC",
      "Noto Sans CJK SC",
      "Noto Sans SC",
      "Source Han Sans SC",
      "Microsoft YaHei",
      system-ui,
      sans-serif
    );
  }

  .root[lang="zh-TW"],
  [lang="zh-TW"] {
    font-family: var(
      --quanyi-font,
      "PingFang TC",
      "Noto Sans CJK TC",
      "Noto Sans TC",
      "Microsoft JhengHei",
      system-ui,
      sans-serif
    );
  }

  .root.dark {
    --accent: var(--quanyi-accent, #1f66c7);
    --accent-text: var(--quanyi-accent-dark, #92bdff);
    --accent-soft: #21344f;
    --own: var(--quanyi-own-dark, #1d4378);
    --on-own: var(--quanyi-on-own-dark, #edf4ff);
    --ground: #1c2129;
    --log: #12161c;
    --bubble: #262d37;
    --line: #39424f;
    --line-strong: #7c8898;
    --text: #e9edf3;
    --muted: #a9b4c3;
    --person: #7fd8ae;
    --person-soft: #1d3a2d;
    --good: #7fd8ae;
    --warn: #ffc879;
    --warn-soft: #3b2d17;
    --bad: #ff9d95;
    --bad-soft: #43211f;
    --shadow: 0 12px 40px rgb(0 0 0 / 55%), 0 0 0 1px #39424f;
    color-scheme: dark;
  }

  .root.elder {
    --size: 22px;
    --less: 0.95em;
    --small: 0.91em;
    --target: 56px;
    --radius: 14px;
    line-height: 1.55;
  }

  /* Under 16 px iOS zooms into a field; fingers need 44 px. */
  @media (pointer: coarse) {
    .root:not(.elder) {
      --size: 16px;
      --target: 44px;
    }
  }

  * {
    box-sizing: border-box;
  }

  button,
  textarea,
  input {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }

  button {
    margin: 0;
    padding: 0;
    border: 1px solid transparent;
    background: none;
    cursor: pointer;
    touch-action: manipulation;
    -webkit-tap-highlight-color: transparent;
  }

  button:disabled {
    cursor: default;
  }

  :focus {
    outline: none;
  }

  :focus-visible {
    outline: 3px solid var(--accent-text);
    outline-offset: 2px;
  }

  .icon {
    display: block;
    flex: none;
    width: 1.4em;
    height: 1.4em;
  }

  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
