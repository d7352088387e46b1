/** node --test tests/js: which layers a screen draws, which sample a click means, the cells of the heat map. */
import assert from "node:assert/strict";
import test from "node:test";

import { drawnLayers, nearestOutline, nextHeat, overlayQuery, there } from "../../ergo_demo/ui/ask_view/drawn.js";
import { cellsAt, levelOf } from "../../ergo_demo/ui/viewer/heat.js";

const SHOWN = { box: true, region: true, samples: false, heat: false };
const SCREEN = {
  dots: null, box: [1, 1, 3, 3], region: [0, 0, 4, 4], region_label: "Sample region",
  samples: [{ box: [1, 1, 3, 3] }, { box: null }], heat: [[0, 1]],
};

test("the layers lie from the heat map up to the model box, switched off ones too", () => {
  const layers = drawnLayers(SCREEN, SHOWN, 0.5, 0);
  assert.deepEqual(layers.map(({ id, shown }) => [id, shown]), [
    ["heat", false], ["samples", false], ["region", true], ["box", true],
  ]);
  assert.deepEqual(layers[1].boxes, [{ number: 0, box: [1, 1, 3, 3] }], "one that named nothing is not drawn");
  assert.equal(layers[0].opacity, 0.5);
});

test("what is not there has no layer and no switch", () => {
  const bare = { ...SCREEN, region: null, samples: [{ box: null }], heat: null };
  assert.deepEqual(drawnLayers(bare, SHOWN, 1, null).map(({ id }) => id), ["box"]);
  assert.deepEqual(["box", "region", "samples", "heat"].map((id) => there(bare, id)), [true, false, false, false]);
});

test("a click means the nearest outline within reach, from inside and outside", () => {
  const rects = [{ x: 0, y: 0, width: 100, height: 100 }, null, { x: 90, y: 0, width: 100, height: 100 }];
  assert.equal(nearestOutline(rects, { x: 98, y: 50 }, 8), 0);
  assert.equal(nearestOutline(rects, { x: 91, y: 50 }, 8), 2);
  assert.equal(nearestOutline(rects, { x: 194, y: 50 }, 8), 2);
  assert.equal(nearestOutline(rects, { x: 50, y: 50 }, 8), null);
  assert.equal(nearestOutline([], { x: 0, y: 0 }, 8), null);
});

test("key 8 shows the heat map, at 50 %, at 75 %, and hides it as it was", () => {
  const steps = [{ shown: false, opacity: 0.4, before: null }];
  while (steps.length < 6) steps.push(nextHeat(steps.at(-1)));
  assert.deepEqual(steps.map(({ shown, opacity }) => [shown, opacity]), [
    [false, 0.4], [true, 0.4], [true, 0.5], [true, 0.75], [false, 0.4], [true, 0.4],
  ]);
});

test("the picture to download has the layers that are shown", () => {
  assert.equal(overlayQuery({ ...SHOWN, heat: true }, 0.4), "layers=box+region+heat&heat=40");
});

test("a cell's level is that of its share, and neighbours of a row are one piece", () => {
  assert.deepEqual([0, 0.125, 0.25, 0.375, 0.5, 0.75, 0.875, 1].map(levelOf), [-1, 0, 0, 1, 1, 2, 3, 3]);
  const photo = { width: 40, height: 20 };
  const cells = [[1, 1, 0, 1], [0, 0.2, 0.2, 0]];
  assert.equal(cellsAt(cells, 3, photo), "M0 0h20v10h-20zM30 0h10v10h-10z");
  assert.equal(cellsAt(cells, 0, photo), "M10 10h20v10h-20z");
  assert.equal(cellsAt(cells, 1, photo), "");
});
