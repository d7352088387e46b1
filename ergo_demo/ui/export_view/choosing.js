/** The left column: what to write. Filled once from what the server offers; `settings` is what start takes. */
import { html } from "../viewer/dom.js";
import { plain } from "./words.js";

const NAMES = { action: "Decided", reason: "Reason", effect: "Answer", blind: "Blind", split: "Split" };
const COMPARES = /dpo|kto|grpo|sft|vlm-r1|verl/; // formats that the rules of pairs and samples concern

export class Choosing {
  #parts;

  /** changed(): something else is chosen now. */
  constructor(parts, options, changed) {
    this.#parts = parts;
    const all = html("option", { value: "" }, "all of them");
    parts.project.replaceChildren(all, ...options.projects.map(({ id, name }) => html("option", { value: id }, name)));
    parts.filters.replaceChildren(...Object.entries(options.filters).map(([key, values]) => filter(key, values)));
    parts.formats.replaceChildren(...options.groups.flatMap(group));
    parts.formats.querySelector("input").checked = true;
    parts.below.value = options.below_iou;
    parts.most.value = options.most_pairs;
    parts.form.addEventListener("input", () => { this.#explain(); changed(); });
    this.#explain();
  }

  get format() {
    return this.#parts.formats.querySelector("input:checked").value;
  }

  /** Whether the fields hold what they may hold. */
  get valid() {
    return this.#parts.form.checkValidity();
  }

  get settings() {
    const { project, below, most, filters } = this.#parts;
    const chosen = [...filters.querySelectorAll("select")].filter(({ value }) => value).map(({ name, value }) => [name, [value]]);
    return {
      format: this.format, projects: project.value ? [project.value] : [], filters: Object.fromEntries(chosen),
      publish: this.#parts.publish.checked, below_iou: Number(below.value), most_pairs: Number(most.value),
    };
  }

  #explain() {
    this.#parts.what.textContent = this.#parts.formats.querySelector("input:checked").dataset.what;
    this.#parts.rules.hidden = !COMPARES.test(this.format);
  }
}

function filter(key, values) {
  const options = values.map((value) => html("option", { value }, plain(value)));
  return html("label", {}, NAMES[key] ?? plain(key), html("select", { name: key }, html("option", { value: "" }, "any"), ...options));
}

function group({ title, formats }) {
  const choices = formats.map(({ name, words, what }) =>
    html("label", { class: "e-radio" }, html("input", { type: "radio", name: "e-format", value: name, "data-what": `${what.slice(0, 1).toUpperCase()}${what.slice(1)}.` }), words));
  return [html("p", { class: "e-of", "aria-hidden": "true" }, title), html("div", { class: "e-radios", role: "group", "aria-label": title }, ...choices)];
}
