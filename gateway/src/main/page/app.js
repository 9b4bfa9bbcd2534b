// The page: session list left, conversation right, input at the bottom.
import { LitElement, html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { Store } from './store.js';
import { switchLanguage, t } from './texts.js';
import * as icons from './icons.js';
import './sidebar.js';
import './message.js';
import './composer.js';
import './debug.js';

class App extends LitElement {
  store = new Store();
  #frame = 0;
  #touched = new Set();
  #stick = true;

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.store.addEventListener('change', () => this.requestUpdate());
    this.store.addEventListener('touched', event => this.#touch(event.detail));
    this.store.addEventListener('returned', event => this.#composer?.giveBack(event.detail.message));
    this.store.start();
    addEventListener('keydown', event => this.#key(event));
  }

  get #composer() {
    return this.querySelector('llamero-composer');
  }

  get #scroller() {
    return this.querySelector('.scroller');
  }

  firstUpdated() {
    const scroller = this.#scroller;
    const letGo = () => this.#setStick(false);
    scroller.addEventListener('wheel', event => event.deltaY < 0 && letGo(), { passive: true });
    scroller.addEventListener('touchmove', letGo, { passive: true });
    scroller.addEventListener('keydown', event => ['PageUp', 'Home', 'ArrowUp'].includes(event.key) && letGo());
    scroller.addEventListener('scroll', () => {
      const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
      if (below < 8) this.#setStick(true);
      else if (below > 400) this.#setStick(false);
    }, { passive: true });
    new ResizeObserver(() => this.#follow()).observe(this.querySelector('.thread'));
    new ResizeObserver(() => this.#follow()).observe(scroller);
  }

  updated() {
    const title = this.store.session?.title;
    document.title = title ? `${title} · Llamero` : 'Llamero';
    if (this.shownKey !== this.store.sessionKey) {
      this.shownKey = this.store.sessionKey;
      this.#setStick(true);
      this.#composer?.focusIfWide();
    }
    this.#follow();
  }

  #setStick(stick) {
    if (this.#stick === stick) return;
    this.#stick = stick;
    this.querySelector('.to-bottom')?.classList.toggle('shown', !stick);
  }

  #follow() {
    const scroller = this.#scroller;
    if (this.#stick && scroller) scroller.scrollTop = scroller.scrollHeight;
  }

  /** Text came in: at most once a frame, and only the message concerned. */
  #touch(message) {
    this.#touched.add(message.id);
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      for (const id of this.#touched) this.querySelector(`#m${id}`)?.requestUpdate();
      this.#touched.clear();
    });
  }

  #key(event) {
    if (event.key === 'Escape' && this.store.running && !this.querySelector('dialog[open]')) this.store.stop();
  }

  /** What was read stays where it is while older messages come in above. */
  async #earlier() {
    const scroller = this.#scroller;
    this.#setStick(false);
    const height = scroller.scrollHeight;
    await this.store.earlier();
    await this.updateComplete;
    scroller.scrollTop += scroller.scrollHeight - height;
  }

  #send(event) {
    if (event.detail === '/debug') {
      this.querySelector('llamero-debug').open();
      return;
    }
    this.#setStick(true);
    this.store.send(event.detail);
  }

  #sidebar(open) {
    this.classList.toggle('sidebar-open', open);
  }

  render() {
    const { store } = this;
    return html`
      <llamero-sidebar .store=${store} .sessions=${store.sessions} .current=${store.sessionKey} .language=${t('language')}
        @navigate=${() => this.#sidebar(false)} @language=${() => { switchLanguage(); this.#all(); }}></llamero-sidebar>
      <div class="veil" @click=${() => this.#sidebar(false)}></div>
      <main>
        <header>
          <button class="icon only-narrow" aria-label=${t('openMenu')} @click=${() => this.#sidebar(true)}>${icons.menu}</button>
          <h1>${store.session?.title ?? t('newChat')}</h1>
          ${this.#modelChip()}
        </header>
        ${this.#banner()}
        <div class="scroller" tabindex="-1">
          <div class="thread" role="log" aria-label=${t('conversation')} aria-live="off">${this.#thread()}</div>
        </div>
        <footer>
          <button class="to-bottom icon ${this.#stick ? '' : 'shown'}" aria-label=${t('toBottom')}
            @click=${() => { this.#setStick(true); this.#follow(); }}>${icons.down}</button>
          ${store.notice ? html`<p class="notice" role="alert">${store.notice}</p>` : nothing}
          <llamero-composer .running=${Boolean(store.running)} .limit=${store.welcome?.limits.messageCharsMax ?? 200000}
            .language=${t('language')} @send=${this.#send} @stop=${() => store.stop()}></llamero-composer>
        </footer>
      </main>
      <llamero-debug .store=${store} .language=${t('language')}></llamero-debug>
      <div class="visually-hidden" role="status">${store.running ? t('thinking') : nothing}</div>`;
  }

  #all() {
    this.requestUpdate();
    this.querySelectorAll('llamero-message, llamero-composer, llamero-debug').forEach(part => part.requestUpdate());
  }

  #modelChip() {
    const { store } = this;
    const broken = Boolean(store.modelFailure) || !store.model || !store.online;
    if (!broken && store.models.length > 1) {
      return html`<label class="model"><i></i><select aria-label=${t('modelLabel')} .value=${live(store.model)}
        @change=${event => store.choose(event.target.value)}>
        ${store.models.map(name => html`<option value=${name} ?selected=${name === store.model}>${name}</option>`)}</select></label>`;
    }
    return html`<button class="model ${broken ? 'broken' : ''}" title=${store.modelFailure || t('modelLabel')}
      aria-label="${t('modelLabel')}: ${store.model || t('modelUnknown')}"
      @click=${() => this.querySelector('llamero-debug').open()}><i></i><span>${store.model || t('modelUnknown')}</span></button>`;
  }

  #banner() {
    const { store } = this;
    if (!store.online && store.everOnline) {
      return html`<p class="banner offline" role="alert">${t(store.outbox.length ? 'offlineQueued' : 'offline')}</p>`;
    }
    const small = store.model.startsWith('toy') ? 'toy' : store.model.startsWith('tiny-qwen3') ? 'builtIn' : '';
    return small
      ? html`<p class="banner toy"><strong>${t(small + 'Title')}.</strong> ${t(small + 'Text')} <code>./llamero pull qwen3:0.6b</code></p>`
      : nothing;
  }

  #thread() {
    const { store } = this;
    if (!store.messages.length && !store.waitingHere.length) return store.loading ? nothing : this.#greeting();
    const last = store.messages.at(-1);
    return html`
      ${store.more ? html`<button class="earlier" @click=${this.#earlier}>${t('earlierMessages')}</button>` : nothing}
      ${repeat(store.messages, message => message.id, message => html`
        <llamero-message id="m${message.id}" class=${message.role} .message=${message} .state=${message.turn?.state}
          .language=${t('language')}
          .last=${message === last} @retry=${() => store.retry(message.turn.id)}></llamero-message>`)}
      ${store.waitingHere.map(item => html`
        <div class="message user queued"><div class="bubble">${item.message}</div>
          ${store.online ? nothing : html`<small>${t('queued')}</small>`}</div>`)}`;
  }

  #greeting() {
    return html`<section class="greeting">
      <img src="/icon.svg" alt="" width="52" height="52">
      <h2>${t('greeting')}</h2>
      <p>${t('greetingSub')}</p>
      <div class="suggestions">
        ${t('suggestions').map(text => html`<button @click=${() => this.#composer.suggest(text)}>${text}</button>`)}
      </div>
    </section>`;
  }
}
customElements.define('llamero-app', App);
