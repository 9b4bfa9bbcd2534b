// Which colours a person chose: theme.js applies it before the page is drawn, this on a click.
import { remember, remembered } from './storage.js';

const THEMES = ['system', 'light', 'dark'];

export const theme = () => (THEMES.includes(remembered('theme')) ? remembered('theme') : 'system');

export function nextTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  remember('theme', next === 'system' ? '' : next);
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}
