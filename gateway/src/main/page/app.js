// The page: session list left, conversation right, input at the bottom.
import { html, nothing } from 'lit';
import { Part } from './part.js';
import { copy } from './clipboard.js';
import { shortcutOf } from './shortcuts.js';
import { Store } from './store.js';
import { t } from './texts.js';
import * as icons from './icons.js';
import './attachment-view.js';
import './chat-settings.js';
import './composer.js';
import './debug.js';
import './model-picker.js';
import './sidebar.js';
import './thread.js';

const SPOKEN_CHARS_MAX = 600;

class App extends Part {
  static properties = { spoken: { state: true } };

  store = new Store();
  #shownKey = '';
  #focused = null;

  connectedCallback() {
    super.connectedCallback();
    const { store } = this;
    store.addEventListener('change', () => this.requestUpdate());
    store.addEventListener('returned', event => this.#returned(event.detail.params));
    store.addEventListener('answered', event => this.#answered(event.detail));
    store.start();
    addEventListener('keydown', event => this.#key(event));
    this.addEventListener('focusin', event => (this.#focused = event.target));
    new MutationObserver(() => this.#keepFocus()).observe(this, { childList: true, subtree: true });
  }

  #part(name) {
    return this.querySelector(`llamero-${name}`);
  }

  firstUpdated() {
    if (location.pathname === '/debug') this.#debug();
  }

  updated() {
    const title = this.store.session?.title;
    document.title = title ? `${title} · Llamero` : 'Llamero';
    if (this.#shownKey !== this.store.sessionKey) {
      this.#shownKey = this.store.sessionKey;
      this.#part('composer').focusIfWide();
    }
  }

  /** When what was pressed has gone, a keyboard goes on at the input box, and not at the top of the page. */
  #keepFocus() {
    if (this.#focused?.isConnected !== false) return;
    this.#focused = null;
    // Whoever took it away may have given it to something else.
    setTimeout(() => document.activeElement === document.body && this.#part('composer').focusIfWide());
  }

  #returned({ message, attachments }) {
    if (message) this.#part('composer').giveBack({ message, attachments });
  }

  /** A screen reader hears that the answer is there, and its beginning. */
  #answered({ content, turn }) {
    this.spoken = turn.state === 'DONE' ? `${t('assistant')}: ${content.slice(0, SPOKEN_CHARS_MAX)}` : t(turn.state);
  }

  #key(event) {
    const shortcut = shortcutOf(event);
    const covered = this.querySelector('dialog[open], :popover-open');
    if (!shortcut || (covered && shortcut !== 'help')) return;
    const actions = {
      search: () => { this.#drawer(true); this.#part('sidebar').search(); },
      newChat: () => this.store.newChat(),
      toggleList: () => (matchMedia('(max-width: 760px)').matches ? this.#drawer() : this.classList.toggle('list-hidden')),
      chooseModel: () => this.#part('model-picker').open(),
      settings: () => this.#part('chat-settings').open(),
      copyAnswer: () => this.#copyAnswer(),
      focusInput: () => this.#part('composer').focus(),
      stop: () => this.#escape(),
      help: () => this.#help(),
    };
    if (shortcut !== 'stop') event.preventDefault();
    actions[shortcut]();
  }

  #escape() {
    if (this.classList.contains('sidebar-open')) this.#drawer(false);
    else this.store.stop();
  }

  async #copyAnswer() {
    const answer = this.store.messages.findLast(message => message.role === 'assistant');
    if (!answer) return;
    await copy(answer.content);
    this.spoken = t('copied');
  }

  #help() {
    this.#part('help').open();
  }

  #debug() {
    this.#part('debug').open();
  }

  #send({ detail: { text, files } }) {
    if (text === '/debug') {
      this.#debug();
      return;
    }
    this.#part('thread').toEnd();
    this.store.send(text, files);
  }

  #toChat() {
    this.#drawer(false);
    this.#part('composer').focusIfWide();
  }

  #drawer(open = !this.classList.contains('sidebar-open')) {
    this.classList.toggle('sidebar-open', open && matchMedia('(max-width: 760px)').matches);
    if (open) this.classList.remove('list-hidden');
  }

  render() {
    const { store } = this;
    return html`
      <llamero-sidebar .store=${store} .sessions=${store.sessions} .current=${store.sessionKey}
        @navigate=${this.#toChat} @help=${this.#help} @debug=${this.#debug}></llamero-sidebar>
      <div class="veil" @click=${() => this.#drawer(false)}></div>
      <main @attachment=${event => this.#part('attachment').show(event.detail)}>
        <header>
          <button class="icon open-list" aria-label=${t('openMenu')} title=${t('openMenu')} @click=${() => this.#drawer(true)}>${icons.menu}</button>
          <h1>${store.session?.title || t('newChat')}</h1>
          <llamero-model-picker .store=${store}></llamero-model-picker>
          <button class="icon" aria-label=${t('chatSettings')} title=${t('chatSettings')}
            @click=${() => this.#part('chat-settings').open()}>${icons.sliders}</button>
        </header>
        ${this.#banner()}
        <llamero-thread .store=${store} @suggest=${event => this.#part('composer').suggest(event.detail)}></llamero-thread>
        <footer>
          ${store.deleted ? html`<p class="toast" role="status"><span>${t('deleted', { title: store.deleted.title })}</span>
            <button class="link" @click=${() => store.restore()}>${t('undo')}</button></p>` : nothing}
          ${store.notice ? html`<p class="notice" role="alert"><span>${store.notice}</span>
            <button class="icon" aria-label=${t('close')} @click=${() => store.say('')}>${icons.close}</button></p>` : nothing}
          <llamero-composer .store=${store} .sessionKey=${store.sessionKey} .running=${Boolean(store.running)} .context=${store.messages}
            @send=${this.#send} @stop=${() => store.stop()} @editlast=${() => this.#part('thread').editLast()}></llamero-composer>
        </footer>
      </main>
      <llamero-debug .store=${store}></llamero-debug>
      <llamero-chat-settings .store=${store}></llamero-chat-settings>
      <llamero-attachment .store=${store}></llamero-attachment>
      <llamero-help></llamero-help>
      <div class="visually-hidden" role="status">${store.running ? t('thinking') : this.spoken}</div>`;
  }

  #banner() {
    const { store } = this;
    if (!store.online && store.everOnline) {
      return html`<p class="banner offline" role="alert">${t(store.outbox.length ? 'offlineQueued' : 'offline')}</p>`;
    }
    const { model } = store.models;
    const small = model.startsWith('toy') ? 'toy' : model.startsWith('tiny-qwen3') ? 'builtIn' : '';
    return small
      ? html`<p class="banner toy"><strong>${t(small + 'Title')}.</strong> ${t(small + 'Text')} <code>./llamero pull qwen3:0.6b</code></p>`
      : nothing;
  }
}
customElements.define('llamero-app', App);
