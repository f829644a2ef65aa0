import { css } from "lit";

/** Summary, ticket, figures, receipt, link, sources; files. */
export const cards = css`
  .card {
    width: 100%;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--bubble);
    box-shadow: 0 1px 2px rgb(16 32 56 / 7%);
    overflow: hidden;
  }

  .bubble + .card {
    margin-top: 0.5em;
  }

  .card > h3 {
    display: flex;
    align-items: center;
    gap: 0.45em;
    margin: 0;
    padding: 0.6em 0.85em;
    border-bottom: 1px solid var(--line);
    color: var(--accent-text);
    font-size: 1em;
    font-weight: 600;
  }

  .card > h3 .number {
    flex: 1;
    min-width: 0;
    color: var(--text);
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }

  .card dl {
    display: grid;
    grid-template-columns: minmax(4em, auto) 1fr;
    gap: 0.4em 0.9em;
    margin: 0;
    padding: 0.7em 0.85em;
  }

  .card dt {
    color: var(--muted);
  }

  .card dd {
    margin: 0;
    overflow-wrap: anywhere;
  }

  .elder .card dl {
    grid-template-columns: 1fr;
    gap: 0 0;
  }

  .elder .card dd {
    margin-bottom: 0.45em;
    font-weight: 600;
  }

  .card.figures dl {
    grid-template-columns: 1fr;
    gap: 0.8em;
  }

  /* A value that does not fit beside its label stands below it: neither is squeezed. */
  .figures dl > div {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.15em 0.9em;
  }

  .figures dt {
    color: var(--text);
    overflow-wrap: anywhere;
  }

  .card.figures dd {
    margin: 0 0 0 auto;
    font-variant-numeric: tabular-nums;
    font-weight: 600;
    text-align: end;
  }

  .figures .total {
    padding-top: 0.7em;
    border-top: 1px solid var(--line);
  }

  .bar {
    flex: none;
    width: 100%;
    height: 6px;
    margin-top: 0.1em;
    border-radius: 3px;
    color: var(--accent-text);
  }

  .bar .whole {
    fill: var(--line);
  }

  .bar .part {
    fill: currentColor;
  }

  .less dd,
  .less .bar {
    color: var(--good);
  }

  .stage {
    display: inline-block;
    padding: 0 0.6em;
    border-radius: 999px;
    background: var(--accent-soft);
    color: var(--accent-text);
    font-weight: 600;
  }

  .clocks {
    display: grid;
    gap: 1px;
    border-top: 1px solid var(--line);
    background: var(--line);
  }

  .card .copy {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.3em;
    min-width: var(--target);
    min-height: var(--target);
    margin: -0.45em -0.5em;
    border-radius: 8px;
    color: var(--muted);
    font-size: var(--less);
    font-weight: 400;
  }

  .clock {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 0 0.8em;
    padding: 0.55em 0.85em;
    background: var(--bubble);
  }

  .clock .what {
    font-weight: 600;
  }

  .clock time {
    color: var(--muted);
    font-size: var(--less);
    align-self: center;
  }

  .clock strong {
    grid-column: 1 / -1;
    display: inline-flex;
    align-items: center;
    gap: 0.3em;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }

  .clock.running strong {
    color: var(--accent-text);
  }

  .clock.soon strong {
    color: var(--warn);
  }

  .clock.over strong {
    color: var(--bad);
  }

  .clock.done strong {
    color: var(--good);
  }

  .bubble.file {
    display: block;
  }

  .bubble.image {
    padding: 4px;
  }

  .picture {
    display: block;
    border-radius: 8px;
    overflow: hidden;
  }

  .picture img {
    display: block;
    min-width: 88px;
    max-width: 100%;
    max-height: 220px;
    object-fit: cover;
  }

  .blank {
    display: block;
    width: 160px;
    height: 120px;
    border-radius: 8px;
    background: var(--line);
  }

  .failed {
    min-height: var(--target);
    padding: 0 0.6em;
    text-decoration: underline;
  }

  .doc {
    display: flex;
    align-items: center;
    gap: 0.6em;
  }

  .doc small {
    display: block;
    font-size: var(--small);
  }

  .doc .icon {
    width: 2em;
    height: 2em;
  }

  .save {
    min-height: var(--target);
    padding: 0 0.5em;
    text-decoration: underline;
    text-underline-offset: 0.2em;
    white-space: nowrap;
  }

  .card .foot {
    display: block;
    padding: 0 0.35em 0.35em;
  }

  .card .foot .save {
    color: var(--accent-text);
  }

  .card .foot small {
    color: var(--bad);
  }

  .card .go {
    display: flex;
    align-items: center;
    gap: 0.6em;
    min-height: var(--target);
    padding: 0.6em 0.85em;
    color: var(--accent-text);
    font-weight: 600;
  }

  .card .go small {
    /* no block: the line under the link would be drawn under it as well */
    display: inline-block;
    width: 100%;
    color: var(--muted);
    font-size: var(--small);
    font-weight: 400;
  }

  .sources summary {
    display: flex;
    align-items: center;
    gap: 0.45em;
    min-height: var(--target);
    padding: 0.3em 0.85em;
    color: var(--accent-text);
    cursor: pointer;
    list-style: none;
  }

  .sources summary::-webkit-details-marker {
    display: none;
  }

  .sources summary::after {
    content: "▸";
    content: "▸" / "";
  }

  .sources[open] summary::after {
    transform: rotate(90deg);
  }

  /* The card hides what stands out of it: the ring goes inside. */
  .sources summary:focus-visible,
  .sources .go:focus-visible {
    border-radius: calc(var(--radius) - 1px);
    outline-offset: -3px;
  }

  .sources ul {
    margin: 0;
    padding: 0 0.85em 0.3em 2em;
    color: var(--muted);
    font-size: var(--less);
    overflow-wrap: anywhere;
  }

  .sources .go {
    border-top: 1px solid var(--line);
  }
`;
