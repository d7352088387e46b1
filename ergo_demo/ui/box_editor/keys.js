/**
 * The one table of the editor's keys: the viewer's, without its bare arrows, and what a person does to boxes and
 * decisions. The columns are those of viewer/keys.js; the list, the tips, aria-keyshortcuts and the tests read it.
 */
import { KEYS } from "../viewer/keys.js";
import { kept, withOwn } from "./own_keys.js";

const letter = (id, key, does, more = {}) => {
  const upper = key.toUpperCase();
  return { id, keys: [key], codes: [`Key${upper}`], cap: upper, aria: upper, does, ...more };
};

/** A letter whose Shift does something else, or nothing. */
const plain = (id, key, does) => letter(id, key, does, { shift: false });

function arrow(side, cap) {
  const name = `Arrow${side[0].toUpperCase()}${side.slice(1)}`;
  const does = "move the box, or the cross while drawing, by one step; with Shift ten";
  return { id: `go-${side}`, keys: [name.toLowerCase()], codes: [], cap, aria: name, does, repeat: true };
}

function side(name, key) {
  const does = "push the top, left, bottom, right edge out by one step; with Shift pull it in";
  return letter(`side-${name}`, key, does, { repeat: true });
}

function choice(digit) {
  const does = "confidence: guess, likely, sure; while a reason is asked for, that";
  const codes = [`Digit${digit}`, `Numpad${digit}`];
  return { id: `choice-${digit}`, keys: [digit], codes, cap: digit, aria: digit, does };
}

const ENTERS = "what the blue button says; while drawing: set a corner";

const DECISIONS = [
  { id: "enter", keys: ["enter"], codes: ["NumpadEnter"], cap: "Enter", aria: "Enter", does: ENTERS },
  plain("reject", "r", "reject, with a reason 1 to 6; again: not"),
  plain("reason", "y", "reason 1 to 6 for a fix"),
  plain("full-photo", "p", "full photo needed"),
  plain("skip", "n", "skip"),
  plain("change-last", "u", "change the last decision: the next save takes its place"),
  plain("earlier", "j", "earlier decision"),
  plain("later", "k", "later decision"),
  ...["1", "2", "3", "4"].map(choice),
  plain("look", "l", "let the model read your box now"),
  plain("prefer", "o", "which answer is better: the model box’s, yours, both alike, not said"),
  plain("answer", "i", "type the answer"),
  plain("thought", "t", "open and edit the thought"),
  plain("consent", "v", "this decision may be published; again: not"),
];

const BOXES = [
  plain("draw", "b", "draw the box anew"),
  letter("draw-more", "b", "draw one more box", { shift: true, codes: [], cap: "Shift + B", aria: "Shift+B" }),
  plain("points", "x", "draw by four extreme points"),
  arrow("left", "←"),
  arrow("right", "→"),
  arrow("up", "↑"),
  arrow("down", "↓"),
  side("top", "w"),
  side("left", "a"),
  side("bottom", "s"),
  side("right", "d"),
  plain("step", "g", "step: one model pixel or one source px"),
  plain("next-box", "c", "next box"),
  { id: "delete", keys: ["delete", "backspace"], codes: [], cap: "Delete", aria: "Delete", does: "delete the box" },
  plain("snap", "e", "snap to the expanded region"),
  plain("model-box", "m", "back to the model box"),
  letter("undo", "z", "undo", { ctrl: true, shift: false, cap: "Ctrl + Z", aria: "Control+Z" }),
  letter("redo", "z", "redo", { ctrl: true, shift: true, codes: [], cap: "Ctrl + Shift + Z", aria: "Control+Shift+Z" }),
  // No Cmd + Y: it is a browser's history.
  letter("redo-too", "y", "redo", { ctrl: true, cmd: false, codes: [], cap: "Ctrl + Y", aria: "Control+Y" }),
  { id: "hold-pan", keys: [" "], codes: [], cap: "Space, held", aria: "Space", does: "pan with arrows or drag" },
];

const VIEWING = KEYS.filter(({ id }) => !id.startsWith("pan-")).map((row) =>
  row.id === "close" ? { ...row, does: "leave drawing, a reason, this list" } : row,
);

/** As it comes. Ctrl + Z comes before Z, and so on: the first row that fits what is held is the one. */
export const TABLE = Object.freeze([...DECISIONS, ...BOXES, ...VIEWING]);

/** With the letters that the person at this device has chosen. */
export const EDITOR_KEYS = Object.freeze(withOwn(TABLE, kept(() => localStorage)));
