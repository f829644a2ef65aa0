import { css } from "lit";

/** Shortcuts, field, settings. */
export const composer = css`
  .foot {
    flex: none;
    padding: 0.55em 0.7em calc(0.6em + env(safe-area-inset-bottom, 0px));
    border-top: 1px solid var(--line);
    background: var(--ground);
  }

  .quick {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em;
    margin-bottom: 0.5em;
  }

  .quick button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.35em;
    min-height: calc(var(--target) - 4px);
    padding: 0 0.8em;
    border-radius: 999px;
    background: var(--accent-soft);
    color: var(--accent-text);
    font-size: var(--less);
  }

  .quick .icon {
    width: 1.25em;
    height: 1.25em;
  }

  .quick button:hover:not(:disabled) {
    border-color: var(--accent-text);
  }

  .quick button:disabled {
    background: none;
    border-color: var(--line);
    color: var(--muted);
  }

  .elder .quick button {
    flex: 1;
    min-height: var(--target);
    border-radius: var(--radius);
    font-size: 1em;
    font-weight: 600;
    white-space: nowrap;
  }

  @media (pointer: coarse) {
    .quick button {
      min-height: var(--target);
    }
  }

  .problem {
    display: flex;
    align-items: center;
    gap: 0.4em;
    margin: 0 0 0.5em;
    color: var(--bad);
    font-size: var(--less);
  }

  .problem:empty {
    display: none;
  }

  .field {
    display: flex;
    align-items: flex-end;
    gap: 0.35em;
  }

  .field textarea {
    flex: 1;
    min-width: 0;
    min-height: var(--target);
    max-height: 8.5em;
    padding: calc((var(--target) - 1.5em - 2px) / 2) 0.75em;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--ground);
    line-height: 1.5;
    resize: none;
  }

  .field textarea::placeholder {
    color: var(--muted);
    opacity: 1;
  }

  .field textarea:focus-visible {
    outline-offset: -1px;
    outline-width: 2px;
  }

  .send {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    flex: none;
    min-width: var(--target);
    min-height: var(--target);
    padding: 0 0.5em;
    border-radius: var(--radius);
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }

  .send:disabled {
    border-color: var(--line);
    background: none;
    color: var(--muted);
    font-weight: 400;
  }

  .elder .field .tool {
    color: var(--text);
  }

  .elder .send {
    padding: 0 0.7em;
  }

  .settings {
    flex: 1;
    overflow-y: auto;
    padding: 0.4em 1em 1.2em;
  }

  .settings fieldset {
    margin: 0.9em 0 0;
    padding: 0;
    border: 0;
  }

  .settings legend {
    padding: 0;
    margin-bottom: 0.35em;
    font-weight: 600;
  }

  .options {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em;
  }

  .options label {
    position: relative;
    display: inline-flex;
    align-items: center;
    min-height: var(--target);
    padding: 0 1em;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    cursor: pointer;
  }

  .options input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  .options label.chosen {
    border-color: var(--accent-text);
    background: var(--accent-soft);
    color: var(--accent-text);
    font-weight: 600;
    box-shadow: inset 0 0 0 1px var(--accent-text);
  }

  .options input:focus-visible + span {
    outline: 3px solid var(--accent-text);
    outline-offset: 4px;
    border-radius: 4px;
  }

  .training {
    margin-top: 1.2em;
  }

  .switch {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1em;
    width: 100%;
    min-height: var(--target);
    font-weight: 600;
    text-align: start;
  }

  .track {
    flex: none;
    width: 2.9em;
    height: 1.6em;
    padding: 0.15em;
    border: 1px solid var(--line-strong);
    border-radius: 999px;
    background: var(--log);
  }

  .track::before {
    content: "";
    display: block;
    height: 100%;
    aspect-ratio: 1;
    border-radius: 50%;
    background: var(--line-strong);
  }

  .switch[aria-checked="true"] .track {
    border-color: var(--accent);
    background: var(--accent);
  }

  .switch[aria-checked="true"] .track::before {
    margin-inline-start: auto;
    background: var(--on-accent);
  }

  .training p {
    margin: 0.4em 0;
    color: var(--muted);
    font-size: var(--less);
    white-space: pre-line;
  }

  .training .problem {
    color: var(--bad);
  }

  .anew {
    margin-top: 1.6em;
    padding-top: 1em;
    border-top: 1px solid var(--line);
  }

  .anew p {
    margin: 0.6em 0;
    color: var(--muted);
    font-size: var(--less);
  }

  .plain {
    display: inline-flex;
    align-items: center;
    gap: 0.3em;
    min-height: var(--target);
    padding: 0 1em;
    border-color: var(--line-strong);
    border-radius: var(--radius);
  }

  .plain.danger {
    border-color: var(--bad);
    color: var(--bad);
  }

  .lightbox {
    width: 100vw;
    height: 100vh;
    max-width: none;
    max-height: none;
    padding: 0;
    border: 0;
    background: rgb(10 14 20 / 92%);
  }

  .lightbox[open] {
    display: grid;
    place-items: center;
  }

  .lightbox img {
    max-width: 96vw;
    max-height: 92vh;
    object-fit: contain;
  }

  .lightbox button {
    position: absolute;
    top: calc(12px + env(safe-area-inset-top, 0px));
    right: calc(12px + env(safe-area-inset-right, 0px));
    display: grid;
    place-items: center;
    width: 48px;
    height: 48px;
    border-radius: 50%;
    background: #ffffff;
    color: #1b2330;
  }

  @media (forced-colors: active) {
    .quick button,
    .send,
    .options label.chosen,
    .switch[aria-checked="true"] .track {
      border-color: Highlight;
    }

    .track::before {
      background: ButtonText;
      forced-color-adjust: none;
    }
  }
`;
