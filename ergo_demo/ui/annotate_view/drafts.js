/**
 * Unsent work: on this device at every change, on the server a moment later. The newer of the two is what an item is
 * opened with. A body is the fields of a draft (draftOf of decision.js) and `at`, the browser's clock in ms.
 */
const PREFIX = "ergo-annotate-draft:";

/** Milliseconds of quiet before a draft is sent. */
const SEND_AFTER_MS = 1_500;

/** Drafts of items that were never finished are kept this long on a device. */
const KEPT_MS = 14 * 24 * 3600 * 1000;

export class Drafts {
  #storage;
  #send;
  #timer = 0;
  #waiting = null;

  /** storage: see storage.js; send(item, body, number): a promise, whose failure costs nothing. */
  constructor(storage, send) {
    this.#storage = storage;
    this.#send = send;
  }

  /** Keeps the fields of an item. */
  keep(item, fields, at = Date.now()) {
    const body = { ...fields, at };
    this.#storage.setItem(PREFIX + item, JSON.stringify(body));
    if (this.#waiting && this.#waiting.item !== item) this.flush();
    this.#waiting = { item, body };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), SEND_AFTER_MS);
  }

  /** Sends what waits, now. */
  flush() {
    clearTimeout(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) this.#send(waiting.item, waiting.body, waiting.body.at).catch(() => {});
  }

  /** The newer of this device's draft and the server's; null where there is neither. */
  newest(item, served) {
    const own = this.#own(PREFIX + item);
    if (!own || !served) return own ?? served ?? null;
    return (served.at ?? 0) > own.at ? served : own;
  }

  /** The item is decided. */
  forget(item) {
    if (this.#waiting?.item === item) this.#waiting = null;
    this.#storage.removeItem(PREFIX + item);
  }

  /** Drops what is too old to mean anything. */
  sweep(now = Date.now()) {
    for (const key of this.#storage.keys().filter((each) => each.startsWith(PREFIX))) {
      const own = this.#own(key);
      if (!own || now - own.at > KEPT_MS) this.#storage.removeItem(key);
    }
  }

  #own(key) {
    try {
      const body = JSON.parse(this.#storage.getItem(key));
      return typeof body?.at === "number" ? body : null;
    } catch {
      return null; // somebody else wrote there
    }
  }
}
