/**
 * Decisions on their way to the server. They are kept on this device until the server has acknowledged them, in order,
 * and sent again after a reload, a crash or a dead network; `client_id` makes a second sending harmless.
 */
import { keepList, listIn } from "./lists.js";
import { Unreachable } from "./server.js";

const KEY = "ergo-annotate-outbox";

/** Milliseconds before the first and the last of the tries again. */
const AGAIN_MS = [1_000, 30_000];

export class Outbox {
  #storage;
  #send;
  #on;
  #sending = false;
  #waits = 0;
  #timer = 0;

  /**
   * storage: see storage.js. send(body): the receipt, or throws. on, each with the entry {body, note}:
   *   saved(entry, receipt), stale(entry, both), refused(entry, error), waiting(count, error)
   */
  constructor(storage, send, on) {
    this.#storage = storage;
    this.#send = send;
    this.#on = on;
  }

  /** What is not acknowledged yet, oldest first: [{body, note}]; `note` is the page's own. */
  get entries() {
    return listIn(this.#storage, KEY);
  }

  /** Keeps a decision and sends it. */
  add(body, note) {
    this.#keep([...this.entries, { body, note }]);
    return this.flush();
  }

  /** Sends what waits; again by itself while nobody answers. */
  async flush() {
    clearTimeout(this.#timer);
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let [entry] = this.entries; entry; [entry] = this.entries) {
        if (!(await this.#sent(entry))) break;
      }
    } finally {
      this.#sending = false;
    }
  }

  async #sent(entry) {
    try {
      const receipt = await this.#send(entry.body);
      this.#done(entry);
      this.#on.saved(entry, receipt);
    } catch (error) {
      if (error instanceof Unreachable || error.passing) {
        this.#wait(error);
        return false;
      }
      // Told first: whoever is told keeps it, and a page that dies here sends it again.
      if (error.stale) this.#on.stale(entry, error.stale);
      else this.#on.refused(entry, error);
      this.#done(entry);
    }
    this.#waits = 0;
    return true;
  }

  #wait(error) {
    const [least, most] = AGAIN_MS;
    this.#timer = setTimeout(() => this.flush(), Math.min(least * 2 ** this.#waits, most));
    this.#waits += 1;
    this.#on.waiting(this.entries.length, error);
  }

  #done(entry) {
    this.#keep(this.entries.filter(({ body }) => body.client_id !== entry.body.client_id));
  }

  #keep(entries) {
    keepList(this.#storage, KEY, entries);
  }
}
