// What the page knows: sessions, the open conversation, what waits to be sent. One way: gateway to store to view.
import { Connection } from './connection.js';
import { Models } from './models.js';
import { Outbox } from './outbox.js';
import { PageClock, now } from './page-clock.js';
import { Transcript } from './transcript.js';
import { forgetAll, newKey, remember, remembered } from './storage.js';

/** A conversation shows its end first; the rest follows while nothing else is to do, up to so many messages. */
const PAGE_MESSAGES = 100;
const FOLLOWING_PAGE_MESSAGES = 200;
const MESSAGES_MAX = 2000;
/** How long the page offers to bring a deleted conversation back. */
const UNDO_MILLIS = 30_000;

export class Store extends EventTarget {
  connection = new Connection();
  outbox = new Outbox();
  models = new Models(this.connection, () => this.changed());
  transcript = new Transcript();
  clock = new PageClock();
  sessions = [];
  sessionKey = '';
  settings = null;
  more = false;
  loading = false;
  welcome = null;
  online = false;
  everOnline = false;
  notice = '';
  /** Settled when the gateway knows what this page measured of its last question. */
  measured = Promise.resolve();
  /** A session that was just deleted and can come back: its key and title. */
  deleted = null;
  #deletedTimer = 0;
  #idle = 0;

  start() {
    this.connection.addEventListener('open', event => this.#opened(event.detail));
    this.connection.addEventListener('close', () => this.#closed());
    this.connection.addEventListener('message', event => this.#event(event.detail.event, event.detail.payload));
    addEventListener('hashchange', () => this.#follow());
    this.sessionKey = keyOfAddress() || newKey();
    this.connection.start();
  }

  get session() {
    return this.sessions.find(session => session.key === this.sessionKey);
  }

  get messages() {
    return this.transcript.messages;
  }

  /** The answer that is being written in the open conversation. */
  get running() {
    return this.transcript.running;
  }

  get waitingHere() {
    return this.outbox.of(this.sessionKey).filter(item => item.method === 'chat.send' && !item.shown);
  }

  open(sessionKey) {
    location.hash = `#/c/${sessionKey}`;
    this.#show(sessionKey);
  }

  newChat() {
    history.pushState(null, '', '/');
    this.#show(newKey());
  }

  send(message, attachments = []) {
    const { sessionKey } = this;
    if (keyOfAddress() !== sessionKey) history.replaceState(null, '', `#/c/${sessionKey}`);
    this.#post('chat.send', {
      sessionKey, message, model: this.models.chosen, ...(attachments.length ? { attachments } : {}),
    });
  }

  retry(turnId, model = this.models.chosen) {
    this.#post('chat.retry', { turnId, model });
  }

  goOn(turnId) {
    this.#post('chat.continue', { turnId });
  }

  edit(messageId, message) {
    this.#post('chat.edit', { sessionKey: this.sessionKey, messageId, message, model: this.models.chosen });
  }

  branch(messageId) {
    return this.wish('chat.branch', { sessionKey: this.sessionKey, messageId });
  }

  async stop() {
    if (this.running) await this.wish('chat.stop', { turnId: this.running.turn.id });
  }

  configure(settings) {
    this.settings = settings;
    this.changed();
    return this.wish('sessions.configure', { sessionKey: this.sessionKey, settings });
  }

  async remove(sessionKey) {
    const title = this.sessions.find(session => session.key === sessionKey)?.title ?? '';
    const done = await this.wish('sessions.delete', { sessionKey });
    if (!done?.restoreMillis) return;
    clearTimeout(this.#deletedTimer);
    this.deleted = { sessionKey, title };
    this.#deletedTimer = setTimeout(() => this.forgetDeleted(), Math.min(done.restoreMillis, UNDO_MILLIS));
    this.changed();
  }

  forgetDeleted() {
    this.deleted = null;
    this.changed();
  }

  async restore() {
    const { sessionKey } = this.deleted;
    clearTimeout(this.#deletedTimer);
    this.deleted = null;
    await this.wish('sessions.restore', { sessionKey });
    this.open(sessionKey);
  }

  /** Shows a message that a search found, whatever branch it is on. */
  async showHit({ sessionKey, messageId }) {
    if (messageId) await this.wish('chat.branch', { sessionKey, messageId });
    this.transcript.clear();
    location.hash = `#/c/${sessionKey}`;
    this.#show(sessionKey);
  }

  async earlier() {
    if (!this.messages.length) return;
    const { sessionKey } = this;
    const before = this.messages[0].id;
    const page = await this.connection
      .request('chat.history', { sessionKey, before, limit: FOLLOWING_PAGE_MESSAGES })
      .catch(() => null);
    if (!page || sessionKey !== this.sessionKey || this.messages[0]?.id !== before) return;
    this.transcript.prepend(page.messages);
    this.more = page.more;
    this.changed();
    this.#earlierWhenIdle();
  }

  /** A request whose failure is shown and not thrown. Gives the payload, or undefined. */
  async wish(method, params) {
    this.notice = '';
    try {
      return await this.connection.request(method, params);
    } catch (error) {
      this.say(error.message);
      return undefined;
    }
  }

  say(notice) {
    this.notice = notice;
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event('change'));
  }

  #post(method, params) {
    this.notice = '';
    this.outbox.push(method, params);
    this.changed();
    this.#flush();
  }

  #flush() {
    return this.outbox.flush(this.connection, {
      sending: item => item.params.sessionKey && item.params.sessionKey !== this.sessionKey ? null : this.clock.begin(item.at, this.connection.sentAt),
      sent: (item, turn) => {
        this.clock.taken(turn.turnId);
        this.changed();
      },
      waits: () => this.changed(),
      refused: (item, error) => {
        this.say(error.message);
        this.dispatchEvent(new CustomEvent('returned', { detail: item }));
      },
    });
  }

  async #opened(welcome) {
    if (this.#isAnotherPerson(welcome.account)) return;
    const known = this.everOnline;
    Object.assign(this, { online: true, everOnline: true, welcome });
    this.models.welcome(welcome.model);
    this.changed();
    try {
      const [list] = await Promise.all([this.connection.request('sessions.list'), known ? this.#resume() : this.#load()]);
      this.sessions = list.sessions;
      this.clock.found();
    } catch {
      return; // The connection went again; the next opening does all this anew.
    }
    this.changed();
    this.#flush();
    this.models.refresh();
  }

  /** What one person wrote and did not send is neither shown to the next one at this browser nor sent for them. */
  #isAnotherPerson(account) {
    const before = remembered('account');
    remember('account', account);
    if (!before || before === account) return false;
    ['draft.', 'outbox.'].forEach(forgetAll);
    history.replaceState(null, '', '/');
    location.reload();
    return true;
  }

  #closed() {
    this.online = false;
    this.clock.lost();
    this.models.rest();
    this.changed();
  }

  #follow() {
    const key = keyOfAddress();
    if (key && key !== this.sessionKey) this.#show(key);
  }

