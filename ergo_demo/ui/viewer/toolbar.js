/**
 * The tools in the corner of the photo: zoom out, scale, zoom in; Fit, 1:1, Box; the list of keys.
 *
 * The buttons are no Tab stops: the stage is one stop and has a key for each of them. Readers and fingers reach them.
 */
import { html, icon } from "./dom.js";
import { keyFor } from "./keys.js";

const MINUS = "M3 8h10";
const PLUS = "M8 3v10M3 8h10";

export class Toolbar {
  #value = html("span", { class: "ev-value" });
  #box;
  #list;
  element;

  /** act(id): does what the key with that id does. table: the keys, for the tips. */
  constructor(act, table) {
    const shared = (id) => buttonOf(keyFor(id, table));
    const named = (id, text) => {
      const cap = html("kbd", { "aria-hidden": "true" }, keyFor(id, table).cap);
      return html("button", shared(id), text, " ", cap);
    };
    const iconic = (id, name, path) => html("button", { ...shared(id), "aria-label": name }, icon(path));
    this.#box = named("to-box", "Box");
    this.#list = html("button", { ...shared("list"), "aria-label": "Keys", "aria-expanded": "false" }, "?");
    const [less, more] = [iconic("zoom-out", "Zoom out", MINUS), iconic("zoom-in", "Zoom in", PLUS)];
    const zoom = group("ev-wide", [less, this.#value, more]);
    const oneToOne = named("one-to-one", "1:1");
    oneToOne.classList.add("ev-wide");
    const frames = group("", [named("fit", "Fit"), oneToOne, this.#box]);
    this.element = html("div", { class: "ev-tools" }, zoom, frames, group("ev-wide", [this.#list]));
    this.element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button && !button.disabled) act(button.dataset.does);
    });
  }

  /** Shows the scale (CSS px per source px) and whether there is a box to go to. */
  update(scale, hasBox) {
    const text = percent(scale);
    if (this.#value.textContent !== text) this.#value.textContent = text;
    this.#box.disabled = !hasBox;
  }

  /** Shows whether the list of keys is open. */
  listing(open) {
    this.#list.setAttribute("aria-expanded", String(open));
  }
}

/** A scale as people read it: 11 %, 4.2 %. */
export function percent(scale) {
  const value = scale * 100;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

/** Attributes of the button that does what a key does. */
export function buttonOf(row) {
  const title = `${row.does[0].toUpperCase()}${row.does.slice(1)} (${row.cap})`;
  return { type: "button", class: "ev-button", tabindex: "-1", title, "aria-keyshortcuts": row.aria, "data-does": row.id };
}

function group(extra, children) {
  return html("span", { class: `ev-group ${extra}`.trim() }, ...children);
}
