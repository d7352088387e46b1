/** node --test tests/js: what a person can do to boxes, without a browser. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import * as boxes from "../../ergo_demo/ui/box_editor/boxes.js";
import * as drawing from "../../ergo_demo/ui/box_editor/drawing.js";
import * as editing from "../../ergo_demo/ui/box_editor/editing.js";
import { changeWords } from "../../ergo_demo/ui/box_editor/changes.js";
import { HANDLES, REACH, gripAt, handlePoint } from "../../ergo_demo/ui/box_editor/grips.js";
import { EDITOR_KEYS, TABLE } from "../../ergo_demo/ui/box_editor/keys.js";
import * as own from "../../ergo_demo/ui/box_editor/own_keys.js";
import { ticks } from "../../ergo_demo/ui/box_editor/rulers.js";
import { modelStep, stepOf, stepWords } from "../../ergo_demo/ui/box_editor/steps.js";
import { pressedRow } from "../../ergo_demo/ui/viewer/keys.js";

const VECTORS = JSON.parse(readFileSync(new URL("../data/geometry.json", import.meta.url), "utf8"));
const PHOTO = { width: 8000, height: 6000 };
const MODEL = [2196, 2520, 2500, 2720];
const REGION = [2120, 2470, 2850, 2800];
const ITEM = { photo: PHOTO, model: MODEL, region: REGION };

const close = (actual, expected, words) =>
  expected.forEach((value, at) => assert.ok(Math.abs(actual[at] - value) < 1e-9, `${words}: ${actual} is not ${expected}`));

test("the vectors that Python's geometry passes as well", () => {
  for (const { box, frame, expected } of VECTORS.clip) assert.deepEqual(boxes.clip(box, frame), expected);
  for (const { boxes: all, expected } of VECTORS.hull) assert.deepEqual(boxes.hull(all), expected);
  for (const { region, size: [width, height], box, expected } of VECTORS.to_source) {
    close(boxes.viewToSource({ region, size: { width, height } }, box), expected, "to_source");
  }
  for (const { corners: [x1, y1, x2, y2], expected } of VECTORS.between) {
    assert.deepEqual(boxes.fromCorners({ x: x1, y: y1 }, { x: x2, y: y2 }), expected);
  }
  for (const { box, photo: [width, height], expected, turned, cut } of VECTORS.repaired) {
    const word = [turned && boxes.TURNED, cut && boxes.CUT].filter(Boolean).join(" ");
    assert.deepEqual(boxes.repaired(box, { width, height }), { box: expected, word }, String(box));
  }
  for (const { box, photo: [width, height], why } of VECTORS.not_repaired) {
    assert.equal(boxes.repaired(box, { width, height }).box, null, why);
  }
  for (const { box, why } of VECTORS.refused) assert.equal(boxes.allFinite(box.map(Number)), false, why);
});

test("own keys change places: no letter means two things, none is lost, Shift goes along, Ctrl stays", () => {
  const draws = own.chosenFor({}, "b", "q");
  const one = own.withOwn(TABLE, draws);
  const row = (table, id) => table.find((each) => each.id === id);
  assert.deepEqual(row(one, "draw"), { ...row(TABLE, "draw"), keys: ["q"], codes: ["KeyQ"], cap: "Q", aria: "Q" });
  assert.deepEqual([row(one, "draw-more").keys, row(one, "draw-more").cap, row(one, "draw-more").aria], [["q"], "Shift + Q", "Shift+Q"]);
  const swapped = own.withOwn(TABLE, own.chosenFor(draws, "z", "q"));
  assert.deepEqual(["draw", "draw-more", "to-box", "undo", "hide"].map((id) => row(swapped, id).keys[0]), ["z", "z", "q", "z", "h"]);
  assert.equal(row(swapped, "hide").cap, "H, held");
  assert.equal(row(own.withOwn(TABLE, own.chosenFor({}, "h", "f")), "hide").cap, "F, held");
  assert.deepEqual(own.chosenFor(draws, "b", "b"), {}, "as the table has it: nothing is kept");
  assert.deepEqual(own.chosenFor({}, "b", "1"), {});
  const letters = own.choosable(TABLE).map(({ keys }) => keys[0]);
  assert.equal(new Set(letters).size, letters.length);
  for (const broken of ['{"b":"z"}', '{"b":"1","1":"b"}', "[", "7", "null"]) assert.deepEqual(own.kept(() => ({ getItem: () => broken })), {}, broken);
  assert.deepEqual(own.kept(() => ({ getItem: () => JSON.stringify(draws) })), draws);
  assert.deepEqual(own.kept(() => { throw new Error("not allowed"); }), {});
});

test("typed edges are repaired as drawn ones, and one that is left keeps its fraction of a pixel", () => {
  const begun = editing.nudged(editing.begin(ITEM), 0.003, 0);
  const [x1, y1, , y2] = editing.selection(begun).box;
  const put = (...edges) => editing.typed(begun, edges);
  assert.deepEqual(editing.selection(put(2196, 2520, 2700, 2720)).box, [x1, y1, 2700, y2]);
  const rows = [
    [[2700, 2520, 2196, 2720], boxes.TURNED], [[2196, 2520, 9000, 2720], boxes.CUT],
    [[2196, 2520, 2200, 2720], boxes.TOO_SMALL], [[NaN, 2520, 2500, 2720], boxes.NO_BOX],
  ];
  for (const [edges, word] of rows) assert.equal(put(...edges).word, word, String(edges));
  assert.equal(put(2196, 2520, 2500, 2720).past.length, begun.past.length, "nothing was changed");
  assert.equal(editing.typed(editing.deleted(begun), [1, 1, 99, 99]).boxes.length, 0, "no box is chosen");
});

test("what leaves the photo is cut, what has no area is refused, what is inverted is turned, each with its word", () => {
  const rows = [
    [[10, 10, 60, 60], [10, 10, 60, 60], ""],
    [[-40, 5900, 60, 6100], [0, 5900, 60, 6000], boxes.CUT],
    [[60, 60, 10, 10], [10, 10, 60, 60], boxes.TURNED],
    [[60, 20, -10, 70], [0, 20, 60, 70], `${boxes.TURNED} ${boxes.CUT}`],
    [[10, 10, 37, 60], null, boxes.TOO_SMALL],
    [[10, 10, 10, 10], null, boxes.TOO_SMALL],
    [[7990, 10, 8090, 60], null, boxes.TOO_SMALL],
    [[9000, 9000, 9100, 9100], null, boxes.TOO_SMALL],
    [[NaN, 10, 60, 60], null, boxes.NO_BOX],
    [[0, 0, 1e400, 60], null, boxes.NO_BOX],
    [[1, 2, 3], null, boxes.NO_BOX],
    ["<b>", null, boxes.NO_BOX],
  ];
  for (const [box, expected, word] of rows) assert.deepEqual(boxes.repaired(box, PHOTO), { box: expected, word }, String(box));
});

test("a box of the model that is smaller than a new one may be can be moved, and not made smaller", () => {
  const small = [100, 100, 112, 110];
  const state = editing.begin({ photo: PHOTO, model: small });
  assert.deepEqual(editing.selection(editing.nudged(state, 5, 0)).box, [105, 100, 117, 110]);
  const less = editing.sidePushed(state, "right", -3);
  assert.deepEqual([editing.selection(less).box, less.word], [small, boxes.TOO_SMALL]);
  const tiny = { width: 20, height: 16 };
  assert.deepEqual(boxes.repaired([0, 0, 20, 16], tiny), { box: [0, 0, 20, 16], word: "" }, "a photo smaller than that");
});

test("an item begins with the person's box on the model's, which stays where it is", () => {
  const state = editing.begin(ITEM);
  assert.ok(editing.untouched(state));
  const fixed = editing.handlePulled(state, "e", { x: 2724, y: 0 });
  assert.deepEqual(editing.selection(fixed).box, [2196, 2520, 2724, 2720]);
  assert.deepEqual(fixed.model, MODEL);
  assert.ok(!editing.untouched(fixed));
  assert.ok(editing.untouched(editing.restored(fixed)));
  assert.deepEqual(editing.begin({ photo: PHOTO }).boxes, [], "a blind item begins with nothing");
});

test("every handle pulls its own edges, and over the opposite edge becomes that one", () => {
  const box = [100, 100, 300, 200];
  const rows = [
    ["nw", [90, 80, 300, 200]], ["n", [100, 80, 300, 200]], ["ne", [100, 80, 90, 200]], ["e", [90, 100, 100, 200]],
    ["se", [90, 80, 100, 100]], ["s", [100, 80, 300, 100]], ["sw", [90, 80, 300, 100]], ["w", [90, 100, 300, 200]],
  ];
  for (const [handle, expected] of rows) {
    const [x1, y1, x2, y2] = expected;
    const upright = [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
    assert.deepEqual(boxes.pulled(box, handle, { x: 90, y: 80 }), upright, handle);
  }
});

test("a side is pushed out, and in as far as the opposite one, which is refused", () => {
  const box = [100, 100, 300, 200];
  assert.deepEqual(boxes.pushed(box, "left", 7), [93, 100, 300, 200]);
  assert.deepEqual(boxes.pushed(box, "bottom", -70), [100, 100, 300, 130]);
  assert.deepEqual(boxes.pushed(box, "top", -900), [100, 200, 300, 200]);
  const refused = editing.sidePushed(editing.begin(ITEM), "right", -9000);
  assert.deepEqual([refused.boxes[0].box, refused.word, refused.past.length], [MODEL, boxes.TOO_SMALL, 0]);
});

test("a move stops at the edges of the photo and keeps the size", () => {
  const state = editing.nudged(editing.begin(ITEM), -9000, 9000);
  assert.deepEqual(editing.selection(state).box, [0, 5800, 304, 6000]);
});

test("undo and redo go through everything; a run of equal steps is one; a new change ends what could be redone", () => {
  let state = editing.begin(ITEM);
  for (let n = 0; n < 3; n += 1) state = editing.sidePushed(state, "right", 7, "push-right");
  state = editing.boxDrawn(state, [10, 10, 500, 500], true);
  state = editing.deleted(state);
  assert.equal(state.past.length, 3);
  state = editing.undone(state);
  assert.equal(state.boxes.length, 2);
  state = editing.undone(state);
  assert.deepEqual(editing.selection(state).box, [2196, 2520, 2521, 2720]);
  state = editing.undone(state);
  assert.ok(editing.untouched(state));
  assert.equal(editing.undone(state), state, "nothing more to undo");
  state = editing.redone(editing.redone(state));
  assert.equal(state.boxes.length, 2);
  state = editing.nudged(state, 1, 0);
  assert.equal(editing.redone(state), state);
});

test("no change is no step", () => {
  const state = editing.begin(ITEM);
  assert.equal(editing.nudged(state, 0, 0).past.length, 0);
  assert.equal(editing.restored(state), state);
  assert.equal(editing.snapped(editing.snapped(state)).past.length, 1);
});

test("a drawn box takes the place of the selected one; one more lies beside it; there is an end to more", () => {
  let state = editing.boxDrawn(editing.begin(ITEM), [500, 500, 900, 900]);
  assert.deepEqual(state.boxes, [{ id: 1, box: [500, 500, 900, 900], drawn: true }]);
  for (let n = 1; n < editing.MOST_BOXES; n += 1) state = editing.boxDrawn(state, [n, n, n + 50, n + 50], true);
  assert.equal(state.boxes.length, editing.MOST_BOXES);
  const full = editing.boxDrawn(state, [0, 0, 50, 50], true);
  assert.deepEqual([full.boxes.length, full.word], [editing.MOST_BOXES, editing.TOO_MANY]);
  assert.equal(editing.nextSelected(state).selected, 1, "after the last the first");
  const refused = editing.boxDrawn(state, [5, 5, 6, 6]);
  assert.deepEqual([refused.boxes, refused.word], [state.boxes, boxes.TOO_SMALL]);
});

test("snap takes the expanded region; without one nothing happens", () => {
  assert.deepEqual(editing.selection(editing.snapped(editing.begin(ITEM))).box, REGION);
  const none = editing.begin({ photo: PHOTO, model: MODEL });
  assert.equal(editing.snapped(none), none);
});

test("a draft's boxes are checked like anybody's", () => {
  const state = editing.withBoxes(editing.begin(ITEM), [{ box: [1, 1, 90, 90], drawn: true }, { box: [0, NaN, 1, 1] }]);
  assert.deepEqual(state.boxes, [{ id: 1, box: [1, 1, 90, 90], drawn: true }]);
});

test("two corners in any order, four extreme points in any order", () => {
  let drawn = drawing.pointSet(drawing.begun("box", { x: 90, y: 10 }));
  assert.equal(drawing.finished(drawn), null);
  drawn = drawing.crossAt(drawn, { x: 20, y: 70 });
  assert.deepEqual(drawing.preview(drawn), [20, 10, 90, 70]);
  assert.deepEqual(drawing.finished(drawing.pointSet(drawn)), [20, 10, 90, 70]);
  let points = drawing.begun("points", { x: 50, y: 5 });
  for (const [x, y] of [[90, 40], [45, 80], [10, 30]]) points = drawing.crossAt(drawing.pointSet(points), { x, y });
  assert.equal(drawing.finished(points), null);
  assert.match(drawing.nextStep(points), /the last of four/);
  assert.deepEqual(drawing.finished(drawing.pointSet(points)), [10, 5, 90, 80]);
});

test("a step is one pixel of what the model saw, or of the source", () => {
  const { x, y } = modelStep(PHOTO, { width: 1148, height: 868 });
  assert.ok(Math.abs(x - 8000 / 1148) < 1e-12 && Math.abs(y - 6000 / 868) < 1e-12);
  assert.deepEqual(stepOf("source", PHOTO, { width: 1148, height: 868 }), { x: 1, y: 1 });
  assert.deepEqual(stepOf("model", PHOTO, null), { x: 1, y: 1 });
  assert.deepEqual(stepWords("model", { x: 7.2, y: 6.9 }), { name: "1 model pixel", size: "7.2 x 6.9 px" });
});

test("what a pointer holds: corners before edges, edges before the middle, and a small box can still be moved", () => {
  const rect = { x: 100, y: 100, width: 200, height: 80 };
  const rows = [
    [[100, 100], "nw"], [[303, 97], "ne"], [[200, 104], "n"], [[296, 140], "e"], [[200, 140], "move"], [[90, 140], null], [[200, 190], null],
  ];
  for (const [[x, y], grip] of rows) assert.equal(gripAt(rect, { x, y }, REACH.mouse), grip, `${x}, ${y}`);
  const small = { x: 100, y: 100, width: 12, height: 12 };
  assert.equal(gripAt(small, { x: 106, y: 106 }, REACH.touch), "move");
  assert.equal(gripAt(small, { x: 130, y: 106 }, REACH.touch), "e");
  for (const handle of HANDLES) {
    const { x, y } = handlePoint([100, 100, 300, 180], handle);
    assert.equal(gripAt(rect, { x, y }, REACH.mouse), handle);
  }
});

test("a change in words", () => {
  const said = (before, after) => changeWords(before, after)?.spoken ?? null;
  assert.equal(said([2216, 2536, 2500, 2736], [2216, 2536, 2724, 2736]), "Right edge 2,724 pixels, moved by 224.");
  assert.equal(said([10, 10, 60, 60], [10, 3, 60, 60]), "Top edge 3 pixels, moved by −7.");
  assert.equal(said([10, 10, 60, 60], [13.48, 10, 63.48, 60]), "Box moved by 3.5, 0, at 13, 10.");
  assert.equal(said(null, [5, 6, 105, 206]), "Box 100 × 200 px at 5, 6.");
  assert.equal(said([5, 6, 105, 206], null), "Box deleted.");
  assert.equal(said([1, 2, 3, 4], [1, 2, 3, 4]), null);
});

test("ruler numbers are round, far enough apart, and where they say", () => {
  for (const scale of [0.02, 0.11, 0.58, 1, 4, 16]) {
    const found = ticks(1640.5, scale, 924);
    const numbers = found.filter(({ value }) => value !== null);
    assert.ok(found.length >= numbers.length * 2 - 1 && numbers.length >= 2, `${scale}: ${numbers.length}`);
    for (const { at, value } of numbers) assert.ok(Math.abs((value - 1640.5) * scale - at) < 1e-9 && Number.isInteger(value));
    assert.ok(numbers[1].at - numbers[0].at >= 84);
  }
});

const HELD = { ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, isComposing: false };
const press = (key, more = {}) => pressedRow({ key, code: "", ...HELD, ...more }, EDITOR_KEYS)?.id ?? null;

test("one row for each key with what is held, and none for what belongs to browser, system and reader", () => {
  for (const shift of [false, true]) for (const ctrl of [false, true]) {
    const reached = EDITOR_KEYS.filter((row) => Boolean(row.ctrl) === ctrl && (row.shift ?? shift) === shift);
    const keys = reached.flatMap((row) => row.keys);
    assert.equal(new Set(keys).size, keys.length, `${shift} ${ctrl}`);
  }
  assert.equal(new Set(EDITOR_KEYS.map(({ id }) => id)).size, EDITOR_KEYS.length);
  for (const row of EDITOR_KEYS) assert.ok(row.does && row.cap && row.aria && !/\s/.test(row.aria), row.id);
  const rows = [
    ["z", {}, "to-box"], ["z", { ctrlKey: true }, "undo"], ["Z", { ctrlKey: true, shiftKey: true }, "redo"],
    ["z", { metaKey: true }, "undo"], ["y", { ctrlKey: true }, "redo-too"], ["y", { metaKey: true }, null],
    ["b", {}, "draw"], ["B", { shiftKey: true }, "draw-more"], ["W", { shiftKey: true }, "side-top"],
    ["c", { ctrlKey: true }, null], ["ArrowLeft", { altKey: true }, null], ["Tab", {}, null], ["/", {}, null],
    ["'", {}, null], ["[", {}, null], ["F5", {}, null], ["Insert", {}, null], [" ", {}, "hold-pan"], ["Enter", {}, "enter"],
  ];
  for (const [key, held, id] of rows) assert.equal(press(key, held), id, `${key} ${JSON.stringify(held)}`);
  const repeats = EDITOR_KEYS.filter((row) => row.repeat).map(({ id }) => id.split("-")[0]);
  assert.deepEqual([...new Set(repeats)].sort(), ["go", "side"]);
});
