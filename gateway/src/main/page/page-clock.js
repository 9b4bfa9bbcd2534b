// What this page measured of its last question, on its own clock. The gateway keeps it with the turn, so that /debug
// can tell where all the time went.
import { rememberHere, rememberedHere } from './storage.js';

/** Milliseconds since 1970; goes only forward, and on over a reload of the page. */
export const now = () => performance.timeOrigin + performance.now();

/** Since when the page has been at work without a pause; 0 while it rests. */
let busySince = 0;
const { port1: rests, port2: ring } = new MessageChannel();
rests.onmessage = () => (busySince = 0);
let frame = 0;

/** The page begins to work, or goes on: what comes meanwhile waits until it rests, and drawing is work too. */
export function working() {
  begin();
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    begin();
  });
}

function begin() {
  if (busySince) return;
  busySince = now();
  ring.postMessage(null);
}

/** For how long it has been at work without a pause. */
export const busyFor = () => (busySince ? now() - busySince : 0);

export class PageClock {
  /** Times of the question that is on its way: pressed, sent, ack, first, firstPaint, last; and the turn's id, if known. */
  #times = restored();
  #lostAt = 0;

  /** @param pressed when the person sent it @param sent when it was handed to the socket */
  begin(pressed, sent) {
    this.#times = { pressed, sent, offline: 0 };
  }

  /** The gateway has taken the question. */
  taken(turnId) {
    if (!this.#times) return;
    Object.assign(this.#times, { turnId, ack: now() });
    this.#keep();
  }

  /** A piece of an answer is here; before the question is acknowledged it can only be that one's. */
  async piece(turnId) {
    const times = this.#times;
    if (!times || (times.turnId ?? turnId) !== turnId) return;
    times.last = now();
    if (times.first) return;
    times.first = times.last;
    times.firstPaint = await painted();
  }

  lost() {
    this.#lostAt ||= now();
  }

  found() {
    if (this.#times && this.#lostAt) this.#times.offline += now() - this.#lostAt;
    this.#lostAt = 0;
  }

  /** What runs after a reload; a question that ended meanwhile was not measured to its end. */
  follow(turnId) {
    if (this.#times?.turnId && this.#times.turnId !== turnId) this.#forget();
  }

  /**
   * The end is here, and what came with it is about to be drawn.
   *
   * @param ended when it was here @param busy for how long the page had been at work then
   * @return what was measured, when it is on the screen; null if this page did not ask
   */
  async end(turnId, ended, busy) {
    const times = this.#times;
    if (!times || (times.turnId ?? turnId) !== turnId) return null;
    this.#forget();
    const paintedAt = await painted();
    const since = time => (time ? time - times.pressed : -1);
    return {
      turnId, sentMillis: since(times.sent), ackMillis: since(times.ack), firstMillis: since(times.first),
      firstPaintMillis: since(times.firstPaint), lastMillis: since(times.last), endedMillis: since(ended),
      paintedMillis: since(paintedAt), busyMillis: busy, offlineMillis: times.offline,
    };
  }

  #keep() {
    rememberHere('clock', JSON.stringify(this.#times));
  }

  #forget() {
    this.#times = null;
    rememberHere('clock', '');
  }
}

function restored() {
  const kept = rememberedHere('clock');
  return kept ? JSON.parse(kept) : null;
}

/** The time when what is to be drawn now has been; a page that nobody sees draws nothing. */
function painted() {
  return new Promise(resolve => {
    const done = () => {
      document.removeEventListener('visibilitychange', done);
      resolve(now());
    };
    if (document.hidden) {
      done();
      return;
    }
    document.addEventListener('visibilitychange', done);
    requestAnimationFrame(() => {
      // A task of its own comes after the frame.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(null);
    });
  });
}
