/** What a change was, in words: for the status line and, longer, for listeners. Pure; boxes in source px. */
import { grouped } from "../viewer/dom.js";

const SIDES = ["Left", "Top", "Right", "Bottom"];

/**
 * {edge, at, rest, spoken} of what lies between two boxes: "Right edge", "2,724 px", ", moved by 224", and what is said.
 * Null where nothing changed.
 */
export function changeWords(before, after) {
  if (!after) return before ? words("Box deleted", "") : null;
  if (!before) return words(sizeWords(after), ` ${placeWords(after)}`);
  const by = after.map((edge, at) => edge - before[at]);
  const moved = by.flatMap((amount, at) => (Math.abs(amount) >= 0.005 ? [at] : []));
  if (moved.length === 0) return null;
  const [x, y] = [by[0], by[1]];
  const together = Math.abs(by[2] - x) < 0.005 && Math.abs(by[3] - y) < 0.005;
  if (together) return words(`Box moved by ${signed(x)}, ${signed(y)}`, `, ${placeWords(after)}`);
  if (moved.length > 1) return words(sizeWords(after), ` ${placeWords(after)}`);
  const [at] = moved;
  const edge = `${SIDES[at]} edge`;
  return {
    edge, at: `${grouped(after[at])} px`, rest: `, moved by ${signed(by[at])}`,
    spoken: `${edge} ${grouped(after[at])} pixels, moved by ${signed(by[at])}.`,
  };
}

/** "508 x 200 px" of a box. */
export function sizeOf([x1, y1, x2, y2]) {
  return `${grouped(x2 - x1)} × ${grouped(y2 - y1)} px`;
}

/** A box for listeners. */
export function spokenBox([x1, y1, x2, y2]) {
  return `left ${grouped(x1)}, top ${grouped(y1)}, right ${grouped(x2)}, bottom ${grouped(y2)}`;
}

const sizeWords = (box) => `Box ${sizeOf(box)}`;
const placeWords = (box) => `at ${grouped(box[0])}, ${grouped(box[1])}`;
const words = (at, rest) => ({ edge: "", at, rest, spoken: `${at}${rest}.` });

/** 224, −1,224, 3.5: a step of the model is no whole number of px. */
function signed(value) {
  const size = Math.abs(value);
  const shown = size < 10 ? String(Number(size.toPrecision(2))) : grouped(size);
  return value < 0 ? `−${shown}` : shown;
}
