// The WebSocket: requests with ids, events, and coming back by itself. PROTOCOL.md tells what is spoken.
import { busyFor, now, working } from './page-clock.js';

const RECONNECT_MILLIS = [300, 700, 1500, 3000, 5000, 8000];
const REQUEST_MILLIS = 30_000;
const POLICY_VIOLATION = 1008;

export class Connection extends EventTarget {
  #socket = null;
  #waiting = new Map();
  #nextId = 1;
  #attempts = 0;
  #tickMillis = 10_000;
  #encoder = new TextEncoder();
  online = false;
  /** When the last message was handed to the socket, and when one was last here: milliseconds of the page's clock. */
  sentAt = 0;
  heardAt = 0;
  /** For how long the page had been at work when that was here, in milliseconds. */
  busyMillis = 0;

  start() {
    this.#open();
    setInterval(() => this.#watch(), 2000);
    // A phone that wakes up should not wait for the next attempt.
    addEventListener('online', () => this.#hurry());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.#hurry());
  }

  /** Resolves with the payload; rejects with an error that has code and retryable. */
  request(method, params = {}) {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(failure('OFFLINE', 'not connected', true));
    }
    const id = String(this.#nextId++);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(failure('OFFLINE', 'no response', true));
      }, REQUEST_MILLIS);
      this.#waiting.set(id, { resolve, reject, timer });
      // Binary, since the gateway refuses text that the browser may have cut into several frames.
      const bytes = this.#encoder.encode(JSON.stringify({ type: 'req', id, method, params }));
      working();
      this.sentAt = now();
      this.#socket.send(bytes);
    });
  }

  #open() {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}/ws`);
    this.#socket = socket;
    socket.onopen = async () => {
      this.heardAt = now();
      try {
        const welcome = await this.request('hello', { protocol: 1 });
        this.#tickMillis = welcome.limits.tickMillis;
        this.#attempts = 0;
        this.online = true;
        this.dispatchEvent(new CustomEvent('open', { detail: welcome }));
      } catch {
        socket.close();
      }
    };
    socket.onmessage = event => {
      this.heardAt = now();
      this.busyMillis = busyFor();
      working();
      this.#receive(JSON.parse(event.data));
    };
    socket.onclose = event => {
      if (this.#socket !== socket) return;
      if (!this.online || event?.code === POLICY_VIOLATION) askForSignIn();
      this.#socket = null;
      this.online = false;
      for (const { reject, timer } of this.#waiting.values()) {
        clearTimeout(timer);
        reject(failure('OFFLINE', 'connection lost', true));
      }
      this.#waiting.clear();
      this.dispatchEvent(new Event('close'));
      const delay = RECONNECT_MILLIS[Math.min(this.#attempts++, RECONNECT_MILLIS.length - 1)];
      setTimeout(() => this.#socket ?? this.#open(), delay * (0.8 + 0.4 * Math.random()));
    };
  }

  #receive(message) {
    if (message.type === 'event') {
      this.dispatchEvent(new CustomEvent('message', { detail: message }));
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    if (message.ok) waiting.resolve(message.payload);
    else waiting.reject(failure(message.error.code, message.error.message, message.error.retryable));
  }

  /** A connection that died without a word shows by the missing ticks. */
  #watch() {
    const socket = this.#socket;
    if (socket?.readyState === WebSocket.OPEN && now() - this.heardAt > 2.5 * this.#tickMillis) {
      socket.onclose();
      socket.close();
    }
  }

  #hurry() {
    if (!this.#socket) {
      this.#attempts = 0;
      this.#open();
    }
  }
}

function failure(code, message, retryable) {
  return Object.assign(new Error(message), { code, retryable });
}

/** A socket is refused without a reason; the page's own address leads to the sign-in if that is what is missing. */
async function askForSignIn() {
  const answer = await fetch('/', { redirect: 'manual', cache: 'no-store', headers: { Accept: 'text/html' } }).catch(() => null);
  if (answer?.type === 'opaqueredirect') location.reload();
}
