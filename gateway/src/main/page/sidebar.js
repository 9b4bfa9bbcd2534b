// The list of conversations: search, open, pin, rename, delete, new; and what concerns the whole page.
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Part } from './part.js';
import { importFile } from './transfer.js';
import { nextTheme, theme } from './themes.js';
import { switchLanguage, t } from './texts.js';
import * as icons from './icons.js';
import './search.js';

class Sidebar extends Part {
  static properties = {
    store: { attribute: false }, sessions: { attribute: false }, current: { attribute: false },
    renaming: { state: true }, searching: { state: true }, account: { state: true },
  };

  firstUpdated() {
    fetch('/account')
      .then(answer => (answer.ok ? answer.json() : null))
      .then(account => (this.account = account))
      // Offline, or a gateway without accounts: nobody to sign out.
      .catch(() => (this.account = null));
  }

  search() {
    this.querySelector('llamero-search').open();
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
    this.querySelector('li input')?.select();
  }

  #renamed(event, session) {
    const title = event.target.value.trim();
    if (this.renaming !== session.key) return;
    this.renaming = null;
    if (title && title !== session.title) this.store.wish('sessions.rename', { sessionKey: session.key, title });
  }

  /** The keyboard was in the field that is now a link again. */
  async #backToLink({ key }, leave) {
    leave();
    await this.updateComplete;
    this.querySelector(`a[href="#/c/${key}"]`)?.focus();
  }

  #pin({ key, pinned }) {
    this.store.wish('sessions.pin', { sessionKey: key, pinned: !pinned });
  }

  async #import(event) {
    const [file] = event.target.files;
    event.target.value = '';
    if (!file) return;
    const keys = await importFile(this.store, file);
    if (keys?.length) this.#navigate(() => this.store.open(keys[0]));
  }

  render() {
    const themes = { system: icons.halfMoon, light: icons.sun, dark: icons.moon };
    return html`
      <div class="brand"><img src="/icon.svg" alt="" width="26" height="26"><span>Llamero</span></div>
      <button class="new" @click=${() => this.#navigate(() => this.store.newChat())}>${icons.plus}<span>${t('newChat')}</span></button>
      <llamero-search .store=${this.store} @searching=${event => (this.searching = event.detail)}
        @left=${() => this.dispatchEvent(new Event('navigate'))}></llamero-search>
      <nav aria-label=${t('chats')} ?hidden=${this.searching}>
        ${this.sessions.length ? nothing : html`<p class="empty">${t('noChats')}</p>`}
        ${groups(this.sessions).map(([name, sessions]) => html`
          <h2>${t(name)}</h2>
          <ul>${repeat(sessions, session => session.key, session => this.#item(session))}</ul>`)}
      </nav>
      <div class="foot">
        <button class="language" @click=${switchLanguage}>${t('language')}</button>
        ${this.#button(themes[theme()], `${t('theme')}: ${t(`theme_${theme()}`)}`, () => { nextTheme(); this.requestUpdate(); })}
        ${this.#button(icons.import, t('import'), () => this.querySelector('.foot input').click())}
        <input type="file" hidden tabindex="-1" accept=".json,.md,application/json,text/markdown" @change=${this.#import}>
        ${this.#button(icons.pulse, t('debugTitle'), () => this.#tell('debug'))}
        ${this.account?.signedIn ? this.#button(icons.leave, t('signOut', { name: this.account.name }), () => this.#signOut()) : nothing}
        ${this.#button(icons.keyboard, t('helpTitle'), () => this.#tell('help'))}
      </div>`;
  }

  async #signOut() {
    await fetch('/sign-out', { method: 'POST' }).catch(error => this.store.say(error.message));
    location.reload();
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }

  #button(icon, label, action) {
    return html`<button class="icon" aria-label=${label} title=${label} @click=${action}>${icon}</button>`;
  }

  #item(session) {
    const title = session.title || t('untitled');
    if (this.renaming === session.key) {
      return html`<li><input .value=${session.title} maxlength="120" aria-label=${t('title')}
        @keydown=${event => {
          if (event.key === 'Enter' && !event.isComposing) this.#backToLink(session, () => this.#renamed(event, session));
          if (event.key === 'Escape') { event.stopPropagation(); this.#backToLink(session, () => (this.renaming = null)); }
        }} @blur=${event => this.#renamed(event, session)}></li>`;
    }
    return html`<li class=${session.key === this.current ? 'current' : ''}>
      <a href="#/c/${session.key}" aria-current=${session.key === this.current ? 'page' : nothing} title=${title}
        @click=${event => this.#open(event, session.key)}>${title}</a>
      ${session.running ? html`<i class="dot" role="img" aria-label=${t('RUNNING')}></i>` : nothing}
      <span class="actions">
        ${this.#button(session.pinned ? icons.unpin : icons.pin, `${t(session.pinned ? 'unpin' : 'pin')}: ${title}`, () => this.#pin(session))}
        ${this.#button(icons.pencil, `${t('rename')}: ${title}`, () => this.#rename(session.key))}
        ${this.#button(icons.trash, `${t('remove')}: ${title}`, () => this.store.remove(session.key))}
      </span></li>`;
  }
}
customElements.define('llamero-sidebar', Sidebar);

function groups(sessions) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const day = 86_400_000;
  const name = ({ pinned, updatedAt: time }) =>
    pinned ? 'pinned'
      : time >= midnight ? 'today'
      : time >= midnight - day ? 'yesterday'
      : time >= midnight - 7 * day ? 'week'
      : time >= midnight - 30 * day ? 'month'
      : 'earlier';
  return ['pinned', 'today', 'yesterday', 'week', 'month', 'earlier']
    .map(group => [group, sessions.filter(session => name(session) === group)])
    .filter(([, members]) => members.length);
}
