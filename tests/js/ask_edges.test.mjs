/** node --test tests/js: the bars of the edges' strips. */
import assert from "node:assert/strict";
import test from "node:test";

import { rectOf } from "../../ergo_demo/ui/ask_view/edges.js";

test("a bar stands where its values are, as high as they are likely", () => {
  assert.deepEqual(rectOf({ start: 0.25, end: 0.5, share: 0.5, written: false }), {
    x: 250, y: 14, width: 250, height: 14, written: false,
  });
});

test("a single value is wide enough to be seen, and stays inside at the edge", () => {
  const { x, width } = rectOf({ start: 1, end: 1, share: 1, written: true });
  assert.equal(width, 5);
  assert.equal(x + width, 1000);
});
