/**
 * The edges of the chosen box as four numbers in source px, folded away: for who cannot point, and where nothing else
 * works. What is typed goes through the same repair as what is drawn.
 */
import { html } from "../viewer/dom.js";

const EDGES = ["Left", "Top", "Right", "Bottom"];

export class Fields {
  #inputs;
  #made;
  element;

  /** made(box): four numbers were typed, NaN where one is missing. */
  constructor(made) {
    this.#made = made;
    this.#inputs = EDGES.map(() => html("input", { type: "number", class: "e-input", step: "any", inputmode: "decimal" }));
    const labels = EDGES.map((name, at) => html("label", {}, name, this.#inputs[at]));
    const fields = html("div", { class: "bx-edges" }, ...labels);
    this.element = html("details", { class: "bx-fields" }, html("summary", {}, "Edges of the box, in px"), fields);
    // On leaving a field or on Enter, not on each digit: 1 of 1,204 is no edge yet.
    this.element.addEventListener("change", () => this.#typed());
  }

  /** Shows the chosen box (source px), or that there is none; what is being typed is left alone. */
  show(box) {
    this.#inputs.forEach((input, at) => {
      input.disabled = box === null;
      if (input !== document.activeElement) input.value = box === null ? "" : shown(box[at]);
    });
  }

  #typed() {
    this.#made(this.#inputs.map((input) => input.valueAsNumber));
  }
}

/** To a hundredth of a px: below that nothing is told apart (same of boxes.js). */
function shown(edge) {
  return String(Math.round(edge * 100) / 100);
}
