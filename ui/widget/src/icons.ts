import { html, svg, type TemplateResult } from "lit";

/** Drawn for this widget on a grid of 24; they take the colour of the text beside them. Never spoken. */
function icon(paths: TemplateResult): TemplateResult {
  return html`<svg
    class="icon"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${paths}
  </svg>`;
}

export const chatIcon = icon(svg`
  <path d="M12 3.5c-5 0-9 3.4-9 7.7 0 2.4 1.3 4.6 3.3 6L5.6 20.5l3.7-1.9c.9.2 1.8.3 2.7.3 5 0 9-3.4 9-7.7s-4-7.7-9-7.7Z" />
  <path d="m8.6 11.2 2.3 2.3 4.5-4.4" />`);

export const downIcon = icon(svg`<path d="m6 9.5 6 6 6-6" />`);

export const backIcon = icon(svg`<path d="m14.5 6-6 6 6 6" />`);

export const crossIcon = icon(svg`<path d="m6.5 6.5 11 11m0-11-11 11" />`);

export const settingsIcon = icon(svg`
  <path d="M4 7.5h9m5 0h2M4 16.5h2m5 0h9" /><circle cx="15.5" cy="7.5" r="2.5" /><circle cx="8.5" cy="16.5" r="2.5" />`);

export const personIcon = icon(svg`
  <path d="M4.5 14v-2.5a7.5 7.5 0 0 1 15 0V14" />
  <path d="M4.5 13.5h1.7c.7 0 1.3.6 1.3 1.3v2.4c0 .7-.6 1.3-1.3 1.3-1 0-1.7-.8-1.7-1.7v-3.3Zm15 0h-1.7c-.7 0-1.3.6-1.3 1.3v2.4c0 .7.6 1.3 1.3 1.3" />
  <path d="M19.5 13.5v3.3c0 2-1.6 3.7-3.7 3.7H13" />`);

export const rightsIcon = icon(svg`
  <path d="M12 3.3 4.8 6v5.4c0 4.4 3 7.8 7.2 9.3 4.2-1.5 7.2-4.9 7.2-9.3V6L12 3.3Z" /><path d="m8.8 11.9 2.3 2.3 4.2-4.3" />`);

export const pictureIcon = icon(svg`
  <path d="M20 12.5v4A2.5 2.5 0 0 1 17.5 19h-11A2.5 2.5 0 0 1 4 16.5v-9A2.5 2.5 0 0 1 6.5 5H13" />
  <path d="m4.5 16.5 4-4 3.2 3.2 2.3-2.2 4 4M18 3.5v6m-3-3h6" />`);

export const sendIcon = icon(svg`<path d="M20.3 3.7 3.6 10.2l6.7 3.5 3.5 6.7 6.5-16.7Zm0 0-10 10" />`);

export const fileIcon = icon(svg`
  <path d="M13.5 3.5h-6A1.5 1.5 0 0 0 6 5v14a1.5 1.5 0 0 0 1.5 1.5h9A1.5 1.5 0 0 0 18 19V8l-4.5-4.5Z" />
  <path d="M13.5 3.5V8H18M9 12.5h6M9 16h4" />`);

export const ticketIcon = icon(svg`
  <path d="M4 7.5A1.5 1.5 0 0 1 5.5 6h13A1.5 1.5 0 0 1 20 7.5v2.3a2.3 2.3 0 0 0 0 4.4v2.3a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 16.5v-2.3a2.3 2.3 0 0 0 0-4.4V7.5Z" />
  <path d="M14.5 6v2m0 2.8v2.4m0 2.8v2" />`);

export const listIcon = icon(svg`
  <path d="M7 4.5h10A1.5 1.5 0 0 1 18.5 6v12.5A1.5 1.5 0 0 1 17 20H7a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 7 4.5Z" />
  <path d="m8.5 10 1.2 1.2 2-2.2m2.3 1.2h2M8.5 15l1.2 1.2 2-2.2m2.3 1.2h2" />`);

export const checkIcon = icon(svg`<path d="m5.5 12.5 4.2 4.2 8.8-9.2" />`);

export const clockIcon = icon(svg`<circle cx="12" cy="12" r="8" /><path d="M12 7.5V12l3 2" />`);

export const alertIcon = icon(svg`
  <path d="M12 4 3.2 19.2h17.6L12 4Z" /><path d="M12 10v4m0 2.6v.1" />`);

export const copyIcon = icon(svg`
  <path d="M9 8.5h9.5V20H9V8.5Z" /><path d="M15 5.5V4H5.5v11.5H6" />`);

export const figuresIcon = icon(svg`<path d="M4.5 20h15M7 16.5v-5m5 5v-10m5 10v-7" />`);
