/** The routes below /annotate/export as functions. Failures are those of the Annotate page. Knows no page. */
import { Refused, Unreachable } from "../annotate_view/server.js";

export class Server {
  #base;
  #fetch;

  /** base: the page's address; ask: replaced by tests. */
  constructor(base, ask = (...request) => fetch(...request)) {
    this.#base = new URL("annotate/", base);
    this.#fetch = ask;
  }

  /** Asked of a route that is for everybody: a refusal would stand in the browser's console. */
  async role() { return (await this.#ask("projects")).you.role; }
  options() { return this.#ask("export/options"); }
  state() { return this.#ask("export/state"); }
  start(settings, dry) { return this.#send("export/start", { ...settings, dry }); }
  stop() { return this.#send("export/stop", {}); }
  hub() { return this.#ask("export/hub"); }
  push() { return this.#send("export/push", {}); }
  remove(name) { return this.#send("export/remove", { name }); }

  /** Where the small picture of a shown row is. */
  picture(job, row) { return new URL(`export/picture?${new URLSearchParams({ job, row })}`, this.#base).href; }

  /** Where the browser fetches a written export. */
  address(name) { return new URL(`export/file?${new URLSearchParams({ name })}`, this.#base).href; }

  #send(path, body) {
    return this.#ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  }

  async #ask(path, request = {}) {
    let response;
    try {
      response = await this.#fetch(new URL(path, this.#base), { credentials: "same-origin", ...request });
    } catch (error) {
      throw new Unreachable(error.message);
    }
    const body = await response.json().catch(() => ({}));
    if (response.ok) return body;
    throw new Refused(response.status, body.error);
  }
}
