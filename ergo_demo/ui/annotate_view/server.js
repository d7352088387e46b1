/** The routes below /annotate as functions: JSON in, JSON out, and three kinds of failure. Knows no page. */

/** The server said no: {status, code, message, remedy}, and for 409 what both decided. */
export class Refused extends Error {
  constructor(status, { code = "", message = "", remedy = "" } = {}, stale = null) {
    super(message || `The server answered ${status}.`);
    Object.assign(this, { status, code, remedy, stale });
  }

  /** Whether the same request may succeed later: nothing is wrong with it. 401: once somebody is signed in again. */
  get passing() {
    return this.status >= 500 || this.status === 429 || this.status === 401;
  }
}

/** Nobody answered: no network, or no server. */
export class Unreachable extends Error {}

export class Server {
  #base;
  #fetch;

  /** base: the page's address; fetch: replaced by tests. */
  constructor(base, ask = (...request) => fetch(...request)) {
    this.#base = new URL("annotate/", base);
    this.#fetch = ask;
  }

  projects() { return this.#get("projects"); }
  mine(project, limit = 10) { return this.#get(`mine?${new URLSearchParams({ project, limit })}`); }
  panel(project) { return this.#get(`panel?${new URLSearchParams({ project })}`); }
  take(project, besides) { return this.#send("POST", "take", { project, besides }); }
  renew(project, items) { return this.#send("POST", "renew", { project, items }); }
  reopen(item) { return this.#send("POST", "reopen", { item }); }
  submit(body) { return this.#send("POST", "submit", body); }
  draft(item, body, number) { return this.#send("PUT", "draft", { item, body, number }); }
  whatIf(item, boxes, signal) { return this.#send("POST", "what_if", { item, boxes }, { signal }); }
  whatIfExpanded(item, signal) { return this.#send("POST", "what_if/expanded", { item }, { signal }); }

  /** Also while the page goes away. */
  release(items) { return this.#send("POST", "release", { items }, { keepalive: true }); }

  #get(path) {
    return this.#ask(path, { method: "GET" });
  }

  #send(method, path, body, more = {}) {
    const headers = { "content-type": "application/json" };
    return this.#ask(path, { method, headers, body: JSON.stringify(body), ...more });
  }

  async #ask(path, request) {
    let response;
    try {
      response = await this.#fetch(new URL(path, this.#base), { credentials: "same-origin", ...request });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Unreachable(error.message);
    }
    const body = await response.json().catch(() => ({}));
    if (response.ok) return body;
    throw new Refused(response.status, body.error, body.stale ?? null);
  }
}
