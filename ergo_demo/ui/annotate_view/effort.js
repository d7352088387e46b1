/**
 * What one decision cost: see Effort in store/records.py. Moments are ms since the item was shown: a browser's clock may
 * be hours wrong, and only what lies between two moments means anything. When it was saved, the server knows.
 */

/** A pause longer than this is not work. */
const IDLE_MS = 10_000;

/** Keys that only change what another one means. */
const HELD = new Set(["Shift", "Control", "Alt", "Meta"]);

export class Effort {
  #now;
  #shown;
  #first = null;
  #last;
  #active = 0;
  #keys = 0;
  #touch = false;

  /** now: a clock in ms that never goes back, replaced by tests. */
  constructor(now = () => performance.now()) {
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

  /** A key went down: Shift + A is one keystroke. */
  key({ key }) {
    this.note(HELD.has(key) ? "held" : "key");
  }

  /** The record; `counts` are the editor's, `page` is the window. */
  record({ drags, undos, zoomMost }, page = globalThis) {
    const now = this.#now();
    return {
      shown_ms: 0,
      first_input_ms: this.#first === null ? null : this.#first - this.#shown,
      submitted_ms: now - this.#shown,
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
