/**
 * What is being edited: an immutable state, and one function for each thing that a person does to it. Pure.
 *
 * A state is {photo, model, region, boxes, selected, word, past, future, tag}
 *   photo     {width, height} in source px
 *   model     the model's box, locked: shown, never changed; null where it is not shown or there is none
 *   region    the expanded region, or null
 *   boxes     the person's, [{id, box, drawn}]; `drawn`: made anew and not moved from the model's
 *   selected  the id of one of them, or null
 *   word      what to say about the last change: a repair, a refusal, or ""
 *   past, future   [{boxes, selected}], for undo and redo
 *   tag       names the last change, so that a run of equal small steps is one step back
 */
import { moved, pulled, pushed, repaired, same } from "./boxes.js";

/** Most boxes of one item: what the store keeps (store/records.py). */
export const MOST_BOXES = 20;

/** Steps back that are kept. */
const MOST_STEPS = 200;

export const TOO_MANY = `An item has at most ${MOST_BOXES} boxes.`;

/** The state in which an item begins: the person's box lies on the model's, where that is shown. */
export function begin({ photo, model = null, region = null }) {
  const whole = [0, 0, photo.width, photo.height];
  const shown = model && repaired(model, photo, model).box;
  const boxes = shown ? [{ id: 1, box: shown, drawn: false }] : [];
  const inside = region && repaired(region, photo, whole).box;
  const fresh = { word: "", past: [], future: [], tag: "" };
  return { photo, model: shown, region: inside, boxes, selected: shown ? 1 : null, ...fresh };
}

/** The box that is selected: {id, box, drawn}, or null. */
export function selection(state) {
  return state.boxes.find(({ id }) => id === state.selected) ?? null;
}

/** Whether the boxes are the model's, untouched. */
export function untouched({ model, boxes }) {
  return model !== null && boxes.length === 1 && same(boxes[0].box, model);
}

/** A step back; the state as it is where there is none. */
export function undone(state) {
  const { past, future } = state;
  if (past.length === 0) return state;
  return { ...state, ...past.at(-1), past: past.slice(0, -1), future: [snapshot(state), ...future], word: "", tag: "" };
}

/** A step forward again. */
export function redone(state) {
  const { past, future } = state;
  if (future.length === 0) return state;
  return { ...state, ...future[0], past: [...past, snapshot(state)], future: future.slice(1), word: "", tag: "" };
}

/** Moved by dx, dy source px. */
export function nudged(state, dx, dy, tag = "") {
  return changed(state, (box) => moved(box, dx, dy, state.photo), tag);
}

/** With one side ("left", "top", "right", "bottom") pushed out by source px, or in where negative. */
export function sidePushed(state, side, by, tag = "") {
  return changed(state, (box) => pushed(box, side, by), tag);
}

/** With the edges of a handle pulled to a point in source px. */
export function handlePulled(state, handle, point) {
  return changed(state, (box) => pulled(box, handle, point));
}

/** With the edges that were typed; one that is left as it was shown stays what it was. */
export function typed(state, edges) {
  return changed(state, (box) => edges.map((edge, at) => (Math.abs(edge - box[at]) < 0.01 ? box[at] : edge)));
}

/** Another box in place of the selected one, or of nothing; `more`: beside those that are there. */
export function boxDrawn(state, box, more = false) {
  const right = repaired(box, state.photo);
  if (!right.box) return { ...state, word: right.word };
  const replaced = more ? null : selection(state) ?? (state.boxes.length === 1 ? state.boxes[0] : null);
  if (!replaced && state.boxes.length >= MOST_BOXES) return { ...state, word: TOO_MANY };
  const made = { id: replaced?.id ?? nextId(state), box: right.box, drawn: true };
  const boxes = replaced ? state.boxes.map((each) => (each.id === made.id ? made : each)) : [...state.boxes, made];
  return { ...stepped(state), boxes, selected: made.id, word: right.word };
}

/** Without the selected box; the one before it is selected then. */
export function deleted(state) {
  const at = state.boxes.findIndex(({ id }) => id === state.selected);
  if (at < 0) return state;
  const boxes = state.boxes.filter((_, index) => index !== at);
  return { ...stepped(state), boxes, selected: boxes[Math.max(0, at - 1)]?.id ?? null, word: "" };
}

/** With the next box selected, after the last the first. */
export function nextSelected(state) {
  const at = state.boxes.findIndex(({ id }) => id === state.selected);
  return { ...state, selected: state.boxes[(at + 1) % state.boxes.length]?.id ?? null, word: "", tag: "" };
}

/** With this box selected. */
export function selectedBox(state, id) {
  return { ...state, selected: id, word: "", tag: "" };
}

/** The selected box, or a first one, becomes the expanded region. */
export function snapped(state) {
  return state.region ? placed(state, state.region, false) : state;
}

/** One box, the model's again. */
export function restored(state) {
  if (!state.model || untouched(state)) return state;
  const id = state.selected ?? nextId(state);
  return { ...stepped(state), boxes: [{ id, box: state.model, drawn: false }], selected: id, word: "" };
}

/** The boxes of a draft or of an earlier decision instead, not to be undone. Bad ones are left out. */
export function withBoxes(state, boxes) {
  const good = boxes.map(({ box, drawn = false }) => ({ ...repaired(box, state.photo, box), drawn }));
  const few = good.filter(({ box }) => box).slice(0, MOST_BOXES);
  const kept = few.map(({ box, drawn }, at) => ({ id: at + 1, box, drawn }));
  return { ...state, boxes: kept, selected: kept[0]?.id ?? null, past: [], future: [], word: "", tag: "" };
}

function placed(state, box, drawn) {
  const chosen = selection(state);
  if (chosen && same(chosen.box, box)) return state;
  const id = chosen?.id ?? nextId(state);
  const made = { id, box, drawn };
  const boxes = chosen ? state.boxes.map((each) => (each.id === id ? made : each)) : [...state.boxes, made];
  return { ...stepped(state), boxes, selected: id, word: "" };
}

function changed(state, change, tag = "") {
  const chosen = selection(state);
  if (!chosen) return state;
  const { box, word } = repaired(change(chosen.box), state.photo, chosen.box);
  if (!box || same(box, chosen.box)) return { ...state, word };
  const boxes = state.boxes.map((each) => (each.id === chosen.id ? { ...each, box } : each));
  const before = tag && tag === state.tag ? state : stepped(state);
  return { ...before, boxes, future: [], word, tag };
}

/** The state with what it is now as a step to come back to. */
function stepped(state) {
  return { ...state, past: [...state.past, snapshot(state)].slice(-MOST_STEPS), future: [], tag: "" };
}

const snapshot = ({ boxes, selected }) => ({ boxes, selected });
const nextId = ({ boxes }) => Math.max(0, ...boxes.map(({ id }) => id)) + 1;
