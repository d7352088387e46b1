/** Which keys are decisions, and what they do; the rest are the editor's. Rows are those of box_editor/keys.js. */
import { chosen, picking, rejecting } from "./decision.js";

const OURS = new Set([
  "enter", "reject", "reason", "full-photo", "skip", "change-last", "earlier", "later", "look", "prefer", "answer",
  "thought", "consent",
]);
const DIGITS = { "layer-box": 5, "layer-region": 6 };

export class Keys {
  #on;
  #does;

  /** parts: the shell's fields, which Escape and Enter leave. on: what the page can do (annotate_view.js). */
  constructor(parts, on) {
    this.#on = on;
    this.#does = {
      enter: on.enter,
      reject: () => on.decide(rejecting(on.decision())),
      reason: () => on.decide(picking(on.decision())),
      "full-photo": () => on.submit("full_photo"),
      skip: () => on.submit("skip"),
      "change-last": () => on.look(0),
      earlier: () => on.look(1),
      later: () => on.look(-1),
      look: on.read,
      prefer: on.prefer,
      answer: () => on.field("answer"),
      thought: () => on.field("thought"),
      consent: () => on.decide({ ...on.decision(), consent: !on.decision().consent }),
      close: () => on.decide({ ...on.decision(), rejects: false, picking: false }),
    };
    for (const name of ["answer", "text", "thought", "edges"]) {
      parts[name].addEventListener("keydown", (event) => {
        if (!event.target.matches("input, textarea")) return;
        const leaves = event.key === "Escape" || (event.key === "Enter" && !event.shiftKey && !event.isComposing);
        if (!leaves) return;
        event.preventDefault();
        on.focus();
      });
    }
  }

  /** See commands.js of the viewer: true or false where the page has a say. */
  means(row) {
    if (this.#on.conflict()) return this.#settling(row) !== undefined || undefined;
    if (!this.#on.open()) return false;
    if (row.id === "enter" && this.#on.drawing()) return undefined;
    return OURS.has(row.id) || this.#digit(row) > 0 || this.#leaves(row) || undefined;
  }

  /** Does what a key does; true when it was the page's. */
  acts(row) {
    if (this.#on.conflict()) {
      const how = this.#settling(row);
      if (how) this.#on.settle(how);
      return Boolean(how);
    }
    if (!this.#on.open() || (row.id === "enter" && this.#on.drawing())) return false;
    const digit = this.#digit(row);
    if (digit > 0) this.#choose(digit);
    else if (OURS.has(row.id) || this.#leaves(row)) this.#does[row.id]();
    else return false;
    return true;
  }

  /** A reason that needs words is followed by them. */
  #choose(digit) {
    const before = this.#on.decision();
    this.#on.decide(chosen(before, digit));
    if (before.picking && this.#on.decision().reason === "other") this.#on.field("text");
  }

  #settling({ id }) {
    return { "choice-1": "mine", "choice-2": "theirs", close: "look" }[id];
  }

  /** The digit that a key means: 5 and 6 are layers unless a reason is picked. */
  #digit({ id }) {
    if (id.startsWith("choice-")) return Number(id.slice("choice-".length));
    return this.#on.decision().picking ? DIGITS[id] ?? 0 : 0;
  }

  #leaves({ id }) {
    const { rejects, picking: picks } = this.#on.decision();
    return id === "close" && (rejects || picks) && !this.#on.drawing();
  }
}
