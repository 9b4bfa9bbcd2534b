// What waits to be taken by the gateway: kept in the browser until the acknowledgement, sent again after a lost
// connection. Two tabs may send the same thing; its idempotency key makes it one.
import { now } from './page-clock.js';
import { newKey, remember, rememberedAll } from './storage.js';

const PREFIX = 'outbox.';
/** What could not be sent for so long is no longer sent without asking. */
const AGE_MAX_MILLIS = 24 * 3600 * 1000;

export class Outbox {
  items = restore();
  #flushing = false;

  get length() {
    return this.items.length;
  }

  /** A request that must not be lost. Its parameters get an idempotency key. */
  push(method, params) {
    const item = { method, params: { ...params, idempotencyKey: newKey() }, at: now() };
    this.items.push(item);
    remember(PREFIX + item.params.idempotencyKey, JSON.stringify(item));
    return item;
  }

  of(sessionKey) {
    return this.items.filter(item => item.params.sessionKey === sessionKey);
  }

  take(item) {
    this.items = this.items.filter(other => other !== item);
    remember(PREFIX + item.params.idempotencyKey, '');
  }

  /**
   * Sends what waits, in order. An item leaves when the gateway has it on disk, or has refused it for good; what waits
   * for a running answer stays.
   */
  async flush(connection, { sending, sent, waits, refused }) {
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      const blocked = new Set();
      for (let item; (item = this.items.find(one => !blocked.has(one.params.sessionKey ?? one))); ) {
        if (!connection.online) return;
        try {
          const answer = connection.request(item.method, item.params);
          sending(item);
          const turn = await answer;
          this.take(item);
          sent(item, turn);
        } catch (error) {
          if (error.code === 'OFFLINE') return;
          if (error.code === 'BUSY' && item.method === 'chat.send') {
            item.busy = true;
            blocked.add(item.params.sessionKey);
            waits(item);
            continue;
          }
          this.take(item);
          refused(item, error);
        }
      }
    } finally {
      this.#flushing = false;
    }
  }
}

function restore() {
  return rememberedAll(PREFIX)
    .map(([, text]) => JSON.parse(text))
    .filter(item => now() - item.at < AGE_MAX_MILLIS)
    .sort((a, b) => a.at - b.at);
}
