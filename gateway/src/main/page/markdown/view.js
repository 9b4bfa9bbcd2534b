// A document that may still be growing: only its open block is parsed again, and of a list or table only what is new.
import remend from 'remend';
import { lex, markup } from './parse.js';
import { GrowingCode, colour, frame } from './code.js';
import { draw } from './math.js';

/** Beyond this, Markdown costs more than it helps; the text is shown as it is. */
const CHARS_MAX = 140_000;

/** A document of blocks. Set text with show(); nothing else changes it. */
export class MarkdownView extends HTMLElement {
  #blocks = [];
  #closedText = '';

  show(text, streaming) {
    const source = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
    if (source.length > CHARS_MAX) {
      this.#blocks = [];
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
    const tokens = lex(source.slice(this.#closedText.length));
    let last = tokens.length - 1;
    while (last >= 0 && tokens[last].type === 'space') last--;
    let index = this.#blocks.filter(block => block.closed).length;
    for (const [i, token] of tokens.entries()) {
      if (i >= last) break;
      this.#closedText += token.raw;
      if (token.type !== 'space') this.#put(index++, token.raw, [token], true);
    }
    if (last >= 0) this.#putOpen(index++, tokens.slice(last).map(token => token.raw).join(''), tokens[last]);
    this.#clear(index);
  }

  /** At the end links that were defined further down are known, so every block is compared once more. */
  #showWhole(source) {
    const tokens = lex(source);
    const hasLinks = Object.keys(tokens.links).length > 0;
    let index = 0;
    for (const token of tokens) {
      if (token.type === 'space') continue;
      const block = this.#blocks[index];
      if (!hasLinks && block?.closed && block.raw === token.raw) index++;
      else this.#put(index++, token.raw, [token], true, tokens.links);
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

  #put(index, raw, tokens, closed, links) {
    const block = this.#block(index);
    if (block.raw !== raw || block.growing) {
      block.node.innerHTML = markup(tokens, links);
      decorate(block.node, closed);
    }
    Object.assign(block, { raw, closed, growing: null });
  }

  #putOpen(index, raw, token) {
    const block = this.#block(index);
    if (block.raw === raw) return;
    if (token.type === 'code' && /^ {0,3}(```|~~~)/.test(raw)) {
      if (!(block.growing instanceof GrowingCode)) {
        block.node.innerHTML = markup([token]);
        decorate(block.node, false);
        block.growing = new GrowingCode(block.node.querySelector('pre'));
      }
      block.growing.show(token.text);
      block.raw = raw;
      return;
    }
    const tokens = lex(remend(raw));
    if (tokens.length === 1 && (tokens[0].type === 'list' || tokens[0].type === 'table')) {
      if (!(block.growing instanceof GrowingParts)) block.growing = new GrowingParts(block.node);
      block.growing.show(tokens[0]);
      block.raw = raw;
    } else {
      this.#put(index, raw, tokens, false);
    }
  }
}
customElements.define('llamero-markdown', MarkdownView);

/** A list or table that is being written: items and rows that have not changed stay. */
class GrowingParts {
  #kind = '';
  #parts = [];

  constructor(node) {
    this.node = node;
  }

  show(token) {
    const list = token.type === 'list';
    const parts = list ? token.items.map(item => item.raw) : token.rows.map(row => row.map(cell => cell.text).join('\n'));
    const kind = list
      ? `list ${token.ordered} ${token.start} ${token.loose}`
      : `table ${token.align} ${token.header.map(cell => cell.text)} ${parts.length > 0}`;
    const same = this.#parts.findIndex((part, i) => part !== parts[i]);
    const kept = kind !== this.#kind ? -1 : same < 0 ? this.#parts.length : same;
    if (kept <= 0) {
      this.node.innerHTML = markup([token]);
      decorate(this.node, false);
    } else {
      const box = this.node.querySelector(list ? 'ul, ol' : 'tbody');
      while (box.children.length > kept) box.lastElementChild.remove();
      const fresh = document.createElement('div');
      fresh.innerHTML = markup([list ? { ...token, items: token.items.slice(kept) } : { ...token, rows: token.rows.slice(kept) }]);
      const nodes = [...(fresh.querySelector(list ? 'ul, ol' : 'tbody')?.children ?? [])];
      box.append(...nodes);
      nodes.forEach(node => decorate(node, false));
    }
    this.#kind = kind;
    this.#parts = parts;
  }
}

function decorate(node, whole) {
  for (const pre of node.querySelectorAll('pre')) {
    frame(pre);
    if (whole) colour(pre);
  }
  for (const table of node.querySelectorAll('table')) {
    const box = document.createElement('div');
    box.className = 'table';
    box.tabIndex = 0;
    table.replaceWith(box);
    box.append(table);
  }
  node.querySelectorAll('.math').forEach(draw);
}
