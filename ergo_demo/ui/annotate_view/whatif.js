/**
 * The answers of the model side by side: from its own box, from the person's, from the expanded region. After a change
 * the engine is asked again, the question before is called off, and nothing waits for it.
 */
import { hull, same } from "../box_editor/boxes.js";
import { html, svg } from "../viewer/dom.js";
import { Crop } from "./crop.js";
import { alike, effectOf } from "./decision.js";
import { differences } from "./differences.js";

/** Milliseconds of quiet before the engine is asked. */
const ASK_AFTER_MS = 350;

const ROWS = { "model-box": "Model box", "your-box": "Your box", region: "Expanded region" };
const EFFECTS = {
  wrong_to_right: ["Wrong to right.", "Your box changes the answer."],
  right_to_wrong: ["Right to wrong.", "Your box changes the answer."],
  unchanged: ["Unchanged.", "Both boxes give the same answer."],
  unknown: ["Effect unknown.", "Type the answer if you know it."],
};

export class WhatIf {
  #parts;
  #ask;
  #rows;
  #item = null;
  #answers = null; // {model, corrected, expanded}: text, or null while it is not known
  #note = "";
  #asked = null; // the box of the last question
  #boxes = []; // of the next one
  #right = "";
  #timer = 0;
  #clock = 0;
  #abort = null;
  #able = true;

  /** parts: the shell's {answers, what, effect}. ask(item id, boxes, signal): the answers, or throws. */
  constructor(parts, ask) {
    this.#parts = parts;
    this.#ask = ask;
    this.#rows = Object.entries(ROWS).map(([kind, name]) => row(kind, name));
    parts.what.replaceChildren(...this.#rows.map(({ element }) => element));
    this.#rows[1].again.addEventListener("click", () => this.#read());
  }

  /** Begins with an item; a blind one shows no answer. */
  open(item) {
    this.#stop();
    this.#item = item;
    this.#asked = item.proposal?.box ?? null;
    this.#answers = { model: item.proposal?.answer ?? null, corrected: null, expanded: null };
    this.#note = "";
    this.#parts.answers.hidden = !item.proposal;
    const { photo, proposal } = item;
    this.#rows[0].crop.show(photo, proposal?.box ?? null);
    this.#rows[2].crop.show(photo, proposal?.expanded ?? null);
    this.#rows[0].element.hidden = !proposal?.box;
    this.#rows[2].element.hidden = !proposal?.expanded;
    this.#fill();
  }

  /** The boxes as they are seen, in each frame: the crop follows. */
  shown(boxes) {
    if (!this.#item || this.#parts.answers.hidden) return;
    this.#rows[1].crop.show(this.#item.photo, boxes.length > 0 ? hull(boxes) : null);
  }

  /** The boxes were changed: the engine reads again. */
  changed(boxes) {
    this.#stop();
    if (!this.#able || !this.#item?.proposal || boxes.length === 0) return;
    const box = hull(boxes);
    if (this.#asked && same(box, this.#asked)) return;
    this.#boxes = boxes;
    this.#timer = setTimeout(() => this.#read(), ASK_AFTER_MS);
  }

  /** What the person types as the right answer. */
  rightIs(text) {
    this.#right = text;
    this.#fill();
  }

  /** What is stored with the decision: the answers that stood there, in their order. */
  get record() {
    const { corrected, expanded } = this.#answers ?? {};
    const shown = ["model", "corrected", "expanded"].filter((name) => this.#answers?.[name] !== null);
    return corrected === null || corrected === undefined ? null : { corrected, expanded, shown };
  }

  async #read() {
    const [item, boxes] = [this.#item, this.#boxes];
    this.#abort = new AbortController();
    const since = performance.now();
    this.#clock = setInterval(() => this.#say(`Reading, ${((performance.now() - since) / 1000).toFixed(1)} s`), 100);
    try {
      const got = await this.#ask(item.id, boxes, this.#abort.signal);
      this.#asked = hull(boxes);
      const { model } = this.#answers;
      const { answer: corrected = null, expanded_answer: expanded = null } = got;
      this.#answers = { model: got.box_answer ?? model, corrected, expanded };
      this.#say(`read in ${((performance.now() - since) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#failed(error);
    } finally {
      if (item === this.#item && boxes === this.#boxes) clearInterval(this.#clock);
    }
    this.#fill();
  }

  #failed(error) {
    // There is no engine: said once, and not asked again.
    this.#able = error.code !== "engine-unavailable" && error.status !== 404;
    this.#say(this.#able ? `${error.message} Saving still works.` : "No engine reads it again here.");
    this.#rows[1].again.hidden = !this.#able;
    if (this.#able) this.#rows[1].text.replaceChildren("Could not be read");
  }

  #say(words) {
    this.#note = words;
    this.#rows[1].note.textContent = words;
  }

  #stop() {
    clearTimeout(this.#timer);
    clearInterval(this.#clock);
    this.#abort?.abort();
    this.#abort = null;
  }

  #fill() {
    if (!this.#answers) return;
    const { model, corrected, expanded } = this.#answers;
    const right = this.#right.trim();
    [model, corrected, expanded].forEach((answer, at) => fillRow(this.#rows[at], answer, at === 0 ? null : model, right));
    this.#rows[1].again.hidden = true;
    this.#say(this.#note);
    const effect = effectOf(model ?? "", corrected, right);
    const [strong, rest] = EFFECTS[effect];
    const look = { wrong_to_right: "", right_to_wrong: "bad" }[effect] ?? "none";
    // Its place is kept while there is nothing to say, so that nothing below it jumps.
    this.#parts.effect.className = `e-effect ${look} ${corrected === null ? "away" : ""}`.trim();
    this.#parts.effect.replaceChildren(html("b", {}, strong), ` ${rest}`);
  }
}

function row(kind, name) {
  const crop = new Crop(kind);
  const [text, note] = [html("div", { class: "a" }), html("span", { class: "m" })];
  const mark = html("span", { class: "e-mark" });
  const again = html("button", { type: "button", class: "e-btn", hidden: "" }, "Try again");
  const strokes = kind === "your-box" ? ["line", "core"] : ["line"];
  const lines = strokes.map((stroke) => svg("path", { class: `ev-${stroke}`, d: "M1 6H23" }));
  const glyph = svg("svg", { class: `ev-glyph ev-${kind}`, viewBox: "0 0 24 12", "aria-hidden": "true" }, ...lines);
  const who = html("span", { class: "who" }, html("span", { class: "e-dark" }, glyph), name);
  const element = html("li", {}, html("span", { class: "t" }, crop.element), html("div", {}, who, text, note), mark, again);
  return { element, crop, text, note, mark, again };
}

const markedRun = ({ words, other }) => [other ? html("u", {}, words) : words, " "];

/** The answer with what differs from the model's marked, and whether it is right where that is known. */
function fillRow({ text, mark }, answer, model, right) {
  text.classList.toggle("none", !answer);
  if (!answer) text.replaceChildren("–");
  else if (model === null) text.replaceChildren(answer);
  else text.replaceChildren(...differences(model, answer).flatMap(markedRun));
  const known = right !== "" && Boolean(answer);
  const good = known && alike(answer, right);
  mark.className = `e-mark ${known ? (good ? "yes" : "no") : ""}`.trim();
  mark.textContent = known ? (good ? "✓ right" : "✕ wrong") : "";
}
