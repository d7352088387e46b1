/** node --test tests/js: which tiles show what. */
import assert from "node:assert/strict";
import test from "node:test";

import * as pyramid from "../../ergo_demo/ui/viewer/pyramid.js";

const photoOf = (width, height) => ({ width, height, tileSize: 512 });
const SIZES = [[8000, 6000], [1001, 777], [512, 512], [513, 512], [30000, 600], [1, 1]];
const PHOTOS = SIZES.map(([width, height]) => photoOf(width, height));

test("the full size is level ceil(log2(longer side))", () => {
  const rows = [[8000, 6000, 13], [8192, 1, 13], [8193, 1, 14], [512, 512, 9], [513, 2, 10], [1, 1, 0], [2, 1, 1]];
  for (const [width, height, level] of rows) assert.equal(pyramid.fullLevel(photoOf(width, height)), level, `${width}`);
});

test("each level halves, rounded up", () => {
  const photo = photoOf(1001, 777);
  const sizes = [10, 9, 8, 7].map((level) => Object.values(pyramid.levelSize(photo, level)));
  assert.deepEqual(sizes, [[1001, 777], [501, 389], [251, 195], [126, 98]]);
});

test("the base level is the finest of one tile", () => {
  for (const photo of PHOTOS) {
    const level = pyramid.baseLevel(photo);
    const longest = (at) => Math.max(...Object.values(pyramid.levelSize(photo, at)));
    assert.ok(longest(level) <= 512, `${photo.width} at ${level}`);
    if (level < pyramid.fullLevel(photo)) assert.ok(longest(level + 1) > 512);
  }
});

test("a level is never stretched by more than 15 %, nor finer than it must be, and stays in the pyramid", () => {
  const photo = photoOf(8000, 6000);
  for (let scale = 0.005; scale < 20; scale *= 1.07) {
    for (const dots of [1, 1.5, 2, 3]) {
      const level = pyramid.levelFor(photo, scale, dots);
      const stretched = pyramid.pixelSpan(photo, level) * scale * dots;
      assert.ok(level >= pyramid.baseLevel(photo) && level <= 13);
      if (level < 13) assert.ok(stretched <= 2 ** 0.2 + 1e-9, `${stretched} at ${scale}`);
      if (level > pyramid.baseLevel(photo)) assert.ok(stretched > 2 ** 0.2 / 2 - 1e-9, `${stretched} at ${scale}`);
    }
  }
  assert.equal(pyramid.levelFor(photo, 1, 1), 13);
});

test("the tiles of a level cover the whole photo exactly once", () => {
  for (const photo of PHOTOS) {
    for (let level = pyramid.baseLevel(photo); level <= pyramid.fullLevel(photo); level += 1) {
      const tiles = pyramid.tilesIn(photo, level, [0, 0, photo.width, photo.height]);
      const names = new Set(tiles.map((tile) => pyramid.tileUrl("t", tile)));
      assert.equal(names.size, tiles.length, "no tile twice");
      const area = tiles.map((tile) => pyramid.tileBox(photo, tile)).reduce((sum, [x1, y1, x2, y2]) => {
        assert.ok(x1 < x2 && y1 < y2 && x2 <= photo.width && y2 <= photo.height, "each tile shows something");
        return sum + (x2 - x1) * (y2 - y1);
      }, 0);
      assert.equal(area, photo.width * photo.height);
      const { width, height } = pyramid.levelSize(photo, level);
      assert.equal(tiles.length, Math.ceil(width / 512) * Math.ceil(height / 512), "as many as dzsave writes");
    }
  }
});

test("the tiles of a box are those that share area with it, no more and no fewer", () => {
  const photo = photoOf(8000, 6000);
  const boxes = [
    [0, 0, 512, 512], [511.5, 0, 512.5, 1], [512, 512, 1024, 1024], [7999.5, 5999.5, 8000, 6000], [100, 3000, 5000, 3100],
  ];
  for (const level of [9, 11, 13]) {
    const all = pyramid.tilesIn(photo, level, [0, 0, 8000, 6000]);
    for (const box of boxes) {
      const share = all.filter((tile) => {
        const [x1, y1, x2, y2] = pyramid.tileBox(photo, tile);
        return x1 < box[2] && box[0] < x2 && y1 < box[3] && box[1] < y2;
      });
      const names = (tiles) => tiles.map((tile) => pyramid.tileUrl("t", tile)).sort();
      assert.deepEqual(names(pyramid.tilesIn(photo, level, box)), names(share), `${box} at ${level}`);
    }
  }
});

test("the tile in the middle comes first", () => {
  const tiles = pyramid.tilesIn(photoOf(8000, 6000), 13, [0, 0, 1536, 1536]);
  assert.deepEqual(tiles[0], { level: 13, x: 1, y: 1 });
  assert.equal(tiles.length, 9);
});

test("an address is base, level, column and row", () => {
  assert.equal(pyramid.tileUrl("/file=a/tiles_files", { level: 13, x: 4, y: 7 }), "/file=a/tiles_files/13/4_7.jpg");
});
