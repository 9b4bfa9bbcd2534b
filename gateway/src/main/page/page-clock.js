// What this page measured of its last question, in milliseconds of its own clock.

export class PageClock {
  startedAt = 0;
  firstMillis;
  totalMillis;
  turnId = '';

  begin() {
    this.startedAt = performance.now();
    this.firstMillis = undefined;
    this.totalMillis = undefined;
    this.turnId = '';
  }

  first() {
    if (this.startedAt) this.firstMillis ??= performance.now() - this.startedAt;
  }

  end(turnId) {
    if (!this.startedAt || this.turnId) return;
    this.totalMillis = performance.now() - this.startedAt;
    this.turnId = turnId;
  }

  /** The measurements of this turn, or null if another page asked it. */
  of(turnId) {
    return turnId && this.turnId === turnId ? this : null;
  }
}
