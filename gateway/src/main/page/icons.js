// Icons as inline SVG, drawn in the colour of the text.
import { html, svg } from 'lit';

const icon = path => html`<svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.8"
  stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;

export const plus = icon(svg`<path d="M12 5v14M5 12h14"/>`);
export const pencil = icon(svg`<path d="M4 20l1-4L16.5 4.5a2 2 0 0 1 3 3L8 19z"/>`);
export const trash = icon(svg`<path d="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13"/>`);
export const menu = icon(svg`<path d="M4 7h16M4 12h16M4 17h10"/>`);
export const up = icon(svg`<path d="M12 19V5M6 11l6-6 6 6"/>`);
export const down = icon(svg`<path d="M12 5v14M6 13l6 6 6-6"/>`);
export const square = icon(svg`<rect x="7" y="7" width="10" height="10" rx="1.5" fill="currentColor"/>`);
export const clipboard = icon(svg`<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3"/>`);
export const check = icon(svg`<path d="M5 12.5l4.5 4.5L19 7.5"/>`);
export const again = icon(svg`<path d="M4 12a8 8 0 0 1 14-5.3L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-14 5.3L4 15.5M4 20v-4.5h4.5"/>`);
export const warning = icon(svg`<path d="M12 4L2.8 19.5h18.4zM12 10v4.5M12 17.2v.1"/>`);
export const close = icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`);
export const pulse = icon(svg`<path d="M3 12h4l2.5-6 4 13 2.5-7h5"/>`);
export const left = icon(svg`<path d="M14.5 6l-6 6 6 6"/>`);
export const right = icon(svg`<path d="M9.5 6l6 6-6 6"/>`);
export const chevron = icon(svg`<path d="M7 10l5 5 5-5"/>`);
export const search = icon(svg`<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/>`);
export const pin = icon(svg`<path d="M9 4h6l-.8 6 3.3 3.5H6.5L9.8 10zM12 13.5V20"/>`);
export const unpin = icon(svg`<path d="M9 4h6l-.8 6 3.3 3.5H6.5L9.8 10zM12 13.5V20M4 4l16 16"/>`);
export const sliders = icon(svg`<path d="M4 8h9M17 8h3M4 16h3M11 16h9"/><circle cx="15" cy="8" r="2"/><circle cx="9" cy="16" r="2"/>`);
export const clip = icon(svg`<path d="M19.5 11.5l-7.3 7.3a4.7 4.7 0 0 1-6.7-6.7l7.6-7.6a3.2 3.2 0 0 1 4.5 4.5l-7.5 7.5a1.6 1.6 0 0 1-2.3-2.3l6.6-6.6"/>`);
export const file = icon(svg`<path d="M14 3.5H7a1.5 1.5 0 0 0-1.5 1.5v14A1.5 1.5 0 0 0 7 20.5h10a1.5 1.5 0 0 0 1.5-1.5V8zM14 3.5V8h4.5M9 13h6M9 16.5h4"/>`);
export const wrench = icon(svg`<path d="M14.5 6.5a4 4 0 0 1 5-2.5l-2.6 2.6.6 2 2 .6L22 6.5a4 4 0 0 1-5.5 4.3L8 19.5a2 2 0 0 1-3-3l8.7-8.3"/>`);
export const download = icon(svg`<path d="M12 4v11M7 10.5l5 5 5-5M5 20h14"/>`);
const importIcon = icon(svg`<path d="M12 15V4M7 8.5l5-5 5 5M5 20h14"/>`);
export { importIcon as import };
export const keyboard = icon(svg`<rect x="2.5" y="6" width="19" height="12" rx="2"/><path d="M6.5 10h.1M10 10h.1M13.5 10h.1M17 10h.1M8 14h8"/>`);
export const sun = icon(svg`<circle cx="12" cy="12" r="4"/><path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1"/>`);
export const moon = icon(svg`<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>`);
export const halfMoon = icon(svg`<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor"/>`);
export const leave = icon(svg`<path d="M14 4H6v16h8M10 12h10M16.5 8.5L20 12l-3.5 3.5"/>`);
