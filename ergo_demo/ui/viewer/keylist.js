/**
 * The list of keys beside the photo: not modal, the focus stays on the stage and every key keeps working.
 */
import { html } from "./dom.js";
import { listedKeys } from "./keys.js";

export class KeyList {
  /** A document, so that readers can browse it inside an application; a Tab stop, so that keys can scroll it. */
  element = html("div", {
    class: "ev-keylist", role: "document", tabindex: "0", "aria-label": "Keys of the photo", hidden: "",
  });

  #table;

  constructor(table) {
    this.#table = table;
  }

  get open() {
    return !this.element.hidden;
  }

  /** Opens the list for these layers (ids), or closes it. Returns what to say to readers. */
  toggle(open, layers) {
    this.element.hidden = !open;
    if (!open) return "List of keys closed.";
    const lines = listedKeys(layers, this.#table);
    const keys = (caps) => html("span", { class: "ev-caps" }, ...caps.map((cap) => html("kbd", {}, cap)));
    const items = lines.map(({ caps, does }) => html("li", {}, keys(caps), html("span", {}, does)));
    this.element.replaceChildren(html("p", {}, "While the photo has the focus"), html("ul", {}, ...items));
    return `Keys: ${lines.map(({ caps, does }) => `${caps.join(" ")}, ${does}`).join("; ")}.`;
  }
}