  #show(sessionKey) {
    if (sessionKey === this.sessionKey && this.messages.length) return;
    this.sessionKey = sessionKey;
    this.transcript.clear();
    this.settings = null;
    this.more = false;
    this.notice = '';
    this.changed();
    if (this.online) this.#load().catch(() => {});
  }

  async #load() {
    const { sessionKey } = this;
    this.loading = true;
    try {
      const page = await this.connection.request('chat.history', { sessionKey, limit: PAGE_MESSAGES });
      if (sessionKey !== this.sessionKey) return;
      this.transcript.load(page.messages, page.seq);
      this.more = page.more;
      this.settings = page.settings ?? null;
      this.clock.follow(this.running?.turn.id);
    } finally {
      if (sessionKey === this.sessionKey) this.loading = false;
    }
    this.changed();
    this.#earlierWhenIdle();
  }

  /** Only the connection was lost: what was missed of the running answer is all that is asked for. */
  async #resume() {
    const { sessionKey, running } = this;
    if (!running) return this.#load();
    const payload = await this.connection
      .request('chat.resume', { sessionKey, turnId: running.turn.id, seq: this.transcript.seq })
      .catch(error => (error.code === 'OFFLINE' ? Promise.reject(error) : null));
    if (sessionKey !== this.sessionKey) return;
    if (!payload || !this.transcript.resume(payload)) return this.#load();
    this.changed();
    if (this.running) this.#touched(this.running);
    else this.#measure(payload.turnId);
  }

  #earlierWhenIdle() {
    cancelIdle(this.#idle);
    if (this.more && this.messages.length < MESSAGES_MAX) this.#idle = whenIdle(() => this.earlier());
  }

  #event(name, payload) {
    if (name.startsWith('turn.')) return this.#turnEvent(name, payload);
    switch (name) {
      case 'session.changed': {
        const others = this.sessions.filter(session => session.key !== payload.session.key);
        this.sessions = [payload.session, ...others].sort((a, b) => b.updatedAt - a.updatedAt);
        // What waited for its answer to end goes now.
        if (!payload.session.running) this.#flush();
        break;
      }
      case 'session.deleted':
        this.sessions = this.sessions.filter(session => session.key !== payload.sessionKey);
        if (payload.sessionKey === this.sessionKey) this.newChat();
        break;
      case 'session.branched':
        if (payload.sessionKey === this.sessionKey) this.#load().catch(() => {});
        return;
      case 'session.configured':
        if (payload.sessionKey === this.sessionKey) this.settings = payload.settings;
        break;
      case 'models.pull':
        this.models.pulled(payload);
        break;
      default: return;
    }
    this.changed();
  }

  #turnEvent(name, payload) {
    // What comes before the history is in the history.
    if (payload.sessionKey !== this.sessionKey || this.loading) return;
    if (name === 'turn.started') this.outbox.of(payload.sessionKey).forEach(item => {
      if (item.params.message === payload.question.content) item.shown = true;
    });
    const { changed, touched, missed } = this.transcript.apply(name, payload);
    if (name === 'turn.delta' || name === 'turn.tool') this.clock.piece(payload.turnId);
    if (name === 'turn.ended') {
      this.models.used(payload.answer.turn);
      this.dispatchEvent(new CustomEvent('answered', { detail: payload.answer }));
    }
    if (missed) this.#load().catch(() => {});
    else if (changed) this.changed();
    else if (touched) this.#touched(touched);
    if (name === 'turn.ended') this.#measure(payload.turnId);
  }

  /** Tells the gateway what this page measured of its question, with what the smallest question takes now. */
  #measure(turnId) {
    const { connection } = this;
    const measured = this.clock.end(turnId, connection.heardAt, connection.busyMillis);
    this.measured = measured
      .then(async times => {
        if (!times) return;
        const start = now();
        await connection.request('ping');
        await connection.request('chat.measured', { ...times, roundTripMillis: now() - start });
      })
      .catch(() => {}); // The connection went: then nobody learns it.
  }

  /** Only one message changed: the view needs to look at no other. */
  #touched(message) {
    if (message) this.dispatchEvent(new CustomEvent('touched', { detail: message }));
  }
}

function keyOfAddress() {
  return location.hash.match(/^#\/c\/([A-Za-z0-9_-]{8,64})$/)?.[1] ?? '';
}

const whenIdle = work => (window.requestIdleCallback ?? (task => setTimeout(task, 50)))(work, { timeout: 1000 });
const cancelIdle = id => (window.cancelIdleCallback ?? clearTimeout)(id);
