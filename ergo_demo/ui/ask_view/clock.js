/** Seconds that go on while the server is silent: a sign of life that needs no network. */

const EVERY_MS = 100;

export class Clock {
  #timer = 0;

  /** Calls show(1.23) now and ten times a second, from `seconds` on, until it is stopped or set again. */
  set(seconds, show) {
    this.stop();
    const since = performance.now() - seconds * 1000;
    const tick = () => show((performance.now() - since) / 1000);
    this.#timer = setInterval(tick, EVERY_MS);
    tick();
  }

  stop() {
    clearInterval(this.#timer);
  }
}
