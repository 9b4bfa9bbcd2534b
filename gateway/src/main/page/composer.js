// The input box. Enter sends, Shift+Enter starts a new line; an input method's Enter does neither.
import { html, nothing } from 'lit';
import { Part } from './part.js';
import { readFiles } from './attachments.js';
import { contextUse } from './statistics.js';
import { remember, remembered } from './storage.js';
import { number, t } from './texts.js';
import * as icons from './icons.js';

class Composer extends Part {
  static properties = {
    store: { attribute: false }, sessionKey: { attribute: false }, running: { attribute: false }, context: { attribute: false },
    filled: { state: true }, files: { state: true }, over: { state: true },
  };

  constructor() {
    super();
    this.files = [];
  }

  get #area() {
    return this.querySelector('textarea');
  }

  get #limits() {
    return { messageCharsMax: 200_000, attachmentsMax: 0, ...this.store.welcome?.limits };
  }

  firstUpdated() {
    addEventListener('dragover', event => this.#drag(event, true));
    addEventListener('dragleave', event => event.relatedTarget ?? this.#drag(event, false));
    addEventListener('drop', event => {
      if (!this.#drag(event, false)) return;
      this.add(event.dataTransfer.files);
    });
  }

  /** What was typed and not sent stays with its conversation. */
  willUpdate(changed) {
    if (changed.has('sessionKey') && this.hasUpdated) {
      this.files = [];
      this.#set(remembered(`draft.${this.sessionKey}`));
    }
  }

  updated(changed) {
    if (changed.has('sessionKey') && this.#area.value === '') this.#set(remembered(`draft.${this.sessionKey}`));
  }

  async focusIfWide() {
    await this.updateComplete;
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(min-width: 761px)').matches) this.#area.focus();
  }

  focus() {
    this.#area.focus();
  }

  suggest(text) {
    this.#set(text);
    this.#area.focus();
  }

  /** A message that the gateway did not take comes back, before what was typed since. */
  giveBack({ message, attachments = [] }) {
    this.#set([message, this.#area.value].filter(Boolean).join('\n'));
    this.files = [...attachments, ...this.files];
  }

  async add(files) {
    const { messageCharsMax, attachmentsMax } = this.#limits;
    const chars = this.#area.value.length + this.files.reduce((sum, file) => sum + file.text.length, 0);
    const { read, refused } = await readFiles(files, {
      count: this.files.length, countMax: attachmentsMax, charsLeft: Math.max(0, messageCharsMax - chars - 1000),
    });
    this.files = [...this.files, ...read];
    if (refused.length) this.store.say(refused.map(({ name, why }) => t(why, { name, count: attachmentsMax })).join(' '));
    this.#area.focus();
  }

  /** Whether these are files; only then the page takes part in the dragging. */
  #drag(event, over) {
    if (!event.dataTransfer?.types.includes('Files') || !this.#limits.attachmentsMax) return false;
    event.preventDefault();
    this.over = over;
    return true;
  }

  #paste(event) {
    const { files } = event.clipboardData;
    if (!files.length || !this.#limits.attachmentsMax) return;
    event.preventDefault();
    this.add(files);
  }

  #set(text) {
    this.#area.value = text;
    this.#changed();
  }

  #changed() {
    const area = this.#area;
    this.filled = area.value.trim() !== '';
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
    remember(`draft.${this.sessionKey}`, area.value.trim() ? area.value : '');
  }

  #key(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      this.#submit();
    }
    if (event.key === 'ArrowUp' && !this.#area.value) this.dispatchEvent(new Event('editlast'));
  }

  #submit() {
    const text = this.#area.value.trim() || (this.files.length ? t('readThis') : '');
    if (!text) return;
    const { files } = this;
    this.#set('');
    if (text !== '/debug') this.files = [];
    this.dispatchEvent(new CustomEvent('send', { detail: { text, files } }));
  }

  render() {
    const { messageCharsMax, attachmentsMax } = this.#limits;
    return html`<div class="box ${this.over ? 'over' : ''}">
        ${this.files.length ? html`<ul class="files">${this.files.map(file => this.#file(file))}</ul>` : nothing}
        <div class="line">
        ${attachmentsMax ? html`<button class="icon" aria-label=${t('attach')} title=${t('attach')}
            @click=${() => this.querySelector('input[type=file]').click()}>${icons.clip}</button>
          <input type="file" multiple hidden tabindex="-1" @change=${event => { this.add([...event.target.files]); event.target.value = ''; }}>` : nothing}
        <textarea rows="1" placeholder=${t('placeholder')} aria-label=${t('message')} maxlength=${messageCharsMax} enterkeyhint="send"
          @input=${this.#changed} @keydown=${this.#key} @paste=${this.#paste}></textarea>
        ${this.running
          ? html`<button class="round stop" aria-label=${t('stop')} title="${t('stop')} (Esc)" @click=${() => this.dispatchEvent(new Event('stop'))}>${icons.square}</button>`
          : html`<button class="round" aria-label=${t('send')} title=${t('send')} ?disabled=${!this.filled && !this.files.length} @click=${this.#submit}>${icons.up}</button>`}
        </div>
      </div>
      <p class="hint"><span>${this.over ? t('dropHere') : t('hint')}</span>${this.#context()}</p>`;
  }

  #file(file) {
    const remove = () => (this.files = this.files.filter(other => other !== file));
    return html`<li><span class="file">${icons.file}<span>${file.name}</span><small>${t('chars', { count: number(file.text.length) })}</small>
      <button class="icon" aria-label="${t('removeAttachment')}: ${file.name}" title=${t('removeAttachment')} @click=${remove}>${icons.close}</button></span></li>`;
  }

  #context() {
    const use = contextUse(this.context ?? []);
    if (!use) return nothing;
    const label = t('contextUsed', { used: number(use.used), max: number(use.max) });
    return html`<span class="context" title=${label}><meter min="0" max="1" low="0.7" high="0.9" optimum="0" .value=${use.share}
      aria-label=${label}></meter>${label}</span>`;
  }
}
customElements.define('llamero-composer', Composer);
