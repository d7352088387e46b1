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
  #box = named("to-box", "Box");
  #list = html("button", { ...shared("list"), "aria-label": "Keys", "aria-expanded": "false" }, "?");
  element;

  /** act(id): does what the key with that id does. */
  constructor(act) {
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

function shared(id) {
  const row = keyFor(id);
  const title = `${row.does[0].toUpperCase()}${row.does.slice(1)} (${row.cap})`;
  return { type: "button", class: "ev-button", tabindex: "-1", title, "aria-keyshortcuts": row.aria, "data-does": id };
}

function named(id, text) {
  return html("button", shared(id), text, " ", html("kbd", { "aria-hidden": "true" }, keyFor(id).cap));
}

function iconic(id, name, path) {
  return html("button", { ...shared(id), "aria-label": name }, icon(path));
}

function group(extra, children) {
  return html("span", { class: `ev-group ${extra}`.trim() }, ...children);
}
