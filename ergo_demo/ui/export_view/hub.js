/** The panel of the private copy on the Hub: what it lacks, and sending that now. `said` and `able` are pure. */
import { grouped } from "../viewer/dom.js";

const POLL_MS = 500;
const UNNAMED = "There is no copy: no dataset is named. Start the page with ERGO_HUB_DATASET=owner/name, and with a token that may write it in HF_TOKEN; then every decision is sent there once a minute.";
const UNSIGNED = "There is no token for the Hub. Set HF_TOKEN to one that may write this dataset, or sign in with “hf auth login”; then start the page again.";

/** What is so just now, from the server's state. `asked`: whether this page began the last push. */
export function said({ repo, signed_in, at_work, waiting, sent, failed }, asked) {
  if (!repo) return UNNAMED;
  if (!signed_in) return `${repo}: ${UNSIGNED}`;
  if (at_work) return `Sending to ${repo}: ${decisions(waiting)} not there yet.`;
  if (failed) return `${repo}: ${failed.message} ${failed.remedy} ${capital(decisions(waiting))} not there yet.`;
  const now = asked && sent !== null ? `${capital(decisions(sent, "was", "were"))} sent. ` : "";
  if (waiting === 0) return `${now}${repo} has every decision.`;
  if (asked) return `${now}${capital(decisions(waiting, "stays", "stay"))} here: the photo's file is gone, or is not the one that was decided about.`;
  return `${repo}: ${decisions(waiting)} not there yet.`;
}

/** Whether there is something to begin. */
export function able({ repo, signed_in, at_work, waiting }) {
  return Boolean(repo) && signed_in && !at_work && waiting > 0;
}

export class Hub {
  #parts;
  #server;
  #explain;
  #asked = false;

  /** explain(error): as the page says failures. */
  constructor(parts, server, explain) {
    this.#parts = parts;
    this.#server = server;
    this.#explain = explain;
    parts.push.addEventListener("click", () => this.#push());
  }

  /** Shows how it is, and again while something is sent. */
  async look() {
    let again = false;
    try {
      const state = await this.#server.hub();
      again = state.at_work;
      this.#show(said(state, this.#asked), Boolean(state.failed) && !state.at_work);
      this.#parts.push.disabled = !able(state);
    } catch (error) {
      this.#show(this.#explain(error), true);
    }
    if (again) setTimeout(() => { if (this.#parts.root.isConnected) this.look(); }, POLL_MS);
  }

  async #push() {
    this.#parts.push.disabled = true;
    try {
      await this.#server.push();
      this.#asked = true;
      await this.look();
    } catch (error) {
      this.#show(this.#explain(error), true);
      this.#parts.push.disabled = false;
    }
  }

  #show(words, bad) {
    const part = this.#parts["hub-said"];
    if (part.textContent !== words) part.textContent = words; // listeners hear what is new
    part.classList.toggle("bad", bad);
  }
}

function decisions(count, one = "is", more = "are") {
  if (count === 0) return `no decision ${one}`;
  return count === 1 ? `1 decision ${one}` : `${grouped(count)} decisions ${more}`;
}

function capital(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
