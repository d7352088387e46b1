/**
 * What a person has decided about an item so far, and what it comes to: pure functions, no page, no network.
 *
 * A decision is {rejects, picking, reason, text, confidence, answer, thought, consent}
 *   rejects   the box is rejected: what Enter sends then
 *   picking   the digits pick a reason, as after R and Y
 *   reason    a key of REASONS, or null
 *   text      in the person's words, beside "other"
 *   answer, thought   what the person typed; the thought is null while it is the model's
 *   consent   whether this decision may be published: a tick of its own, never carried over from another item
 * `edit` is the editor's state (box_editor/editing.js); names of actions and reasons are the server's.
 */
import { untouched } from "../box_editor/editing.js";

/** The reasons in the order of their digits: name -> words. */
export const REASONS = Object.freeze({
  wrong_thing: "wrong thing",
  too_tight: "too tight",
  too_loose: "too loose",
  misses_second: "misses a second thing",
  unanswerable: "unanswerable",
  other: "other",
});

/** The confidences 1, 2, 3. */
export const CONFIDENCES = Object.freeze(["guess", "likely", "sure"]);

/** The decision with which an item begins. */
export function undecided() {
  return {
    rejects: false, picking: false, reason: null, text: "", confidence: null, answer: "", thought: null, consent: false,
  };
}

/** R: rejects, or does not any more. */
export function rejecting(decision) {
  const rejects = !decision.rejects;
  return { ...decision, rejects, picking: rejects, reason: rejects ? decision.reason : null };
}

/** Y: the next digit is a reason, or is not any more. */
export function picking(decision) {
  return { ...decision, picking: !decision.picking };
}

/** A digit: a reason where one is picked, else a confidence; the same decision where it is neither. */
export function chosen(decision, digit) {
  const reason = Object.keys(REASONS)[digit - 1];
  if (decision.picking) return reason ? { ...decision, reason, picking: false } : decision;
  return digit <= CONFIDENCES.length ? { ...decision, confidence: digit } : decision;
}

/** Whether the reason is "other" and nothing says what: the server takes no such decision, whatever else it is. */
export function lacksWords(decision) {
  return decision.reason === "other" && !decision.text.trim();
}

/** What Enter would send: "accept", "fix", "redraw" or "reject"; null while there is no box to send. */
export function actionOf(decision, edit) {
  if (decision.rejects) return "reject";
  if (edit.boxes.length === 0) return null;
  if (untouched(edit)) return "accept";
  return edit.boxes.every(({ drawn }) => drawn) ? "redraw" : "fix";
}

const BUTTONS = { accept: "Accept", fix: "Save fix", redraw: "Save new box" };

/** What the blue button says, and whether it does something: {words, able}. */
export function buttonOf(decision, edit, ready) {
  if (!ready) return { words: "Photo is loading", able: false };
  const action = actionOf(decision, edit);
  if (action === "reject" && !decision.reason) return { words: "Choose a reason", able: false };
  if (lacksWords(decision)) return { words: "Say why", able: false };
  if (action === "reject") return { words: `Reject: ${REASONS[decision.reason]}`, able: true };
  return action ? { words: BUTTONS[action], able: true } : { words: "Draw a box", able: false };
}

const DONE = {
  accept: "accepted", fix: "fixed", redraw: "drawn anew",
  reject: "rejected", full_photo: "full photo needed", skip: "skipped",
};

/** An action in the words of a receipt. */
export function doneWords(action) {
  return DONE[action];
}

/** The fields of a decision that are sent and given back: those of POST /annotate/submit. */
export function fieldsOf(action, decision, edit) {
  const keepsBoxes = action !== "reject" && action !== "full_photo" && action !== "skip";
  return {
    action,
    boxes: keepsBoxes ? edit.boxes.map(({ box }) => box) : [],
    reason: decision.reason ? [decision.reason] : [],
    text: decision.text,
    confidence: decision.confidence,
    answer: decision.answer,
    thought: decision.thought,
    consent: decision.consent,
  };
}

/** The fields of unsent work: every box as it lies there, also beside a rejection, and none where all were deleted. */
export function draftOf(action, decision, edit) {
  const boxes = edit.boxes.map(({ box }) => box);
  return { ...fieldsOf(action, decision, edit), boxes, drawn: edit.boxes.map(({ drawn }) => drawn) };
}

/**
 * A decision and boxes [{box, drawn}] from such fields, whoever wrote them; `boxes` null where they say nothing of them:
 * a rejection that was sent has none, a draft (it says which were `drawn`) has those that are left.
 */
export function fromFields(fields) {
  const text = (value) => (typeof value === "string" ? value : "");
  const reason = [fields.reason].flat()[0];
  const decision = {
    ...undecided(),
    rejects: fields.action === "reject",
    reason: Object.hasOwn(REASONS, reason) ? reason : null,
    text: text(fields.text),
    confidence: [1, 2, 3].includes(fields.confidence) ? fields.confidence : null,
    answer: text(fields.answer),
    thought: typeof fields.thought === "string" ? fields.thought : null,
    consent: fields.consent === true,
  };
  const drafted = Array.isArray(fields.drawn);
  const given = Array.isArray(fields.boxes) && (drafted || fields.boxes.length > 0) ? fields.boxes : null;
  const drawn = (at) => (drafted ? fields.drawn[at] === true : fields.action === "redraw");
  return { decision, boxes: given?.map((box, at) => ({ box, drawn: drawn(at) })) ?? null };
}

/**
 * "wrong_to_right", "right_to_wrong", "unchanged" or "unknown": what another box did to the answer. The rule of
 * annotation/effect.py, which is the one that is stored; tests/data/effects.json holds both to it.
 */
export function effectOf(model, corrected, right) {
  if (corrected === null || !model.trim()) return "unknown";
  if (alike(corrected, model)) return "unchanged";
  if (!right.trim()) return "unknown";
  const [before, after] = [alike(model, right), alike(corrected, right)];
  if (before === after) return "unchanged";
  return after ? "wrong_to_right" : "right_to_wrong";
}

/** Whether an answer is the right one, as scoring.py has it: no case, spacing, quotes, leading article, final stop. */
export function alike(answer, truth) {
  const wanted = plain(truth);
  return wanted !== "" && plain(answer) === wanted;
}

const QUOTES = "[\"'`“”‘’«» ]*";
const OUTER = new RegExp(`^${QUOTES}|${QUOTES}$`, "gu");

function plain(text) {
  // Upper case first: the nearest to Python's casefold, which makes ss of ß.
  const folded = text.normalize("NFKC").toUpperCase().toLowerCase().split(/\s+/u).filter(Boolean).join(" ");
  const bare = folded.replace(OUTER, "").replace(/[.!]+$/u, "").replace(OUTER, "");
  return bare.replace(/^(?:an?|the)\s+(?=\S)/u, "");
}
