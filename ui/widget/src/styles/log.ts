import { css } from "lit";

/** The conversation: bubbles, choices, states, times. */
export const log = css`
  .place {
    position: relative;
    flex: 1;
    min-height: 0;
    display: flex;
    background: var(--log);
  }

  .log {
    flex: 1;
    min-width: 0;
    overflow-x: hidden;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: 1em 0.9em 0.4em;
    scrollbar-width: thin;
  }

  .log:focus-visible {
    outline-offset: -3px;
  }

  .earlier {
    display: block;
    min-height: var(--target);
    margin: 0 auto 0.6em;
    padding: 0 1em;
    color: var(--accent-text);
    font-size: var(--less);
  }

  .welcome {
    padding: 1.2em 0.4em 0.8em;
    text-align: center;
  }

  .welcome .face {
    width: 3.6em;
    height: 3.6em;
    margin: 0 auto 0.8em;
  }

  .welcome .face .icon {
    width: 2em;
    height: 2em;
  }

  .welcome h3 {
    margin: 0 0 0.3em;
    font-size: 1.25em;
    font-weight: 600;
  }

  .welcome p {
    margin: 0 auto 1.1em;
    max-width: 21em;
    white-space: pre-line;
    color: var(--muted);
  }

  .time {
    margin: 0.4em 0 0.9em;
    color: var(--muted);
    font-size: var(--small);
    text-align: center;
  }

  .entry {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    margin: 0 2.2em 0.9em 0;
  }

  .entry.customer {
    align-items: flex-end;
    margin: 0 0 0.9em 2.8em;
  }

  .entry.wide {
    align-items: stretch;
    margin-right: 0;
  }

  .by {
    display: inline-flex;
    align-items: center;
    gap: 0.35em;
    margin: 0 0 0.2em 0.2em;
    color: var(--muted);
    font-size: var(--small);
    line-height: 1.5;
  }

  .by .icon {
    width: 1.2em;
    height: 1.2em;
  }

  .agent > .by {
    color: var(--person);
    font-weight: 600;
  }

  .bubble {
    max-width: 100%;
    padding: 0.55em 0.85em;
    border: 1px solid transparent;
    border-radius: 4px var(--radius) var(--radius) var(--radius);
    background: var(--bubble);
    overflow-wrap: anywhere;
  }

  .words {
    white-space: pre-wrap;
  }

  .entry:not(.customer) > .bubble {
    box-shadow: 0 1px 2px rgb(16 32 56 / 7%);
  }

  .agent > .bubble {
    border-color: var(--person);
    background: var(--person-soft);
  }

  .system > .bubble {
    border: 1px dashed var(--line-strong);
    background: none;
    box-shadow: none;
  }

  .customer > .bubble {
    border-radius: var(--radius) 4px var(--radius) var(--radius);
    background: var(--own);
    color: var(--on-own);
  }

  .customer > .bubble.waiting {
    border: 1px dashed var(--line-strong);
    background: none;
    color: var(--text);
  }

  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em;
    margin-top: 0.55em;
  }

  .welcome .choices {
    justify-content: center;
  }

  .choice {
    min-height: var(--target);
    padding: 0.3em 0.95em;
    border-color: var(--accent-text);
    border-radius: 999px;
    background: var(--bubble);
    color: var(--accent-text);
    text-align: start;
  }

  /* One to ten. */
  .rating {
    display: grid;
    grid-template-columns: repeat(5, minmax(0, 4em));
    align-self: stretch;
    gap: 0.35em;
  }

  .rating .choice {
    padding: 0;
    border-radius: var(--radius);
    text-align: center;
    font-variant-numeric: tabular-nums;
  }

  .choice:hover {
    background: var(--accent-soft);
  }

  .choice:active {
    background: var(--accent);
    color: var(--on-accent);
  }

  .state {
    display: inline-flex;
    align-items: center;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 0.25em 0.7em;
    margin-top: 0.25em;
    color: var(--muted);
    font-size: var(--small);
    line-height: 1.5;
  }

  .state span {
    display: inline-flex;
    align-items: center;
    gap: 0.3em;
  }

  .state .icon {
    width: 1.2em;
    height: 1.2em;
  }

  .state.waiting {
    color: var(--warn);
  }

  .state.refused {
    color: var(--bad);
  }

  .state button {
    min-height: 2.2em;
    padding: 0 0.3em;
    color: var(--accent-text);
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }

  progress {
    width: 9em;
    height: 0.4em;
    accent-color: var(--accent);
  }

  .dots {
    display: inline-flex;
    align-items: center;
    gap: 0.35em;
    min-height: 1.6em;
  }

  .dots i {
    width: 0.45em;
    height: 0.45em;
    border-radius: 50%;
    background: var(--line-strong);
  }

  @media (prefers-reduced-motion: no-preference) {
    .dots i {
      animation: breathe 1.2s infinite ease-in-out;
    }

    .dots i:nth-child(2) {
      animation-delay: 0.15s;
    }

    .dots i:nth-child(3) {
      animation-delay: 0.3s;
    }
  }

  @keyframes breathe {
    50% {
      opacity: 0.25;
      transform: translateY(-2px);
    }
  }

  .newer {
    position: absolute;
    bottom: 0.6em;
    left: 50%;
    transform: translateX(-50%);
    display: inline-flex;
    align-items: center;
    gap: 0.3em;
    min-height: var(--target);
    padding: 0 1em;
    border-color: var(--line);
    border-radius: 999px;
    background: var(--ground);
    color: var(--accent-text);
    font-size: var(--less);
    box-shadow: 0 3px 12px rgb(16 32 56 / 20%);
  }

  .drop {
    position: absolute;
    inset: 0.6em;
    z-index: 1;
    display: grid;
    place-items: center;
    border: 2px dashed var(--accent-text);
    border-radius: var(--radius);
    background: var(--ground);
    color: var(--accent-text);
    font-weight: 600;
    pointer-events: none;
  }

  @media (forced-colors: active) {
    .bubble,
    .choice,
    .newer {
      border-color: CanvasText;
    }

    .dots i {
      background: CanvasText;
    }
  }
`;
