/** What becomes of decisions on their way (outbox.js): the receipt, the draft that has done its work, a choice to make. */
import { fillReceipt } from "./head.js";
import * as receipt from "./receipt.js";

export class Outcome {
  #part;
  #desk;
  #projects;
  #progress;
  #conflict;

  /** part: where the receipt stands. The rest: desk.js, projects.js, progress.js, conflict.js. */
  constructor(part, desk, projects, progress, conflict) {
    this.#part = part;
    this.#desk = desk;
    this.#projects = projects;
    this.#progress = progress;
    this.#conflict = conflict;
  }

  /** It was pressed, and is on its way. */
  saving() {
    fillReceipt(this.#part, receipt.SAVING);
  }

  /** It is kept. */
  saved({ body, note }, got) {
    fillReceipt(this.#part, receipt.saved(got, note));
    this.#projects.agreed(note.project);
    this.#desk.drafts.forget(body.item);
    if (this.#desk.outbox.entries.length === 0) this.#progress.count();
  }

  /** Nobody answered, or the server cannot keep anything just now: so many wait. */
  waiting(count, error) {
    fillReceipt(this.#part, receipt.waiting(count, error));
  }

  /** The server will not take it. */
  refused({ body }, error) {
    this.#desk.drafts.keep(body.item, body);
    fillReceipt(this.#part, receipt.refused(error));
  }

  /** It came too late, and waits for a choice. */
  stale() {
    this.#conflict.show();
  }
}
