/**
 * The answers of the model side by side: from its own box, from the person's, from the expanded region. After a change
 * the engine is asked again, the question before is called off, and nothing waits for it. Where each reading takes from the
 * person's share of a GPU, it is asked only on a key.
 */
import { hull, same } from "../box_editor/boxes.js";
import { EDITOR_KEYS } from "../box_editor/keys.js";
import { html, svg } from "../viewer/dom.js";
import { keyFor } from "../viewer/keys.js";
import { Crop } from "./crop.js";
import { alike, effectOf } from "./decision.js";
import { differences } from "./differences.js";
import { Preferring } from "./preferring.js";

/** Milliseconds of quiet before the engine is asked. */
const ASK_AFTER_MS = 350;

const NO_ENGINE = "No engine reads it again here.";

const ROWS = { "model-box": "Model box", "your-box": "Your box", region: "Expanded region" };
const EFFECTS = {
  wrong_to_right: ["Wrong to right.", "Your box changes the answer."],
  right_to_wrong: ["Right to wrong.", "Your box changes the answer."],
  unchanged: ["Unchanged.", "Both boxes give the same answer."],
  unknown: ["Effect unknown.", "Type the answer if you know it."],
};

export class WhatIf {
  #parts;
  #engine;
  #rows;
  #preferring;
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
  #costs = false;

