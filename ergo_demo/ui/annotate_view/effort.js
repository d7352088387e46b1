/** What one decision cost: see Effort in store/records.py. Moments are the browser's clock, ms since 1970. */

/** A pause longer than this is not work. */
const IDLE_MS = 20_000;

export class Effort {
  #now;
  #shown;
  #first = null;
  #last;
  #active = 0;
  #keys = 0;
  #touch = false;

  /** now: the clock, replaced by tests. */
  constructor(now = Date.now) {
    this.#now = now;
    this.#shown = this.#last = now();
  }

  /** The person did something: "key", "touch" or anything else. */
  note(kind) {
    const now = this.#now();
    this.#first ??= now;
    this.#active += Math.min(now - this.#last, IDLE_MS);
    this.#last = now;
    if (kind === "key") this.#keys += 1;
    if (kind === "touch") this.#touch = true;
  }

  /** The record; `counts` are the editor's, `page` is the window. */
  record({ drags, undos, zoomMost }, page = globalThis) {
    const now = this.#now();
    return {
      shown_ms: this.#shown,
      first_input_ms: this.#first,
      submitted_ms: now,
      active_ms: this.#active + Math.min(now - this.#last, IDLE_MS),
      drags,
      keys: this.#keys,
      undos,
      zoom_most: zoomMost,
      device: { ...windowOf(page), touch: this.#touch },
    };
  }
}

function windowOf({ innerWidth: width, innerHeight: height, devicePixelRatio }) {
  return { width, height, pixel_ratio: devicePixelRatio };
}
