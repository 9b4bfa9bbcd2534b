// The input box. Enter sends, Shift+Enter starts a new line; an input method's Enter does neither.
import { LitElement, html } from 'lit';
import { t } from './texts.js';
import * as icons from './icons.js';

class Composer extends LitElement {
  static properties = {
    running: { attribute: false }, limit: { attribute: false }, language: { attribute: false }, filled: { state: true },
  };

  createRenderRoot() {
    return this;
  }

  get #area() {
    return this.querySelector('textarea');
  }

  async focusIfWide() {
    await this.updateComplete;
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(min-width: 761px)').matches) this.#area.focus();
  }

  suggest(text) {
    this.#set(text);
    this.#area.focus();
  }

  /** A message that the gateway did not take comes back, before what was typed since. */
  giveBack(text) {
    this.#set([text, this.#area.value].filter(Boolean).join('\n'));
  }

  #set(text) {
    this.#area.value = text;
    this.#resize();
  }

  #resize() {
    const area = this.#area;
    this.filled = area.value.trim() !== '';
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }

  #key(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      this.#submit();
    }
  }

  #submit() {
    const text = this.#area.value.trim();
    if (!text || (this.running && text !== '/debug')) return;
    this.#set('');
    this.dispatchEvent(new CustomEvent('send', { detail: text }));
  }

  render() {
    return html`<div class="box">
        <textarea rows="1" placeholder=${t('placeholder')} aria-label=${t('message')} maxlength=${this.limit} enterkeyhint="send"
          @input=${this.#resize} @keydown=${this.#key}></textarea>
        ${this.running
          ? html`<button class="round stop" aria-label=${t('stop')} title="${t('stop')} (Esc)" @click=${() => this.dispatchEvent(new Event('stop'))}>${icons.square}</button>`
          : html`<button class="round" aria-label=${t('send')} title=${t('send')} ?disabled=${!this.filled} @click=${this.#submit}>${icons.up}</button>`}
      </div>
      <p class="hint">${t('hint')}</p>`;
  }
}
customElements.define('llamero-composer', Composer);
