/** The lines from the box to its crop: to the side on a desk, downwards on a phone, cut where the stage ends. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { leaderLines } from "../../ergo_demo/ui/ask_view/leader.js";

const stage = { x: 100, y: 50, width: 800, height: 600 };
const beside = { x: 920, y: 60, width: 400, height: 300 };
const below = { x: 150, y: 700, width: 700, height: 200 };
const origin = { x: 100, y: 50 };

test("beside the stage: right corners to the crop's left edge", () => {
  const box = { x: 300, y: 250, width: 100, height: 80 };
  assert.deepEqual(leaderLines({ box, crop: beside, stage, origin }), [
    [[300, 200], [820, 12]],
    [[300, 280], [820, 308]],
  ]);
});

test("below the stage: lower corners to the crop's top edge", () => {
  const box = { x: 300, y: 250, width: 100, height: 80 };
  assert.deepEqual(leaderLines({ box, crop: below, stage, origin }), [
    [[200, 280], [52, 650]],
    [[300, 280], [748, 650]],
  ]);
});

test("a box that leaves the stage is joined from where the stage ends", () => {
  const box = { x: 850, y: 0, width: 200, height: 100 };
  const [[from]] = leaderLines({ box, crop: beside, stage, origin });
  assert.deepEqual(from, [800, 0]);
});

test("no lines to a box out of view, or to a crop that is not there", () => {
  const box = { x: 300, y: 250, width: 100, height: 80 };
  assert.equal(leaderLines({ box: { ...box, x: 1000 }, crop: beside, stage, origin }), null);
  assert.equal(leaderLines({ box, crop: { x: 0, y: 0, width: 0, height: 0 }, stage, origin }), null);
});
