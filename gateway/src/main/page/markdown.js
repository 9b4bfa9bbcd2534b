// Markdown to the page: only the open block is parsed again while text comes in; nothing unsanitised gets in.
import { Marked } from 'marked';
import remend from 'remend';
import DOMPurify from 'dompurify';
import { t } from './texts.js';

/** Beyond this, Markdown costs more than it helps; the text is shown as it is. */
const CHARS_MAX = 140_000;
/** Longer code is coloured once it is whole. */
const LIVE_HIGHLIGHT_CHARS = 6000;
const HIGHLIGHT_CHARS_MAX = 60_000;
const INLINE_HTML = /^<\/?(br|sub|sup|kbd|b|i|u|mark)\s*\/?>$/i;

const escape = text => text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);

const marked = new Marked({
  gfm: true,
  renderer: {
    // What the model writes as HTML is shown, not done.
    html: ({ text }) => (INLINE_HTML.test(text.trim()) ? text : escape(text)),
    // An address in an image would tell its server what is talked about: a link, to be followed by hand.
    image({ href, text }) {
      return `<a href="${escape(href)}">${escape(text || href)}</a>`;
    },
    code: ({ text, lang }) =>
      `<pre data-lang="${escape((lang ?? '').split(/\s/)[0])}"><code>${escape(text)}</code></pre>`,
  },
});

const SANITISE = {
  ALLOWED_TAGS: ['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'em',
    'strong', 'del', 'a', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'input', 'sub', 'sup', 'kbd', 'b', 'i', 'u', 'mark', 'span'],
  ALLOWED_ATTR: ['href', 'title', 'start', 'align', 'type', 'checked', 'disabled', 'data-lang', 'class'],
  ALLOW_DATA_ATTR: false,
  RETURN_TRUSTED_TYPE: true,
};
DOMPurify.addHook('afterSanitizeAttributes', node => {
  if (node.tagName === 'A') {
    if (!/^(https?:|mailto:)/i.test(node.getAttribute('href') ?? '')) node.removeAttribute('href');
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer');
  }
  if (node.tagName === 'INPUT' && node.getAttribute('type') !== 'checkbox') node.remove();
});

let highlighter = null;
let highlighterLoading = null;
function loadHighlighter() {
  highlighterLoading ??= import('./highlight.js').then(module => {
    highlighter = module.highlight;
    document.querySelectorAll('.code pre[data-lang]:not([data-coloured])').forEach(colour);
  });
}

/** A document of blocks. Set text with show(); nothing else changes it. */
export class MarkdownView extends HTMLElement {
  #blocks = [];
  #closedText = '';

  show(text, streaming) {
    const source = text.replace(/\r\n?/g, '\n');
    if (source.length > CHARS_MAX) {
      this.classList.add('plain');
      this.textContent = source;
      return;
    }
    if (!source.startsWith(this.#closedText)) this.#clear(0);
    if (streaming) this.#showGrowing(source);
    else this.#showWhole(source);
  }

  #clear(from) {
    this.#blocks.splice(from).forEach(block => block.node.remove());
    if (from === 0) this.#closedText = '';
  }

  #showGrowing(source) {
    const tail = source.slice(this.#closedText.length);
    const tokens = marked.lexer(tail);
    let last = tokens.length - 1;
    while (last >= 0 && tokens[last].type === 'space') last--;
    const closed = this.#blocks.filter(block => block.closed).length;
    let index = closed;
    for (const [i, token] of tokens.entries()) {
      if (i >= last) break;
      this.#closedText += token.raw;
      if (token.type === 'space') continue;
      this.#put(index++, token.raw, () => marked.parser([token]), true);
    }
    if (last >= 0) {
      const open = tokens.slice(last).map(token => token.raw).join('');
      if (tokens[last].type === 'code' && /^ {0,3}(```|~~~)/.test(open)) this.#putOpenCode(index++, open, tokens[last]);
      else this.#put(index++, open, () => marked.parser(marked.lexer(remend(open))), false);
    }
    this.#clear(index);
  }

  /** At the end links that were defined further down are known, so every block is compared once more. */
  #showWhole(source) {
    const tokens = marked.lexer(source);
    const hasLinks = Object.keys(tokens.links).length > 0;
    let index = 0;
    for (const token of tokens) {
      if (token.type === 'space') continue;
      const block = this.#blocks[index];
      if (!hasLinks && block?.closed && block.raw === token.raw) index++;
      else this.#put(index++, token.raw, () => marked.parser(Object.assign([token], { links: tokens.links })), true);
    }
    this.#clear(index);
    this.#closedText = source;
  }

  #block(index) {
    if (!this.#blocks[index]) {
      const node = document.createElement('div');
      node.className = 'block';
      this.append(node);
      this.#blocks[index] = { node, raw: null, closed: false };
    }
    return this.#blocks[index];
  }

  #put(index, raw, html, closed) {
    const block = this.#block(index);
    if (block.raw !== raw || block.code) {
      block.node.innerHTML = DOMPurify.sanitize(html(), SANITISE);
      block.code = null;
      decorate(block.node, closed);
    }
    block.raw = raw;
    block.closed = closed;
  }

  /** Code that grows only gets text; it would be parsed and coloured in vain otherwise. */
  #putOpenCode(index, raw, token) {
    const block = this.#block(index);
    if (block.raw === raw) return;
    if (!block.code) {
      block.node.innerHTML = DOMPurify.sanitize(marked.parser([token]), SANITISE);
      decorate(block.node, false);
      block.code = block.node.querySelector('pre');
    }
    block.raw = raw;
    const pre = block.code;
    pre.firstChild.textContent = token.text;
    if (token.text.length < LIVE_HIGHLIGHT_CHARS) {
      pre.removeAttribute('data-coloured');
      colour(pre);
    }
  }
}
customElements.define('llamero-markdown', MarkdownView);

function decorate(node, whole) {
  for (const pre of node.querySelectorAll('pre')) {
    const frame = document.createElement('div');
    frame.className = 'code';
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
    pre.replaceWith(frame);
    pre.tabIndex = 0;
    frame.append(head, pre);
    if (whole) colour(pre);
  }
  for (const table of node.querySelectorAll('table')) {
    const frame = document.createElement('div');
    frame.className = 'table';
    frame.tabIndex = 0;
    table.replaceWith(frame);
    frame.append(table);
  }
}

function colour(pre) {
  if (!pre.dataset.lang || pre.textContent.length > HIGHLIGHT_CHARS_MAX) return;
  if (!highlighter) {
    loadHighlighter();
    return;
  }
  const html = highlighter(pre.textContent, pre.dataset.lang);
  pre.dataset.coloured = '';
  if (html) pre.firstChild.innerHTML = DOMPurify.sanitize(html, SANITISE);
}

export async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Over plain HTTP from another machine there is no clipboard object.
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
