// Icons as inline SVG, drawn in the colour of the text.
import { html, svg } from 'lit';

const icon = path => html`<svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.8"
  stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;


export const plus = icon(svg`<path d="M12 5v14M5 12h14"/>`);
export const pencil = icon(svg`<path d="M4 20l1-4L16.500 4.500a2 2 0 0 1 3 3L8 19z"/>`);
export const trash = icon(svg`<path d="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13"/>`);
export const menu = icon(svg`<path d="M4 7h16M4 12h16M4 17h10"/>`);
export const up = icon(svg`<path d="M12 19V5M6 11l6-6 6 6"/>`);
export const down = icon(svg`<path d="M12 5v14M6 13l6 6 6-6"/>`);
export const square = icon(svg`<rect x="7" y="7" width="10" height="10" rx="1.5" fill="currentColor"/>`);
export const clipboard = icon(svg`<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3"/>`);
export const check = icon(svg`<path d="M5 12.500l4.500 4.500L19 7.500"/>`);
export const again = icon(svg`<path d="M4 12a8 8 0 0 1 14-5.300L20 8.500M20 4v4.500h-4.500M20 12a8 8 0 0 1-14 5.300L4 15.500M4 20v-4.500h4.500"/>`);
export const warning = icon(svg`<path d="M12 4L2.800 19.500h18.400zM12 10v4.500M12 17.200v.1"/>`);
export const close = icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`);
export const pulse = icon(svg`<path d="M3 12h4l2.500-6 4 13 2.500-7h5"/>`);
