// A frame around a code block: language, copy button, colours.
import { copy } from '../clipboard.js';
import { t } from '../texts.js';
import { sanitise } from './parse.js';

const CHARS_MAX = 60_000;
/** Growing code is coloured anew when it has grown by this factor, so that all of it costs what its length costs. */
const GROWTH = 1.12;

/** Language to a function that colours; a promise while it is being loaded, null where there is none. */
const highlighters = new Map();

function highlighterFor(language, whenLoaded) {
  const known = highlighters.get(language);
  if (known instanceof Promise) known.then(whenLoaded);
  if (known !== undefined) return known instanceof Promise ? null : known;
  const loading = import('./languages.js')
    .then(module => module.highlighter(language))
    .then(highlighter => highlighters.set(language, highlighter))
    // Code without colours is still code; the next block tries again.
    .catch(() => highlighters.delete(language));
  highlighters.set(language, loading);
  loading.then(whenLoaded);
  return null;
}

/** Puts a frame around a pre that was just drawn. */
export function frame(pre) {
  const box = document.createElement('div');
  box.className = 'code';
  const head = document.createElement('div');
  head.className = 'code-head';
  const name = document.createElement('span');
  name.textContent = pre.dataset.lang || 'text';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = t('copy');
  button.setAttribute('aria-label', t('copyCode'));
  button.addEventListener('click', async () => {
    await copy(pre.textContent);
    button.textContent = t('copied');
    setTimeout(() => (button.textContent = t('copy')), 1500);
  });
  head.append(name, button);
  pre.replaceWith(box);
  pre.tabIndex = 0;
  pre.setAttribute('aria-label', t('codeIn', { language: pre.dataset.lang || 'text' }));
  pre.setAttribute('role', 'region');
  box.append(head, pre);
}

export function colour(pre) {
  const { lang } = pre.dataset;
  if (!lang || pre.textContent.length > CHARS_MAX) return;
  const highlight = highlighterFor(lang, () => pre.isConnected && colour(pre));
  if (highlight) pre.firstChild.innerHTML = sanitise(highlight(pre.textContent));
}

/** Code that is being written: new text is appended, colours follow now and then. */
export class GrowingCode {
  #text = '';
  #coloured = 0;

  constructor(pre) {
    this.pre = pre;
  }

  show(text) {
    const code = this.pre.firstChild;
    if (text.startsWith(this.#text) && this.#text) code.append(text.slice(this.#text.length));
    else code.textContent = text;
    this.#text = text;
    const { lang } = this.pre.dataset;
    if (!lang || text.length > CHARS_MAX || text.length < this.#coloured * GROWTH) return;
    const highlight = highlighterFor(lang, () => {});
    if (!highlight) return;
    code.innerHTML = sanitise(highlight(text));
    this.#coloured = text.length;
  }
}
