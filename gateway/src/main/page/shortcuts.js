// The keys of the page, and the sheet that lists them.
import { html } from 'lit';
import { Panel } from './part.js';
import { t } from './texts.js';
import * as icons from './icons.js';

const apple = /Mac|iP(hone|ad)/.test(navigator.platform);

/** Name of what is done, how its keys are written, and which event they are. "Mod" is Ctrl, or the command key. */
export const SHORTCUTS = [
  ['search', ['Mod', 'K'], event => mod(event) && !event.shiftKey && event.code === 'KeyK'],
  ['newChat', ['Mod', 'Shift', 'O'], event => mod(event) && event.shiftKey && event.code === 'KeyO'],
  ['toggleList', ['Mod', 'B'], event => mod(event) && !event.shiftKey && event.code === 'KeyB'],
  ['chooseModel', ['Mod', 'Shift', 'M'], event => mod(event) && event.shiftKey && event.code === 'KeyM'],
  ['settings', ['Mod', ','], event => mod(event) && event.key === ','],
  ['copyAnswer', ['Mod', 'Shift', 'C'], event => mod(event) && event.shiftKey && event.code === 'KeyC'],
  ['focusInput', ['Shift', 'Esc'], event => event.shiftKey && event.key === 'Escape'],
  ['stop', ['Esc'], event => !event.shiftKey && event.key === 'Escape'],
  ['help', ['Mod', '/'], event => mod(event) && event.code === 'Slash'],
];
/** What the parts of the page do themselves. */
const LOCAL = [
  ['send', ['Enter']],
  ['newLine', ['Shift', 'Enter']],
  ['editLast', ['↑']],
];

function mod(event) {
  return (apple ? event.metaKey : event.ctrlKey) && !event.altKey;
}

/** The name of the shortcut that a key event is, or undefined. */
export const shortcutOf = event => SHORTCUTS.find(([, , fits]) => fits(event))?.[0];

const keys = names => names.map(name => html`<kbd>${name === 'Mod' ? (apple ? '⌘' : 'Ctrl') : name}</kbd>`);

class Help extends Panel {
  render() {
    return html`<dialog aria-labelledby="help-title" @click=${this.clickedBeside}><div class="panel">
      <header><h2 id="help-title">${icons.keyboard}${t('helpTitle')}</h2>
        <button class="icon" aria-label=${t('close')} title=${t('close')} @click=${this.close}>${icons.close}</button></header>
      <dl class="keys">${[...LOCAL, ...SHORTCUTS].map(([name, names]) => html`<dt>${t(`key_${name}`)}</dt><dd>${keys(names)}</dd>`)}
        <dt>${t('key_debug')}</dt><dd><kbd>/debug</kbd></dd></dl>
      </div></dialog>`;
  }
}
customElements.define('llamero-help', Help);
