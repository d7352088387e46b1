/**
 * The list of keys beside the photo: not modal, the focus stays on the stage and every key keeps working.
 */
import { html } from "./dom.js";
import { listedKeys } from "./keys.js";

export class KeyList {
  /** role=document: readers can browse it, although it lies in an application. */
  element = html("div", { class: "ev-keylist", role: "document", "aria-label": "Keys of the photo", hidden: "" });

  get open() {
    return !this.element.hidden;
  }

  /** Opens the list for these layers (ids), or closes it. Returns what to say to readers. */
  toggle(open, layers) {
    this.element.hidden = !open;
    if (!open) return "List of keys closed.";
    const rows = listedKeys(layers);
    const items = rows.map((row) => html("li", {}, html("span", {}, html("kbd", {}, row.cap)), html("span", {}, row.does)));
    this.element.replaceChildren(html("p", {}, "While the photo has the focus"), html("ul", {}, ...items));
    return `Keys: ${rows.map((row) => `${row.cap}, ${row.does}`).join("; ")}.`;
  }
}
