// The conversation: follows the answer unless one scrolled away, and draws only messages that are near the view.
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Part } from './part.js';
import { t } from './texts.js';
import * as icons from './icons.js';
import './message.js';

/** Beyond the view in both directions, messages are drawn this much ahead. */
const AHEAD = '150% 0px';
/** Drawing an answer anew may take a quarter of the time, however long it has become. */
const REST_FACTOR = 3;
const REST_MAX_MILLIS = 500;

class Thread extends Part {
  static properties = { store: { attribute: false }, away: { state: true } };

  #stick = true;
  #shownKey = '';
  #touched = new Map();
  #waiting = false;
  #watcher;

  firstUpdated() {
    this.store.addEventListener('change', () => this.requestUpdate());
    this.store.addEventListener('touched', event => this.#touch(event.detail));
    const scroller = this.querySelector('.scroller');
    const letGo = () => this.#setStick(false);
    scroller.addEventListener('wheel', event => event.deltaY < 0 && letGo(), { passive: true });
    scroller.addEventListener('touchmove', letGo, { passive: true });
    scroller.addEventListener('keydown', event => ['PageUp', 'Home', 'ArrowUp'].includes(event.key) && letGo());
    scroller.addEventListener('scroll', () => {
      const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
      if (below < 8) this.#setStick(true);
      else if (below > 400) this.#setStick(false);
    }, { passive: true });
    const follow = new ResizeObserver(() => this.#follow());
    follow.observe(this.querySelector('.thread'));
    follow.observe(scroller);
    this.#watcher = new IntersectionObserver(entries => this.#seen(entries), { root: scroller, rootMargin: AHEAD });
    this.requestUpdate();
  }

  updated() {
    if (!this.#watcher) return;
    if (this.#shownKey !== this.store.sessionKey) {
      this.#shownKey = this.store.sessionKey;
      this.#setStick(true);
    }
    for (const message of this.querySelectorAll('llamero-message:not([watched])')) {
      message.toggleAttribute('watched', true);
      this.#watcher.observe(message);
    }
    this.#follow();
  }

  toEnd() {
    this.#setStick(true);
    this.#follow();
  }

  editLast() {
    [...this.querySelectorAll('llamero-message.user')].at(-1)?.edit();
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      target.near = true;
      this.#watcher.unobserve(target);
    }
  }

  #setStick(stick) {
    if (this.#stick === stick) return;
    this.#stick = stick;
    this.away = !stick;
  }

  #follow() {
    const scroller = this.querySelector('.scroller');
    if (this.#stick) scroller.scrollTop = scroller.scrollHeight;
  }

  /** Text came in: at most once a frame, only the message concerned, and with a rest that fits its cost. */
  #touch(message) {
    this.#touched.set(message.id, message);
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(async () => {
      const start = performance.now();
      const parts = [...this.#touched.keys()].map(id => this.querySelector(`#m${id}`)).filter(Boolean);
      this.#touched.clear();
      parts.forEach(part => part.requestUpdate());
      await Promise.all(parts.map(part => part.updateComplete));
      setTimeout(() => {
        this.#waiting = false;
        const [next] = this.#touched.values();
        if (next) this.#touch(next);
      }, Math.min((performance.now() - start) * REST_FACTOR, REST_MAX_MILLIS));
    });
  }

  /** What was read stays where it is while older messages come in above. */
  async #earlier() {
    const scroller = this.querySelector('.scroller');
    this.#setStick(false);
    const first = this.querySelector('llamero-message');
    const before = first.getBoundingClientRect().top;
    await this.store.earlier();
    await this.updateComplete;
    scroller.scrollTop += first.getBoundingClientRect().top - before;
  }

  render() {
    const { store } = this;
    const empty = !store.messages.length && !store.waitingHere.length;
    return html`<div class="scroller" tabindex="-1">
        <div class="thread" role="log" aria-label=${t('conversation')} aria-live="off" aria-busy=${store.loading}>
          ${!empty ? this.#messages() : store.loading ? nothing : this.#greeting()}</div>
      </div>
      <button class="to-bottom icon ${this.away ? 'shown' : ''}" aria-label=${t('toBottom')} @click=${this.toEnd}>${icons.down}</button>`;
  }

  #messages() {
    const { store } = this;
    const last = store.messages.at(-1);
    return html`
      ${store.more ? html`<button class="earlier" @click=${this.#earlier}>${t('earlierMessages')}</button>` : nothing}
      ${repeat(store.messages, message => message.id, message => html`
        <llamero-message id="m${message.id}" class=${message.role} .store=${store} .message=${message}
          .state=${message.turn?.state} .last=${message === last} .idle=${!store.running}></llamero-message>`)}
      ${store.waitingHere.map(item => html`
        <div class="message user queued"><div class="bubble">${item.params.message}</div>
          ${this.#queued(item)}</div>`)}`;
  }

  #queued(item) {
    if (!this.store.online) return html`<small>${t('queued')}</small>`;
    return item.busy ? html`<small>${t('queuedBusy')}
      <button class="link" @click=${() => this.#unsend(item)}>${t('unsend')}</button></small>` : nothing;
  }

  #unsend(item) {
    this.store.outbox.take(item);
    this.store.dispatchEvent(new CustomEvent('returned', { detail: item }));
    this.store.changed();
  }

  #greeting() {
    return html`<section class="greeting">
      <img src="/icon.svg" alt="" width="52" height="52">
      <h2>${t('greeting')}</h2>
      <p>${t('greetingSub')}</p>
      <div class="suggestions">
        ${t('suggestions').map(text => html`<button @click=${() => this.#suggest(text)}>${text}</button>`)}
      </div>
    </section>`;
  }

  #suggest(text) {
    this.dispatchEvent(new CustomEvent('suggest', { detail: text }));
  }
}
customElements.define('llamero-thread', Thread);
