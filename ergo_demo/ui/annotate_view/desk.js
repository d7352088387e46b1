/**
 * What outlives the page of the tab, which Gradio builds anew whenever it likes: the way to the server, what waits to be
 * sent, and the undo history of what is open.
 */
import { Drafts } from "./drafts.js";
import { newId } from "./opening.js";
import { Outbox } from "./outbox.js";
import { Server } from "./server.js";
import { KeptStorage } from "./storage.js";
import { Unsettled } from "./unsettled.js";
import { Worklist } from "./worklist.js";

/** Items whose undo history is kept. */
const REMEMBERED = 12;

/** Milliseconds between two renewals of the leases; a lease is minutes. */
const RENEW_MS = 60_000;

export class Desk {
  server = new Server(document.baseURI);
  /** Names this visit in every decision that is made in it: what one person did in one sitting is found together. */
  session = newId();
  storage = new KeptStorage();
  drafts = new Drafts(this.storage, (item, body, number) => this.server.draft(item, body, number));
  unsettled = new Unsettled(this.storage);
  outbox = new Outbox(this.storage, (body) => this.server.submit(body), {
    saved: (entry, receipt) => this.view?.outcome.saved(entry, receipt),
    stale: (entry, { newest }) => {
      this.unsettled.add({ ...entry, newest });
      this.view?.outcome.stale();
    },
    refused: (entry, error) => this.view?.outcome.refused(entry, error),
    waiting: (count, error) => this.view?.outcome.waiting(count, error),
  });
  worklist = new Worklist(
    this.server, (item) => this.view?.preload(item), () => this.outbox.entries.map(({ body }) => body.item),
  );
  /** The page that is shown now. */
  view = null;
  /** The project, and the item of the worklist that is open. */
  project = null;
  working = null;
  #memory = new Map(); // item id -> {edit, decision}

  constructor() {
    this.drafts.sweep();
    addEventListener("online", () => this.outbox.flush());
    addEventListener("pagehide", () => {
      this.drafts.flush();
      this.worklist.release();
    });
    setInterval(() => this.#renew(), RENEW_MS);
    document.addEventListener("visibilitychange", () => this.#renew());
  }

  /** A failure costs nothing yet: the next one tells. */
  #renew() {
    if (this.view?.visible) this.worklist.renew().then(() => this.view.renewed(), () => {});
  }

  /** What was left of an item: {edit, decision}, or undefined. */
  recall(item) {
    return this.#memory.get(item);
  }

  /** A decision that came too late (unsettled.js), on top of the one that was there. */
  sendAgain({ body, note, newest }) {
    const again = { ...body, client_id: newId(), base_version: newest.version };
    this.outbox.add(again, { ...note, replaces: newest.saved_at });
  }

  remember(item, left) {
    this.#memory.delete(item);
    this.#memory.set(item, left);
    if (this.#memory.size > REMEMBERED) this.#memory.delete(this.#memory.keys().next().value);
  }

  /** The item is decided. */
  forget(item) {
    this.#memory.delete(item);
    this.drafts.forget(item);
  }
}
