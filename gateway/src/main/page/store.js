// What the page knows: sessions, the open conversation, what waits to be sent. One way: gateway to store to view.
import { Connection } from './connection.js';

const PAGE_MESSAGES = 100;

export class Store extends EventTarget {
  connection = new Connection();
  sessions = [];
  sessionKey = '';
  messages = [];
  more = false;
  loading = false;
  outbox = restoreOutbox();
  model = '';
  /** The model that a person chose here; empty for the gateway's choice. */
  chosen = remembered('model');
  models = [];
  modelFailure = '';
  welcome = null;
  online = false;
  everOnline = false;
  /** What this page measured of its last question. */
  trace = null;
  notice = '';
  #seq = 0;
  #modelTimer = 0;

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

  /** The answer that is being written in the open conversation. */
  get running() {
    const last = this.messages.at(-1);
    return last?.turn?.state === 'RUNNING' ? last : null;
  }

  get waitingHere() {
    return this.outbox.filter(item => item.sessionKey === this.sessionKey && !item.shown);
  }

  open(sessionKey) {
    location.hash = `#/c/${sessionKey}`;
    this.#show(sessionKey);
  }

  newChat() {
    history.pushState(null, '', '/');
    this.#show(newKey());
  }

  send(text) {
    this.notice = '';
    this.outbox.push({ sessionKey: this.sessionKey, message: text, idempotencyKey: newKey(), model: this.chosen });
    saveOutbox(this.outbox);
    if (keyOfAddress() !== this.sessionKey) history.replaceState(null, '', `#/c/${this.sessionKey}`);
    this.changed();
    this.#flush();
  }

  async retry(turnId) {
    this.notice = '';
    this.trace = { start: performance.now() };
    await this.#wish(this.connection.request('chat.retry', { turnId, idempotencyKey: newKey(), model: this.chosen }));
  }

  choose(model) {
    this.chosen = model;
    this.model = model || this.model;
    remember('model', model);
    this.changed();
  }

  async stop() {
    if (this.running) await this.#wish(this.connection.request('chat.stop', { turnId: this.running.turn.id }));
  }

  async rename(sessionKey, title) {
    await this.#wish(this.connection.request('sessions.rename', { sessionKey, title }));
  }

  async remove(sessionKey) {
    await this.#wish(this.connection.request('sessions.delete', { sessionKey }));
  }

  async earlier() {
    const { sessionKey } = this;
    const request = this.connection.request('chat.history', { sessionKey, before: this.messages[0].id, limit: PAGE_MESSAGES });
    const page = await request.catch(() => null);
    if (!page || sessionKey !== this.sessionKey) return;
    this.messages = [...page.messages, ...this.messages];
    this.more = page.more;
    this.changed();
  }

  debug() {
    return this.connection.request('debug');
  }

  async roundTrip() {
    const start = performance.now();
    await this.connection.request('ping');
    return performance.now() - start;
  }

  changed() {
    this.dispatchEvent(new Event('change'));
  }

