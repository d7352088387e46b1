/** node --test tests/js: what the owner's forms say and send, without a browser. */
import assert from "node:assert/strict";
import test from "node:test";

import { modelLayers, SHOWN_AT_FIRST, switched, switchedWords } from "../../ergo_demo/ui/box_editor/switches.js";
import { peopleLink, reportWords, runOf } from "../../ergo_demo/ui/review_view/words.js";

test("what came of an import is said in a line", () => {
  const rows = [
    [{ added: 1, already: 0, left_out: 0 }, "1 item added."],
    [{ added: 1200, already: 1, left_out: 2 }, "1,200 items added, 1 was there already; 2 rows left out."],
    [{ added: 0, already: 3 }, "0 items added, 3 were there already."],
    [{ added: 0, already: 0, left_out: 1 }, "0 items added; 1 row left out."],
  ];
  for (const [report, words] of rows) assert.equal(reportWords(report), words);
});

test("the address of a trace names its photo and its run, and nothing else does", () => {
  const [photo, look] = ["0123456789abcdef".repeat(2), "00000000000000aa"];
  assert.deepEqual(runOf(`photos/${photo}/${look}/trace.json`), { photo, look });
  assert.deepEqual(runOf(`/ergo/photos/${photo}/${look}/trace.json`), { photo, look });
  for (const other of [null, "", `photos/${photo}/${look}/crop.jpg`, `photos/../${look}/trace.json`, "trace.json"]) {
    assert.equal(runOf(other), null, String(other));
  }
});

test("an invitation is an address below the page, whatever stands behind the page's own", () => {
  const link = "annotate/enter?name=Ada&key=0";
  assert.equal(peopleLink(link, "https://u.hf.space/app/?__theme=dark"), "https://u.hf.space/app/annotate/enter?name=Ada&key=0");
});

test("8 shows the heat map, weaker, stronger, and hides it; the other layers have two states", () => {
  let shown = SHOWN_AT_FIRST;
  const seen = Array.from({ length: 4 }, () => {
    shown = switched(shown, "heat");
    return [shown.heat, switchedWords(shown)];
  });
  assert.deepEqual(seen, [[1, "Heat map 100 %"], [0.5, "Heat map 50 %"], [0.75, "Heat map 75 %"], [0, "Heat map hidden"]]);
  assert.deepEqual(switched(switched(SHOWN_AT_FIRST, "box"), "box"), SHOWN_AT_FIRST);
  assert.equal(switched(SHOWN_AT_FIRST, "samples").samples, true);
});

test("the model's layers: bottom first, only what there is, the box locked, the region under the name that it may bear", () => {
  const state = { model: [1, 1, 2, 2], region: [0, 0, 3, 3] };
  const item = { samples: [[1, 1, 2, 2]], heat: [[0, 1]], regionLabel: "Sample region" };
  const layers = modelLayers(state, item, SHOWN_AT_FIRST);
  assert.deepEqual(layers.map(({ id, label }) => [id, label]), [
    ["heat", "Heat map"], ["samples", "1 samples"], ["region", "Sample region"], ["box", "Model box"],
  ]);
  assert.deepEqual(layers.map(({ locked = false }) => locked), [false, false, false, true]);
  assert.deepEqual(modelLayers({ model: null, region: null }, {}, SHOWN_AT_FIRST), []);
});
