/** Seconds that go on while the server is silent: a sign of life that needs no network. */

const EVERY_MS = 100;

/** Calls show("1.2") ten times a second while it runs. */
export class Clock {
  #show;
  #since = 0;
  #timer = 0;

  constructor(show) {
    this.#show = show;
  }

  /** Runs from `seconds` on; null stops it. */
  set(seconds) {
    clearInterval(this.#timer);
    this.#timer = 0;
    if (seconds === null) return;
    this.#since = performance.now() - seconds * 1000;
    this.#timer = setInterval(() => this.#tick(), EVERY_MS);
    this.#tick();
  }

  #tick() {
    this.#show(((performance.now() - this.#since) / 1000).toFixed(1));
  }
}
