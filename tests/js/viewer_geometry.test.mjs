/** node --test tests/js: where the photo lies in its field. */
import assert from "node:assert/strict";
import test from "node:test";

import * as geometry from "../../ergo_demo/ui/viewer/geometry.js";

const FIELD = { width: 880, height: 660 };
const PHOTOS = [
  { width: 8000, height: 6000 },
  { width: 6000, height: 8000 },
  { width: 30000, height: 600 },
  { width: 881, height: 659 },
  { width: 64, height: 48 },
];
const SCALES = [0.02, 0.11, 0.37, 0.999, 1, 1.7, 4, 16];

/** A deterministic stream of numbers in [0, 1). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

const close = (actual, expected, within, words) =>
  assert.ok(Math.abs(actual - expected) <= within, `${words}: ${actual} is not ${expected} within ${within}`);

test("a source point comes back from the screen at every zoom", () => {
  const next = numbers(1);
  for (const scale of SCALES) {
    for (let n = 0; n < 500; n += 1) {
      const view = { scale, left: next() * 8000 - 500, top: next() * 6000 - 500 };
      const [x, y] = [next() * 8000, next() * 6000];
      const screen = geometry.toScreen(view, x, y);
      const source = geometry.toSource(view, screen.x, screen.y);
      close(source.x, x, 1e-6, `x at ${scale}`);
      close(source.y, y, 1e-6, `y at ${scale}`);
    }
  }
});

test("a box on the screen has its corners where its points are", () => {
  const view = { scale: 0.37, left: 4950, top: 2560 };
  const rect = geometry.boxToScreen(view, [5360, 3040, 6116, 3572]);
  const end = geometry.toScreen(view, 6116, 3572);
  close(rect.x + rect.width, end.x, 1e-9, "right");
  close(rect.y + rect.height, end.y, 1e-9, "bottom");
});

test("fit shows the whole photo, centred, and touches two edges", () => {
  for (const photo of PHOTOS) {
    const view = geometry.fitView(photo, FIELD);
    const rect = geometry.boxToScreen(view, [0, 0, photo.width, photo.height]);
    close(rect.x, (FIELD.width - rect.width) / 2, 1e-9, "left");
    close(rect.y, (FIELD.height - rect.height) / 2, 1e-9, "top");
    close(Math.max(rect.width / FIELD.width, rect.height / FIELD.height), 1, 1e-12, "one side is full");
    assert.ok(geometry.isFit(view, photo, FIELD));
    assert.ok(!geometry.canPan(view, photo, FIELD));
  }
});

test("zooming keeps the point under the cursor, as far as the edges allow", () => {
  const next = numbers(2);
  const [photo] = PHOTOS;
  let kept = 0;
  for (let n = 0; n < 2000; n += 1) {
    const view = geometry.clampView({ scale: 0.2 + next() * 3, left: next() * 8000, top: next() * 6000 }, photo, FIELD);
    const point = { x: next() * FIELD.width, y: next() * FIELD.height };
    const before = geometry.toSource(view, point.x, point.y);
    const after = geometry.zoomAt(view, 0.5 + next() * 2, point, photo, FIELD);
    const now = geometry.toSource(after, point.x, point.y);
    const free = geometry.EDGE_ROOM / after.scale;
    const atEdge = (start, length, seen) => start <= -free + 1e-9 || start + seen >= length + free - 1e-9;
    if (atEdge(after.left, photo.width, FIELD.width / after.scale)) continue;
    if (atEdge(after.top, photo.height, FIELD.height / after.scale)) continue;
    kept += 1;
    close(now.x, before.x, 1e-6, "x under the cursor");
    close(now.y, before.y, 1e-6, "y under the cursor");
  }
  assert.ok(kept > 1000, `only ${kept} zooms were away from the edges`);
});

test("no zoom leaves the limits, and 1:1 is always within them", () => {
  for (const photo of PHOTOS) {
    const { fit, least, most } = geometry.scaleLimits(photo, FIELD);
    assert.ok(least <= 1 && most >= 1 && least <= fit && fit <= most);
    const view = geometry.fitView(photo, FIELD);
    const middle = { x: 440, y: 330 };
    assert.equal(geometry.zoomAt(view, 1e9, middle, photo, FIELD).scale, most);
    assert.equal(geometry.zoomAt(view, 1e-9, middle, photo, FIELD).scale, least);
    close(geometry.zoomAt(view, 1 / view.scale, middle, photo, FIELD).scale, 1, 1e-12, "1:1");
  }
});

test("a clamped view is centred where the photo is smaller, else no edge is further inside than its room", () => {
  const next = numbers(3);
  for (const photo of PHOTOS) {
    for (let n = 0; n < 400; n += 1) {
      const wild = { scale: next() * 20, left: (next() - 0.5) * 90000, top: (next() - 0.5) * 90000 };
      const view = geometry.clampView(wild, photo, FIELD);
      const rect = geometry.boxToScreen(view, [0, 0, photo.width, photo.height]);
      for (const [start, length, room] of [[rect.x, rect.width, FIELD.width], [rect.y, rect.height, FIELD.height]]) {
        const outside = length - room;
        const inside = Math.min(geometry.EDGE_ROOM, Math.max(outside, 0));
        const held = start <= inside + 1e-6 && start + length >= room - inside - 1e-6;
        if (outside <= 0) close(start, -outside / 2, 1e-6, "centred");
        else assert.ok(held, `${start} + ${length} in ${room}`);
      }
      const again = geometry.clampView(view, photo, FIELD);
      close(again.left, view.left, 1e-6, "clamping twice changes nothing, left");
      close(again.top, view.top, 1e-6, "clamping twice changes nothing, top");
    }
  }
});

test("zooming out to fit never jumps at the end", () => {
  const [photo] = PHOTOS;
  const nearer = geometry.zoomAt(geometry.fitView(photo, FIELD), 1.2, { x: 0, y: 0 }, photo, FIELD);
  let view = geometry.panBy(nearer, 9e9, 9e9, photo, FIELD);
  while (!geometry.isFit(view, photo, FIELD)) {
    const before = view;
    view = geometry.zoomAt(view, 0.999, { x: 440, y: 330 }, photo, FIELD);
    assert.ok(Math.abs(view.left - before.left) * view.scale < 2, "less than 2 px a step");
  }
});

test("panning moves the photo with the hand", () => {
  const [photo] = PHOTOS;
  const view = geometry.centredOn(4000, 3000, 1, photo, FIELD);
  const moved = geometry.panBy(view, 30, -20, photo, FIELD);
  assert.deepEqual([moved.left, moved.top], [view.left - 30, view.top + 20]);
});

test("a pinch keeps both fingers on their source points", () => {
  const [photo] = PHOTOS;
  const view = geometry.centredOn(4000, 3000, 0.8, photo, FIELD);
  const before = [{ x: 300, y: 300 }, { x: 500, y: 400 }];
  const after = [{ x: 260, y: 310 }, { x: 560, y: 460 }];
  const pinched = geometry.pinch(view, before, after, photo, FIELD);
  before.forEach((finger, n) => {
    const held = geometry.toSource(view, finger.x, finger.y);
    const now = geometry.toSource(pinched, after[n].x, after[n].y);
    close(now.x, held.x, 1e-6, "x under the finger");
    close(now.y, held.y, 1e-6, "y under the finger");
  });
});

test("two fingers on one point do not blow up", () => {
  const [photo] = PHOTOS;
  const point = { x: 100, y: 100 };
  const apart = [point, { x: 200, y: 100 }];
  const view = geometry.pinch(geometry.fitView(photo, FIELD), [point, point], apart, photo, FIELD);
  assert.ok(Number.isFinite(view.scale) && Number.isFinite(view.left));
});

test("a framed box lies inside the field, with its surroundings", () => {
  const [photo] = PHOTOS;
  for (const box of [[5360, 3040, 6116, 3572], [0, 0, 40, 40], [7990, 5990, 8000, 6000], [0, 0, 8000, 6000]]) {
    const view = geometry.frameBox(box, photo, FIELD);
    const rect = geometry.boxToScreen(view, box);
    assert.ok(rect.x >= -1e-6 && rect.y >= -1e-6, `${box} starts at ${rect.x}, ${rect.y}`);
    assert.ok(rect.x + rect.width <= FIELD.width + 1e-6 && rect.y + rect.height <= FIELD.height + 1e-6);
    assert.ok(view.scale <= geometry.MAX_FRAMING_SCALE);
  }
});

test("a corner of the photo can be moved out from under the tools", () => {
  const [photo] = PHOTOS;
  const view = geometry.centredOn(8000, 6000, 1, photo, FIELD);
  const corner = geometry.toScreen(view, 8000, 6000);
  close(corner.x, FIELD.width - geometry.EDGE_ROOM, 1e-9, "x");
  close(corner.y, FIELD.height - geometry.EDGE_ROOM, 1e-9, "y");
});

test("a resized field keeps its middle and its scale", () => {
  const [photo] = PHOTOS;
  const view = geometry.centredOn(4000, 3000, 0.5, photo, FIELD);
  const smaller = { width: 390, height: 293 };
  const after = geometry.resized(view, FIELD, smaller, photo);
  const middle = geometry.toSource(after, smaller.width / 2, smaller.height / 2);
  close(middle.x, 4000, 1e-6, "x");
  close(middle.y, 3000, 1e-6, "y");
  assert.equal(after.scale, 0.5);
});

test("the visible box is what the field shows of the photo, and null beside it", () => {
  const [photo] = PHOTOS;
  assert.deepEqual(geometry.visibleBox(geometry.fitView(photo, FIELD), photo, FIELD), [0, 0, 8000, 6000]);
  assert.deepEqual(geometry.visibleBox({ scale: 1, left: 100, top: 200 }, photo, FIELD), [100, 200, 980, 860]);
  assert.equal(geometry.visibleBox({ scale: 1, left: 9000, top: 0 }, photo, FIELD), null);
});
