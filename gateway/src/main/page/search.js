// Search over all messages: hits while one types, best first.
import { html, nothing } from 'lit';
import { Part } from './part.js';
import { t } from './texts.js';
import * as icons from './icons.js';

const TYPING_MILLIS = 150;
const HITS_MAX = 40;
/** Signs of Markdown that only disturb in a line of text. */
const MARKS = /\*\*|`|^#+ /gm;

class Search extends Part {
  static properties = { store: { attribute: false }, query: { state: true }, hits: { state: true }, failure: { state: true } };

  #timer = 0;

  constructor() {
    super();
    this.query = '';
  }

  open() {
    this.querySelector('input').focus();
    this.querySelector('input').select();
  }

  #type(event) {
    const query = event.target.value.trim();
    if (Boolean(query) !== Boolean(this.query)) this.dispatchEvent(new CustomEvent('searching', { detail: Boolean(query) }));
    this.query = query;
    clearTimeout(this.#timer);
    if (query) this.#timer = setTimeout(() => this.#ask(), TYPING_MILLIS);
    else this.hits = null;
  }

  async #ask() {
    const { query } = this;
    try {
      const { hits } = await this.store.connection.request('sessions.search', { query: query.slice(0, 200), limit: HITS_MAX });
      if (query !== this.query) return;
      // A title that was found is said with the message that was found in the same chat.
      const within = new Set(hits.filter(hit => hit.messageId).map(hit => hit.sessionKey));
      this.hits = hits.filter(hit => hit.messageId || !within.has(hit.sessionKey));
      this.failure = '';
    } catch (error) {
      this.hits = [];
      this.failure = error.message;
    }
  }

  #clear() {
    const input = this.querySelector('input');
    input.value = '';
    this.#type({ target: input });
  }

  #key(event) {
    if (event.key === 'Escape' && !event.shiftKey) {
      event.stopPropagation();
      this.#clear();
      this.dispatchEvent(new Event('left'));
    }
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      this.querySelector('.hits button')?.focus();
    }
  }

  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.querySelectorAll('.hits button')];
    (buttons[buttons.indexOf(document.activeElement) + step] ?? this.querySelector('input')).focus();
  }

  #show(hit) {
    this.store.showHit(hit);
    this.#clear();
    this.dispatchEvent(new Event('left'));
  }

  render() {
    return html`<div class="search">${icons.search}
        <input type="search" placeholder=${t('search')} aria-label=${t('search')} maxlength="200" @input=${this.#type} @keydown=${this.#key}>
        ${this.query ? html`<button class="icon" aria-label=${t('clearSearch')} title=${t('clearSearch')} @click=${this.#clear}>${icons.close}</button>` : nothing}</div>
      ${this.query && this.hits ? html`<div class="hits" role="region" aria-label=${t('hits')} @keydown=${this.#move}>
        <p class="empty" role="status">${this.failure || (this.hits.length ? nothing : t('noHits', { query: this.query }))}</p>
        <ul>${this.hits.map(hit => html`<li><button @click=${() => this.#show(hit)}><strong>${hit.title || t('untitled')}</strong>
          ${hit.messageId ? html`<span>${hit.snippet.map(part => (part.hit ? html`<mark>${part.text}</mark>` : part.text.replace(MARKS, '')))}</span>` : nothing}</button></li>`)}</ul>
      </div>` : nothing}`;
  }
}
customElements.define('llamero-search', Search);
