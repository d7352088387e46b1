/** node --test tests/js: tags, keys, wheel, and the cache of tiles with images that settle when told. */
import assert from "node:assert/strict";
import test from "node:test";

import { KEYS, keyFor, keyRow, listedKeys, pressedRow, usefulKeys } from "../../ergo_demo/ui/viewer/keys.js";
import { overlaps, placeTags, union } from "../../ergo_demo/ui/viewer/placement.js";
import { TileCache } from "../../ergo_demo/ui/viewer/tiles.js";
import { WheelOwner, wheelFactor } from "../../ergo_demo/ui/viewer/wheel.js";

const FIELD = { width: 880, height: 660 };
const TAGS = { width: 260, height: 20 };

test("tags lie above, else below, right, left of the target, never on it", () => {
  const rows = [
    ["room above", { x: 300, y: 200, width: 100, height: 80 }, { x: 300, y: 174 }],
    ["at the top edge", { x: 300, y: 10, width: 100, height: 80 }, { x: 300, y: 96 }],
    ["full height", { x: 100, y: -20, width: 100, height: 800 }, { x: 206, y: 4 }],
    ["full height, at the right", { x: 700, y: -20, width: 200, height: 800 }, { x: 434, y: 4 }],
    ["at the right edge", { x: 800, y: 200, width: 70, height: 80 }, { x: 616, y: 174 }],
    ["begins outside", { x: -300, y: 200, width: 400, height: 80 }, { x: 4, y: 174 }],
  ];
  for (const [words, target, corner] of rows) {
    assert.deepEqual(placeTags(target, TAGS, FIELD), corner, words);
    assert.ok(!overlaps(target, { ...TAGS, ...corner }), words);
  }
});

test("there are no tags for a target out of sight or without room around it", () => {
  assert.equal(placeTags({ x: 900, y: 0, width: 50, height: 50 }, TAGS, FIELD), null);
  assert.equal(placeTags({ x: -10, y: -10, width: 2000, height: 2000 }, TAGS, FIELD), null);
});

test("tags give way to obstacles: they slide along, go below, or stay away", () => {
  const target = { x: 600, y: 570, width: 100, height: 50 };
  const place = (...obstacles) => placeTags(target, TAGS, FIELD, obstacles);
  assert.deepEqual(place({ x: 700, y: 540, width: 180, height: 30 }), { x: 434, y: 544 }, "slides to the left");
  assert.deepEqual(place({ x: 0, y: 540, width: 604, height: 30 }), { x: 610, y: 544 }, "slides to the right");
  assert.deepEqual(place({ x: 0, y: 540, width: 880, height: 30 }), { x: 600, y: 626 }, "goes below");
  assert.equal(place({ x: 0, y: 0, width: 880, height: 660 }), null, "stays away");
});

test("the union of rects holds them all", () => {
  const rects = [{ x: 5, y: 5, width: 10, height: 1 }, { x: 0, y: 7, width: 3, height: 30 }];
  assert.deepEqual(union(rects), { x: 0, y: 5, width: 15, height: 32 });
});

const UNHELD = { ctrlKey: false, altKey: false, metaKey: false, isComposing: false };
const press = (key, code = "", more = {}) => ({ key, code, ...UNHELD, ...more });

test("each key of the table is found by what it types, and no two share one", () => {
  const keys = KEYS.flatMap((row) => row.keys);
  assert.equal(new Set(keys).size, keys.length);
  const codes = KEYS.flatMap((row) => row.codes);
  assert.equal(new Set(codes).size, codes.length);
  for (const row of KEYS) for (const key of row.keys) assert.equal(pressedRow(press(key)), row);
  for (const row of KEYS) assert.ok(row.does && row.cap && row.aria && !/\s/.test(row.aria), row.id);
});

test("keys are matched by letter, and by place only where the layout has no Latin letters", () => {
  assert.equal(keyRow(press("Z", "KeyY")).id, "to-box"); // a German keyboard, Caps Lock
  assert.equal(keyRow(press("я", "KeyZ")).id, "to-box");
  assert.equal(keyRow(press("٥", "Digit5")).id, "layer-box");
  assert.equal(keyRow(press("w", "KeyZ")), null); // a French keyboard: the key where Z is elsewhere types w
});

test("browser, system and input methods keep their keys", () => {
  for (const held of Object.keys(UNHELD)) assert.equal(pressedRow(press("0", "", { [held]: true })), null, held);
  for (const key of ["Tab", "Enter", " ", "F5", "/", "'", "["]) assert.equal(pressedRow(press(key)), null, key);
});

