/** The line under the photo: what the last change was, the step of a key, and what the arrows do. */
import { html } from "../viewer/dom.js";
import { keyFor } from "../viewer/keys.js";
import { EDITOR_KEYS } from "./keys.js";
import { stepWords } from "./steps.js";

export class StatusLine {
  #said = html("span", { class: "bx-said" });
  #step = html("span", { class: "bx-step" });
  /** Not a live region: listeners get the longer words from the viewer's own. */
  element;

  constructor() {
    const keys = ["top", "left", "bottom", "right"].map((side) => html("kbd", {}, capOf(`side-${side}`)));
    const help = html("span", { class: "bx-push bx-help" }, "Arrows move, ", ...keys, " push an edge out, with Shift in");
    this.element = html("div", { class: "bx-status", "aria-hidden": "true" }, this.#said, this.#step, help);
  }

  /** Shows words: a text, or {edge, at, rest} of a change. */
  say(words) {
    if (typeof words === "string") this.#said.replaceChildren(words);
    else this.#said.replaceChildren(words.edge && `${words.edge} `, html("b", {}, words.at), words.rest);
  }

  /** Shows how far a key goes: "model" or "source", and {x, y} in source px. */
  step(kind, step) {
    const { name, size } = stepWords(kind, step);
    this.#step.replaceChildren("Step: ", html("b", {}, name), size && ` (${size})`, " ", html("kbd", {}, capOf("step")));
  }
}

const capOf = (id) => keyFor(id, EDITOR_KEYS).cap;
