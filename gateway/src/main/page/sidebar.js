// The list of conversations: open, rename, delete, new.
import { LitElement, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { t } from './texts.js';
import * as icons from './icons.js';

class Sidebar extends LitElement {
  static properties = {
    store: { attribute: false }, sessions: { attribute: false }, current: { attribute: false }, language: { attribute: false },
    renaming: { state: true }, removing: { state: true },
  };

  createRenderRoot() {
    return this;
  }

  #navigate(action) {
    action();
    this.dispatchEvent(new Event('navigate'));
  }

  #open(event, key) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#navigate(() => this.store.open(key));
  }

  async #rename(key) {
    this.renaming = key;
    await this.updateComplete;
    this.querySelector('input')?.select();
  }

  #renamed(event, session) {
    const title = event.target.value.trim();
    if (this.renaming !== session.key) return;
    this.renaming = null;
    if (title && title !== session.title) this.store.rename(session.key, title);
  }

  /** The second click deletes; looking elsewhere takes the first one back. */
  #remove(key) {
    if (this.removing === key) {
      this.removing = null;
      this.store.remove(key);
    } else {
      this.removing = key;
    }
  }

  render() {
    return html`
      <div class="brand"><img src="/icon.svg" alt="" width="26" height="26"><span>Llamero</span></div>
      <button class="new" @click=${() => this.#navigate(() => this.store.newChat())}>${icons.plus}<span>${t('newChat')}</span></button>
      <nav aria-label=${t('chats')}>
        ${this.sessions.length ? nothing : html`<p class="empty">${t('noChats')}</p>`}
        ${groups(this.sessions).map(([name, sessions]) => html`
          <h2>${t(name)}</h2>
          <ul>${repeat(sessions, session => session.key, session => this.#item(session))}</ul>`)}
      </nav>
      <button class="language" @click=${() => this.dispatchEvent(new Event('language'))}>${t('language')}</button>`;
  }

  #item(session) {
    const title = session.title || t('untitled');
    if (this.renaming === session.key) {
      return html`<li><input .value=${session.title} maxlength="120" aria-label=${t('title')}
        @keydown=${event => {
          if (event.key === 'Enter' && !event.isComposing) this.#renamed(event, session);
          if (event.key === 'Escape') { event.stopPropagation(); this.renaming = null; }
        }} @blur=${event => this.#renamed(event, session)}></li>`;
    }
    const sure = this.removing === session.key;
    return html`<li class=${session.key === this.current ? 'current' : ''}>
      <a href="#/c/${session.key}" aria-current=${session.key === this.current ? 'page' : nothing} title=${title}
        @click=${event => this.#open(event, session.key)}>${title}</a>
      ${session.running ? html`<i class="dot" aria-hidden="true"></i>` : nothing}
      <span class="actions ${sure ? 'sure' : ''}">
        ${sure ? nothing : html`<button class="icon" aria-label="${t('rename')}: ${title}" title=${t('rename')} @click=${() => this.#rename(session.key)}>${icons.pencil}</button>`}
        <button class=${sure ? 'danger' : 'icon'} aria-label="${t('remove')}: ${title}" title=${t('remove')} @click=${() => this.#remove(session.key)}
          @blur=${() => { if (sure) this.removing = null; }}>${sure ? t('removeSure') : icons.trash}</button>
      </span></li>`;
  }
}
customElements.define('llamero-sidebar', Sidebar);

function groups(sessions) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const day = 86_400_000;
  const name = time =>
    time >= midnight ? 'today' : time >= midnight - day ? 'yesterday' : time >= midnight - 7 * day ? 'week' : 'earlier';
  return Object.entries(Object.groupBy?.(sessions, session => name(session.updatedAt)) ?? { chats: sessions });
}
