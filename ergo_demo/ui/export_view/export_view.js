/**
 * The Export tab in the browser: choose, try, write, fetch. The work is the server's; this asks how far it is.
 *
 * It talks to the plain routes below /annotate/export (server.js). Loaded by component.py; `mount` is its only way in.
 */
import { Choosing } from "./choosing.js";
import { fill, fillKept } from "./found.js";
import { Hub } from "./hub.js";
import { Server } from "./server.js";
import * as words from "./words.js";

const POLL_MS = 500;

/** Fills the shell in `element`. */
export function mount(element) {
  new ExportView(element, new Server(document.baseURI)).begin();
}

class ExportView {
  #parts;
  #server;
  #choosing = null;
  #tried = null; // the settings of the last dry run here, as text, and how many decisions it read
  #asked = null; // {number, settings} of the job that this page started

  constructor(element, server) {
    this.#parts = Object.fromEntries([...element.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.#server = server;
  }

  async begin() {
    const { closed, open } = this.#parts;
    try {
      const why = words.closed(await this.#server.role());
      if (why) { closed.textContent = why; return; }
      const options = await this.#server.options();
      this.#choosing = new Choosing(this.#parts, options, () => this.#changed());
      this.#parts["most-kept"].textContent = `The newest ${options.most_kept} are kept, in the data folder; they go when a photo or a person is forgotten.`;
      this.#listen();
      closed.hidden = true;
      open.hidden = false;
      await Promise.all([this.#look(), new Hub(this.#parts, this.#server, said).look()]);
    } catch (error) {
      closed.textContent = said(error);
    }
  }

  #listen() {
    const { dry, form, stop } = this.#parts;
    dry.addEventListener("click", () => this.#start(true));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#start(false); });
    stop.addEventListener("click", () => this.#server.stop().catch((error) => this.#say(error)));
  }

  #changed() {
    const { write, hint } = this.#parts;
    const able = this.#tried !== null && this.#tried.settings === JSON.stringify(this.#choosing.settings) && this.#tried.rows > 0;
    write.disabled = !able;
    hint.hidden = able;
  }

  async #start(dry) {
    if (!this.#choosing.valid) { this.#parts.form.reportValidity(); return; }
    const settings = this.#choosing.settings;
    try {
      const { number } = await this.#server.start(settings, dry);
      this.#asked = { number, settings: JSON.stringify(settings) };
      await this.#look();
    } catch (error) {
      this.#say(error);
    }
  }

  /** Shows how far it is, and again until it is done. */
  async #look() {
    let again = true;
    try {
      const { job, kept } = await this.#server.state();
      again = Boolean(job?.at_work);
      this.#show(job);
      fillKept(this.#parts, kept, (name) => this.#server.address(name), (name) => this.#remove(name));
    } catch (error) {
      this.#say(error);
    }
    if (again) setTimeout(() => { if (this.#parts.root.isConnected) this.#look(); }, POLL_MS);
  }

  #show(job) {
    const { stage, stop, dry, write, work } = this.#parts;
    const mine = job && this.#asked?.number === job.number ? this.#asked : null;
    if (mine && job.dry && job.stage === "done") this.#tried = { settings: mine.settings, rows: job.rows, decisions: job.decisions };
    const expected = mine && !job.dry && this.#tried?.settings === mine.settings ? this.#tried.decisions : null;
    stage.setAttribute("aria-live", job?.at_work ? "off" : "polite"); // listeners hear the end, not each number
    stage.textContent = words.stage(job, expected);
    work.classList.toggle("bad", job?.stage === "failed");
    stop.hidden = !job?.at_work;
    dry.disabled = Boolean(job?.at_work);
    fill(this.#parts, job, (place) => this.#server.picture(job.number, place));
    this.#changed();
    if (job?.at_work) write.disabled = true;
  }

  async #remove(name) {
    try {
      await this.#server.remove(name);
      await this.#look();
    } catch (error) {
      this.#say(error);
    }
  }

  #say(error) {
    this.#parts.stage.textContent = said(error);
    this.#parts.work.classList.add("bad");
  }
}

function said(error) {
  if (error.remedy !== undefined) return `${error.message} ${error.remedy}`.trim();
  return "The server does not answer. It goes on when it does; what it writes is not lost.";
}
