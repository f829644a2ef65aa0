import { css } from "lit";

import { cards } from "./cards.js";
import { composer } from "./composer.js";
import { frame } from "./frame.js";
import { log } from "./log.js";
import { tokens } from "./tokens.js";

/** What the page inherits to its elements (spacing, case, direction of flow) stops at the host. */
const host = css`
  :host {
    all: initial;
  }

  :host([hidden]) {
    display: none;
  }
`;

export const styles = [host, tokens, frame, log, cards, composer];
