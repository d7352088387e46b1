/** Choosing one's own keys: a letter for each action, folded away. They count from the next load of the page on. */
import { EDITOR_KEYS, TABLE } from "../box_editor/keys.js";
import { choosable, chosenFor, keep, kept } from "../box_editor/own_keys.js";
import { html } from "../viewer/dom.js";
import { keyFor } from "../viewer/keys.js";

/** Puts the choice into the shell, and on its buttons what is printed on the keys. See KeyChoice. */
export function offerKeys(parts, storage, reload) {
  parts["own-keys"].append(new KeyChoice(storage, reload).element);
  fillCaps(parts.root);
}

class KeyChoice {
  #storage;
  #rows;
  #again = html("button", { type: "button", class: "e-btn", hidden: "" }, "Load again with these keys");
  element;

  /** storage: a localStorage; reload(): loads the page again, which loses nothing. */
  constructor(storage, reload) {
    this.#storage = storage;
    this.#rows = choosable(TABLE).map((row) => ({ letter: row.keys[0], ...field(row) }));
    for (const { letter, input } of this.#rows) input.addEventListener("input", () => this.#chosen(letter, input.value));
    for (const { input } of this.#rows) input.addEventListener("blur", () => this.#fill());
    const back = html("button", { type: "button", class: "e-btn" }, "As they were");
    back.addEventListener("click", () => this.#keep({}));
    this.#again.addEventListener("click", reload);
    const list = html("ul", { class: "e-keys" }, ...this.#rows.map(({ element }) => element));
    const buttons = html("div", { class: "e-row" }, back, this.#again);
    this.element = html("details", {}, html("summary", {}, "Your own keys"), list, buttons);
    this.#fill();
  }

  #chosen(letter, typed) {
    const to = typed.toLowerCase();
    if (/^[a-z]$/.test(to)) this.#keep(chosenFor(kept(() => this.#storage), letter, to));
  }

  #keep(choice) {
    keep(this.#storage, choice);
    this.#again.hidden = false;
    this.#fill();
  }

  #fill() {
    const choice = kept(() => this.#storage);
    for (const { letter, input } of this.#rows) input.value = (choice[letter] ?? letter).toUpperCase();
  }
}

/** What a row does, where four of the table share their words. */
function words({ id, does }) {
  const [kind, side] = id.split("-");
  return kind === "side" ? `push the ${side} edge out by one step; with Shift pull it in` : does;
}

function field(row) {
  const input = html("input", { class: "e-input", maxlength: "1", autocomplete: "off", spellcheck: "false", "data-letter": row.keys[0] });
  input.addEventListener("focus", () => input.select());
  return { input, element: html("li", {}, html("label", {}, input, html("span", {}, words(row)))) };
}

/** Fills each <kbd data-key> of the shell with what is printed on the key of that id. */
function fillCaps(root) {
  for (const cap of root.querySelectorAll("kbd[data-key]")) cap.textContent = keyFor(cap.dataset.key, EDITOR_KEYS).cap;
}
