/**
 * Decisions that came too late, each with the one that was there: kept on this device, across reloads, until the person
 * has said which counts. An entry is {body, note, newest}: what was to be sent (outbox.js) and the newest as it is kept.
 */
import { keepList, listIn } from "./lists.js";

const KEY = "ergo-annotate-unsettled";

export class Unsettled {
  #storage;

  /** storage: a localStorage. */
  constructor(storage) {
    this.#storage = storage;
  }

  /** What waits for a choice, oldest first. */
  get entries() {
    return listIn(this.#storage, KEY);
  }

  /** One more; the same decision only once, beside the newest that is known. */
  add(entry) {
    keepList(this.#storage, KEY, [...this.#without(entry), entry]);
  }

  /** The choice was made. */
  settle(entry) {
    keepList(this.#storage, KEY, this.#without(entry));
  }

  #without({ body }) {
    return this.entries.filter((each) => each.body.client_id !== body.client_id);
  }
}