test("only the arrows repeat; layers that are not there are not listed", () => {
  assert.ok(KEYS.every((row) => Boolean(row.repeat) === row.id.startsWith("pan-")));
  const layers = usefulKeys(["box", "dots"]).filter((row) => row.layer).map((row) => row.layer);
  assert.deepEqual(layers, ["box"]);
  const lines = listedKeys(["box"]);
  assert.deepEqual(lines[0], { caps: ["5"], does: "show or hide the model box" });
  assert.deepEqual(lines.find((line) => line.does === "pan").caps, ["←", "→", "↑", "↓"]);
  assert.throws(() => keyFor("teleport"), /teleport/);
});

const turn = (deltaY, more = {}) => ({ deltaY, deltaMode: 0, ctrlKey: false, ...more });

test("the wheel magnifies away from the person, the same in pixels and lines, and never leaps", () => {
  assert.ok(wheelFactor(turn(-100)) > 1.1 && wheelFactor(turn(-100)) < 1.4);
  assert.ok(Math.abs(wheelFactor(turn(-100)) * wheelFactor(turn(100)) - 1) < 1e-12);
  assert.equal(wheelFactor(turn(-6, { deltaMode: 1 })), wheelFactor(turn(-108)));
  assert.ok(wheelFactor(turn(-1e9)) < 2 && wheelFactor(turn(1e9)) > 0.5);
  assert.ok(wheelFactor(turn(-5, { ctrlKey: true })) > wheelFactor(turn(-5)));
});

test("a wheel gesture belongs to whom it began with", () => {
  const owner = new WheelOwner();
  assert.equal(owner.claims(0, false), false, "the page is scrolled");
  assert.equal(owner.claims(100, true), false, "the photo comes under the cursor");
  assert.equal(owner.claims(350, true), true, "a new gesture, over the photo");
  assert.equal(owner.claims(400, false), true, "zoomed out to fit: the momentum stays with the photo");
  assert.equal(owner.claims(900, false), false, "and the next one scrolls the page");
});

class FakeImage {
  static made = [];
  aborted = false;
  constructor() { FakeImage.made.push(this); }
  decode() { return new Promise((good, bad) => { Object.assign(this, { good, bad }); }); }
  removeAttribute() { this.aborted = true; }
}

function cacheOf() {
  FakeImage.made = [];
  const heard = [];
  const cache = new TileCache(() => heard.push("ready"), () => new FakeImage());
  return { cache, heard, made: FakeImage.made };
}
const settled = () => new Promise((done) => setTimeout(done));
const urls = (from, to) => Array.from({ length: to - from }, (_, n) => `u${from + n}`);

test("tiles load in order of need, six at a time", async () => {
  const { cache, heard, made } = cacheOf();
  cache.want(urls(0, 9));
  assert.deepEqual(made.map((image) => image.src), urls(0, 6));
  made[2].good();
  await settled();
  assert.equal(made[6].src, "u6");
  assert.equal(cache.get("u2"), made[2]);
  assert.equal(cache.get("u0"), undefined);
  assert.deepEqual(heard, ["ready"]);
});

test("loads that are not wanted any more are aborted and stay silent", async () => {
  const { cache, heard, made } = cacheOf();
  cache.want(["old"]);
  cache.want(["new"]);
  assert.ok(made[0].aborted && !made[1].aborted);
  made[0].bad();
  await settled();
  cache.want(["old"]);
  assert.equal(made.length, 3, "an abort is no failure: it may be asked for again");
  cache.clear();
  made[2].good();
  await settled();
  assert.deepEqual(heard, []);
});

test("an address that fails three times is given up", async () => {
  const { cache, made } = cacheOf();
  for (let n = 0; n < 5; n += 1) {
    cache.want(["broken"]);
    made.at(-1).bad();
    await settled();
  }
  assert.equal(made.length, 3);
});

test("the least recently drawn are dropped, never one that is needed", async () => {
  const { cache, made } = cacheOf();
  for (let n = 0; n < 40; n += 1) {
    cache.want(urls(n * 6, n * 6 + 6));
    made.slice(-6).forEach((image) => image.good());
    await settled();
    cache.get("u0");
  }
  cache.want(urls(234, 240));
  assert.ok(cache.get("u0"), "drawn all the time");
  assert.equal(cache.get("u6"), undefined);
  assert.ok(urls(234, 240).every((url) => cache.get(url)));
});
