/** Fills the decision panel with a decision, and tells what is pressed in it. Everything goes in as text. */
import { html } from "../viewer/dom.js";
import { CONFIDENCES, REASONS } from "./decision.js";

export class Panel {
  #parts;

  /**
   * parts: the shell's. on: { does(command id), decided(change) } where change is what to put into the decision:
   * {confidence}, {reason}, {answer}, {text}, {thought}, {consent}.
   */
  constructor(parts, on) {
    this.#parts = parts;
    fillChoices(parts.confidence, CONFIDENCES.map((words, at) => [String(at + 1), `${at + 1} ${words}`, ""]));
    fillChoices(parts.reasons, Object.entries(REASONS).map(([name, words], at) => [name, words, String(at + 1)]));
    choices(parts.confidence, (value, was) => on.decided({ confidence: was ? null : Number(value) }));
    choices(parts.reasons, (value, was) => on.decided({ reason: was ? null : value, picking: false }));
    // Not on the arrow keys, which only pass by.
    parts.reasons.addEventListener("click", () => parts.text.hidden || parts.text.focus());
    for (const name of ["answer", "text", "thought"]) {
      parts[name].addEventListener("input", () => on.decided({ [name]: parts[name].value }));
    }
    parts.consent.addEventListener("change", () => on.decided({ consent: parts.consent.checked }));
    parts.options.addEventListener("click", (event) => {
      const option = event.target.closest("button")?.textContent;
      if (option) on.decided({ answer: option });
    });
    parts["thought-open"].addEventListener("click", () => this.openThought(parts.thought.hidden));
    parts.side.addEventListener("click", (event) => {
      const does = event.target.closest("[data-does]")?.dataset.does;
      if (does) on.does(does);
    });
    parts.go.addEventListener("click", () => on.does("enter"));
  }

  /** Begins with an item: what of the panel it has a use for. */
  open(item) {
    this.#parts.thinks.hidden = !item.proposal?.thought;
    this.openThought(false);
    const options = Array.isArray(item.options) ? item.options : [];
    this.#parts.options.hidden = options.length === 0;
    this.#parts.options.replaceChildren(
      ...options.map((option) => html("li", {}, html("button", { type: "button", class: "e-chip" }, String(option)))),
    );
  }

  /** Shows or folds the thought. */
  openThought(open) {
    this.#parts.thought.hidden = !open;
    this.#parts["thought-open"].setAttribute("aria-expanded", String(open));
    this.#parts["thought-open"].textContent = open ? "Fold away" : "Show and edit";
  }

  /** Shows a decision and what the blue button would do; `thought` is the model's. */
  show(decision, button, thought) {
    const { confidence, reasons, answer, text, go, reject } = this.#parts;
    check(confidence, String(decision.confidence));
    check(reasons, decision.reason);
    reasons.classList.toggle("picking", decision.picking);
    confidence.classList.toggle("away", decision.picking);
    fillField(answer, decision.answer);
    fillField(text, decision.text);
    text.hidden = decision.reason !== "other";
    fillField(this.#parts.thought, decision.thought ?? thought);
    this.#parts.consent.checked = decision.consent;
    reject.setAttribute("aria-pressed", String(decision.rejects));
    if (go.dataset.words === button.words && go.disabled === !button.able) return;
    go.dataset.words = button.words;
    go.replaceChildren(button.words, " ", html("kbd", { "aria-hidden": "true" }, "Enter"));
    go.disabled = !button.able;
  }
}

function fillField(field, value) {
  if (field.value !== value) field.value = value;
}

/** Choices [name, words, key], one of which may be checked. */
function fillChoices(part, entries) {
  const buttons = entries.map(([name, words, key]) => {
    const cap = key ? [html("kbd", { "aria-hidden": "true" }, key)] : [];
    const state = { role: "radio", "aria-checked": "false", "data-name": name, tabindex: "-1" };
    return html("button", { type: "button", class: key ? "e-chip" : "", ...state }, ...cap, words);
  });
  buttons[0].tabIndex = 0;
  part.replaceChildren(...buttons);
}

/** A group of radio buttons: a click, and the arrow keys as readers expect them. A second click takes it back. */
function choices(part, chosen) {
  part.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) chosen(button.dataset.name, button.getAttribute("aria-checked") === "true");
  });
  part.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const buttons = [...part.children];
    const next = buttons[(buttons.indexOf(document.activeElement) + by + buttons.length) % buttons.length];
    next.focus();
    chosen(next.dataset.name, false);
  });
}

function check(part, name) {
  for (const button of part.children) {
    const checked = button.dataset.name === name;
    button.setAttribute("aria-checked", String(checked));
    button.tabIndex = checked || (name === null && button === part.firstChild) ? 0 : -1;
  }
  if (![...part.children].some((button) => button.tabIndex === 0)) part.firstChild.tabIndex = 0;
}