  async #wish(request) {
    try {
      await request;
    } catch (error) {
      this.notice = error.message;
      this.changed();
    }
  }

  async #opened(welcome) {
    this.online = true;
    this.everOnline = true;
    this.welcome = welcome;
    this.model = this.chosen || welcome.model || this.model;
    this.changed();
    try {
      const [list] = await Promise.all([this.connection.request('sessions.list'), this.#load()]);
      this.sessions = list.sessions;
    } catch {
      return; // The connection went again; the next opening does all this anew.
    }
    this.changed();
    this.#flush();
    this.#askModels();
  }

  #closed() {
    this.online = false;
    clearTimeout(this.#modelTimer);
    this.changed();
  }

  #follow() {
    const key = keyOfAddress();
    if (key && key !== this.sessionKey) this.#show(key);
  }

  #show(sessionKey) {
    if (sessionKey === this.sessionKey && this.messages.length) return;
    this.sessionKey = sessionKey;
    this.messages = [];
    this.more = false;
    this.notice = '';
    this.changed();
    if (this.online) this.#load().catch(() => {});
  }

  async #load() {
    const sessionKey = this.sessionKey;
    this.loading = true;
    try {
      const page = await this.connection.request('chat.history', { sessionKey, limit: PAGE_MESSAGES });
      if (sessionKey !== this.sessionKey) return;
      this.messages = page.messages;
      this.more = page.more;
      this.#seq = page.seq;
    } finally {
      if (sessionKey === this.sessionKey) this.loading = false;
    }
    this.changed();
  }

  async #askModels() {
    clearTimeout(this.#modelTimer);
    try {
      const { model, models } = await this.connection.request('models.list');
      this.models = models;
      // A model that was chosen and is gone must not be asked for.
      if (this.chosen && !models.includes(this.chosen)) this.choose('');
      this.model = this.chosen || model;
      this.modelFailure = '';
    } catch (error) {
      if (error.code === 'OFFLINE') return;
      this.modelFailure = error.message;
    }
    if (!this.model || this.modelFailure) this.#modelTimer = setTimeout(() => this.#askModels(), 5000);
    this.changed();
  }

  /** Sends what waits, in order; an item leaves only when the gateway has stored it. */
  async #flush() {
    if (this.flushing) return;
    this.flushing = true;
    try {
      while (this.online && this.outbox.length) {
        const item = this.outbox[0];
        if (item.sessionKey === this.sessionKey) this.trace = { start: performance.now() };
        try {
          const { shown, ...params } = item;
          await this.connection.request('chat.send', params);
        } catch (error) {
          if (error.code === 'OFFLINE') return;
          this.notice = error.message;
          this.dispatchEvent(new CustomEvent('returned', { detail: item }));
        }
        this.outbox = this.outbox.filter(other => other !== item);
        saveOutbox(this.outbox);
        this.changed();
      }
    } finally {
      this.flushing = false;
    }
  }

  #event(name, payload) {
    switch (name) {
      case 'session.changed': {
        const others = this.sessions.filter(session => session.key !== payload.session.key);
        this.sessions = [payload.session, ...others].sort((a, b) => b.updatedAt - a.updatedAt);
        break;
      }
      case 'session.deleted':
        this.sessions = this.sessions.filter(session => session.key !== payload.sessionKey);
        if (payload.sessionKey === this.sessionKey) this.newChat();
        break;
      case 'turn.started': return this.#started(payload);
      case 'turn.delta': return this.#delta(payload);
      case 'turn.waiting': {
        const message = this.#turn(payload);
        if (message) {
          message.waitedMillis = payload.elapsedMillis;
          this.#touched(message);
        }
        return;
      }
      case 'turn.ended': return this.#ended(payload);
      default: return;
    }
    this.changed();
  }

  #turn({ sessionKey, turnId }) {
    const last = this.messages.at(-1);
    return sessionKey === this.sessionKey && !this.loading && last?.turn?.id === turnId ? last : null;
  }

  #started({ sessionKey, question, answer }) {
    if (sessionKey !== this.sessionKey || this.loading) return;
    const sent = this.outbox.find(item => item.sessionKey === sessionKey && item.message === question.content);
    if (sent) sent.shown = true;
    const kept = this.messages.filter(message => message.id < question.id);
    this.messages = [...kept, question, answer];
    this.#seq = 0;
    this.changed();
  }

  #delta(payload) {
    const message = this.#turn(payload);
    if (!message || payload.seq <= this.#seq) return;
    if (payload.seq > this.#seq + 1) {
      this.#load().catch(() => {});
      return;
    }
    this.#seq = payload.seq;
    if (payload.kind === 'reasoning') message.reasoning += payload.text;
    else message.content += payload.text;
    if (this.trace && this.trace.firstMillis === undefined) {
      this.trace.firstMillis = performance.now() - this.trace.start;
    }
    this.#touched(message);
  }

  #ended({ sessionKey, turnId, answer }) {
    const message = this.#turn({ sessionKey, turnId });
    if (!message) return;
    this.messages = [...this.messages.slice(0, -1), answer];
    if (this.trace && this.trace.totalMillis === undefined) {
      this.trace.totalMillis = performance.now() - this.trace.start;
      this.trace.turnId = turnId;
    }
    if (answer.turn.model && !this.model) this.model = answer.turn.model;
    if (answer.turn.state === 'FAILED') this.#askModels();
    this.changed();
  }

  /** Only one message changed: the view needs to look at no other. */
  #touched(message) {
    this.dispatchEvent(new CustomEvent('touched', { detail: message }));
  }
}

function keyOfAddress() {
  return location.hash.match(/^#\/c\/([A-Za-z0-9_-]{8,64})$/)?.[1] ?? '';
}

/** Like a UUID; crypto.randomUUID is missing where a page is opened over plain HTTP from another machine. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

function remembered(name) {
  try {
    return localStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Only the next visit forgets it.
  }
}

function restoreOutbox() {
  try {
    return JSON.parse(sessionStorage.getItem('outbox') ?? '[]');
  } catch {
    return [];
  }
}

function saveOutbox(outbox) {
  try {
    sessionStorage.setItem('outbox', JSON.stringify(outbox.map(({ shown, ...item }) => item)));
  } catch {
    // Storage is full or off: a reload while offline would lose what waits, nothing else.
  }
}