  /**
   * parts: the shell's {answers, what, effect}. engine: whatIf(item id, boxes, signal) and whatIfExpanded(item id,
   * signal) of server.js. pressed(): the button was, which goes: the keys are to go on working.
   */
  constructor(parts, engine, pressed) {
    this.#parts = parts;
    this.#engine = engine;
    this.#rows = Object.entries(ROWS).map(([kind, name]) => row(kind, name));
    parts.what.replaceChildren(...this.#rows.map(({ element }) => element));
    this.#preferring = new Preferring([ROWS["model-box"], ROWS["your-box"]], pressed);
    this.#preferring.buttons.forEach((button, at) => this.#rows[at].verdict.append(button));
    this.#rows[1].again.addEventListener("click", () => {
      this.now();
      pressed();
    });
  }

  /** What the server says of reading again: "free", "costs" (only on a key, then), null where there is no engine. */
  offered(how) {
    this.#able = how !== null;
    this.#costs = how === "costs";
  }

  /** Reads these boxes now: the person pressed the key for it. */
  now(boxes = this.#boxes) {
    this.#boxes = boxes;
    if (!this.#reads) return;
    this.#stop();
    this.#ask();
  }

  /** The key for which answer is better; what is said then. */
  prefer() {
    return this.#preferring.next();
  }

  /** Begins with an item, and what the person has typed as the right answer; a blind one shows no answer. */
  open(item, right) {
    this.#stop();
    [this.#item, this.#right] = [item, right];
    this.#asked = item.proposal?.box ?? null;
    this.#boxes = [];
    this.#readAgain("Try again", false);
    this.#preferring.forget();
    const { answer: model = null, expanded_answer: expanded = null } = item.proposal ?? {};
    this.#answers = { model, corrected: null, expanded };
    this.#note = this.#able ? "" : NO_ENGINE;
    this.#parts.answers.hidden = item.blind;
    const { photo, proposal } = item;
    this.#rows[0].crop.show(photo, proposal?.box ?? null);
    this.#rows[2].crop.show(photo, proposal?.expanded ?? null);
    this.#rows[2].name.textContent = proposal?.region_label ?? ROWS.region;
    this.#rows[0].element.hidden = !proposal?.box;
    this.#rows[2].element.hidden = !proposal?.expanded;
    this.#fill();
  }

  /** The item is decided: nobody waits for an answer any more. */
  leave() {
    this.#stop();
  }

  /** The boxes as they are seen, in each frame: the crop follows. */
  shown(boxes) {
    if (!this.#item || this.#parts.answers.hidden) return;
    this.#rows[1].crop.show(this.#item.photo, boxes.length > 0 ? hull(boxes) : null);
  }

  /** The boxes were changed: the engine reads again. */
  changed(boxes) {
    // A confidence or a reason: whoever waits for an answer goes on waiting.
    if (this.#boxes.length > 0 && boxes.length > 0 && same(hull(boxes), hull(this.#boxes))) return;
    this.#stop();
    this.#boxes = boxes;
    if (!this.#reads) return;
    if (this.#current) this.#readAgain("Try again", false);
    else if (this.#costs) this.#offer();
    else this.#timer = setTimeout(() => this.#ask(), ASK_AFTER_MS);
  }

  /** What the person types as the right answer. */
  rightIs(text) {
    this.#right = text;
    this.#fill();
  }

  /** Whether there are boxes for the engine to read from: of a blind item it would show what the model thinks. */
  get #reads() {
    return this.#able && this.#item !== null && !this.#item.blind && this.#boxes.length > 0;
  }

  /** Whether the answer from the person's box is of the box as it is now. */
  get #current() {
    return this.#boxes.length > 0 && this.#asked !== null && same(hull(this.#boxes), this.#asked);
  }

  /** What is stored with the decision: the answers that stood there, in their order; nothing that another box gave. */
  get record() {
    if (!this.#current) return null;
    const { corrected, expanded } = this.#answers ?? {};
    const { preferred } = this.#preferring;
    const shown = ["model", "corrected", "expanded"].filter((name) => this.#answers?.[name] !== null);
    return corrected === null || corrected === undefined ? null : { corrected, expanded, shown, ...(preferred && { preferred }) };
  }

  /** What the answer before was read from is no longer the box: it says so, and waits for the key. */
  #offer() {
    this.#say(`${keyFor("look", EDITOR_KEYS).cap} reads this box; it takes from your GPU time.`);
    this.#readAgain("Read it", true);
  }

  #readAgain(words, shown) {
    const { again } = this.#rows[1];
    again.textContent = words;
    again.hidden = !shown;
  }

  async #ask() {
    const [item, boxes] = [this.#item, this.#boxes];
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const since = performance.now();
    this.#clock = setInterval(() => this.#say(`Reading, ${((performance.now() - since) / 1000).toFixed(1)} s`), 100);
    try {
      const got = await this.#engine.whatIf(item.id, boxes, signal);
      this.#asked = hull(boxes);
      const { model, expanded } = this.#answers;
      const { answer: corrected = null } = got;
      this.#answers = { model: got.box_answer ?? model, corrected, expanded: got.expanded_answer ?? expanded };
      this.#readAgain("Try again", false);
      this.#preferring.forget();
      this.#say(`read in ${((performance.now() - since) / 1000).toFixed(1)} s`);
      this.#fill();
      this.#askExpanded(item, signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#fill();
      this.#failed(error);
    } finally {
      if (item === this.#item && boxes === this.#boxes) clearInterval(this.#clock);
    }
  }

  /** Then the expanded region, where nobody has read it yet: the person's own box does not wait for it. */
  async #askExpanded(item, signal) {
    if (this.#costs || this.#answers.expanded !== null || !item.proposal?.expanded) return;
    const { note } = this.#rows[2];
    note.textContent = "Reading";
    try {
      const { expanded_answer: expanded } = await this.#engine.whatIfExpanded(item.id, signal);
      this.#answers = { ...this.#answers, expanded };
      note.textContent = "";
      this.#fill();
    } catch (error) {
      if (error.name !== "AbortError") note.textContent = "Could not be read";
    }
  }

  #failed(error) {
    // There is no engine: said once, and not asked again.
    this.#able = error.code !== "engine-unavailable" && error.status !== 404;
    this.#say(this.#able ? `${error.message} Saving still works.` : NO_ENGINE);
    if (this.#able) this.#rows[1].text.replaceChildren("Could not be read");
    this.#readAgain("Try again", this.#able);
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
    this.#rows[2].note.textContent = "";
  }

  #fill() {
    if (!this.#answers) return;
    const { model, corrected, expanded } = this.#answers;
    const right = this.#right.trim();
    [model, corrected, expanded].forEach((answer, at) => fillRow(this.#rows[at], answer, at === 0 ? null : model, right));
    this.#say(this.#note);
    this.#preferring.ask(right === "" && Boolean(model && corrected) && !alike(model, corrected));
    const effect = effectOf(model ?? "", corrected, right);
    const [strong, rest] = EFFECTS[effect];
    const look = { wrong_to_right: "", right_to_wrong: "bad" }[effect] ?? "none";
    // Its place is kept while there is nothing to say, so that nothing below it jumps.
    const says = corrected !== null && Boolean(model?.trim());
    this.#parts.effect.className = `e-effect ${look} ${says ? "" : "away"}`.trim();
    this.#parts.effect.replaceChildren(html("b", {}, strong), ` ${rest}`);
  }
}

function row(kind, words) {
  const crop = new Crop(kind);
  const [text, note] = [html("div", { class: "a" }), html("span", { class: "m" })];
  const mark = html("span", { class: "e-mark" });
  const verdict = html("span", {}, mark);
  const again = html("button", { type: "button", class: "e-btn", hidden: "" }, "Try again");
  const strokes = kind === "your-box" ? ["line", "core"] : ["line"];
  const lines = strokes.map((stroke) => svg("path", { class: `ev-${stroke}`, d: "M1 6H23" }));
  const glyph = svg("svg", { class: `ev-glyph ev-${kind}`, viewBox: "0 0 24 12", "aria-hidden": "true" }, ...lines);
  const name = html("span", {}, words);
  const who = html("span", { class: "who" }, html("span", { class: "e-dark" }, glyph), name);
  const element = html("li", {}, html("span", { class: "t" }, crop.element), html("div", {}, who, text, note), verdict, again);
  return { element, name, crop, text, note, mark, verdict, again };
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
