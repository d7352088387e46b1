/** node --test tests/js: what the Export page says, and how it asks, without one. */
import assert from "node:assert/strict";
import test from "node:test";

import { able, said } from "../../ergo_demo/ui/export_view/hub.js";
import { Server } from "../../ergo_demo/ui/export_view/server.js";
import * as words from "../../ergo_demo/ui/export_view/words.js";
import { Refused, Unreachable } from "../../ergo_demo/ui/annotate_view/server.js";

const WRITTEN = { name: "coco-20261121-101500.zip", checked: "checked with datasets 5.2.0", rows: 1367, rows_again: 1367, taken: 0 };
const JOB = {
  number: 1, format: "trl-dpo", publish: false, dry: true, stage: "done", at_work: false, decisions: 1284, filtered: 895, rows: 1367, people: 6,
  not_for_publishing: 0, splits: { train: 1230, test: 137 }, dropped: { skipped: 56 },
};

test("the tab is open to the owner, and says to everybody else why it is closed", () => {
  assert.equal(words.closed("owner"), null);
  assert.match(words.closed("visitor"), /for the owner of this page: it writes what everybody decided/);
  assert.match(words.closed("annotator"), /You annotate here/);
});

test("what happens, in one sentence", () => {
  const rows = [
    [null, null, "Run it to see what would be written."],
    [{ ...JOB, stage: "reading" }, null, "Reading: 1,284 decisions, 1,367 rows."],
    [{ ...JOB, stage: "writing", decisions: 600, rows: 1 }, 1284, "Writing: 600 of 1,284 decisions, 1 row."],
    [{ ...JOB, stage: "checking", dry: false }, null, "Reading 1,367 rows again."],
    [{ ...JOB, stage: "checking" }, null, "Asking the trainers' processor about the pictures of 1,367 rows."],
    [{ ...JOB, stage: "stopped" }, null, "Stopped. Nothing was written."],
    [{ ...JOB, stage: "stopped", dry: false }, null, "Stopped after 1,284 decisions, 1,367 rows. No file was left; write again and it goes on."],
    [{ ...JOB, stage: "failed", failed: { message: "The disk is full.", remedy: "Make room." } }, null, "The disk is full. Make room."],
    [{ ...JOB, rows: 0 }, null, "Dry run done. There is nothing to write: see why below."],
    [{ ...JOB, dry: false, written: WRITTEN }, null, "Written: coco-20261121-101500.zip. Checked with datasets 5.2.0: 1,367 rows in, 1,367 rows out."],
  ];
  for (const [job, expected, said] of rows) assert.equal(words.stage(job, expected), said);
  const gone_on = words.written({ ...WRITTEN, checked: "structure checked only", taken: 12 });
  assert.match(gone_on, /Structure checked only: .* It went on with 12 pictures of the try before/);
});

test("what gives rows, and what does not, the filters first", () => {
  assert.equal(words.from({ ...JOB, giving: 389 }), "rows from 389 of 1,284 decisions");
  assert.deepEqual(words.dropped(JOB), [["Left out by the filters", 895], ["Skipped", 56]]);
  assert.deepEqual(words.dropped({ dropped: { "no box: full_image": 2 }, filtered: 0 }), [["No box: full image", 2]]);
  assert.equal(words.firstRows([{ words: { boxes: "1, 2, 3, 4" } }]), "The first row; boxes in source px");
  assert.equal(words.firstRows([{ words: { chosen: "a" } }, { words: { chosen: "b" } }]), "The first 2 rows; boxes in texts are in coarse view px");
});

test("checks are passed, to be looked at, or for later", () => {
  const signs = (job) => words.checks(job).map(([passed, title]) => [title, passed]);
  assert.deepEqual(signs(JOB), [["Split by photo.", true], ["People.", true], ["Loading back", null]]);
  const open = { ...JOB, format: "log", not_for_publishing: 7, written: { ...WRITTEN, rows_again: 1366 } };
  assert.deepEqual(signs(open), [["Split by photo.", true], ["People.", false], ["Consent.", false], ["Loading back,", false]]);
  assert.deepEqual(signs({ ...open, publish: true }).at(2), ["Consent.", true]);
  assert.match(words.checks({ ...open, not_for_publishing: 1 })[2][2], /^1 decision may not be published/);
});

test("what the trainers' processor said, with who said it", () => {
  const grid = { by: "the processor of transformers 5.23.0", sizes: 1, asked: 1, example: [1148, 868], tokens: [41, 31], problems: [] };
  const said = (more) => words.checks({ ...JOB, grid: { ...grid, ...more } })[0];
  assert.deepEqual(said({}), [true, "Frame.", "Pictures of 1,148 × 868 px: the processor of transformers 5.23.0 makes the same 41 × 31 grid."]);
  assert.match(said({ sizes: 12, asked: 12 })[2], /^Pictures of 12 sizes: .* resizes none \(1,148 × 868 px gives the same 41 × 31 grid\)\.$/);
  assert.match(said({ sizes: 200, asked: 64 })[2], /^Pictures of the 64 smallest and largest of 200 sizes: /);
  const wrong = said({ problems: ["images of 281 x 224 px become a grid of [1, 16, 20]"] });
  assert.deepEqual([wrong[0], wrong[2].includes("would resize: images of 281 x 224 px")], [false, true]);
  assert.equal(words.checks({ ...JOB, grid: null })[0][1], "Split by photo.", "nothing is said of what nobody asked");
});

test("a row's picture has a name, and its texts the line of their box", () => {
  assert.equal(words.pictured([{ side: "rejected" }, { side: "chosen" }]), "Chosen and rejected box on the picture that travels with them");
  assert.equal(words.pictured([]), "The whole picture; no box is named");
  const both = new Set(["chosen", "rejected"]);
  assert.deepEqual(["chosen", "rejected", "boxes", "answer"].map((name) => words.sideOf(name, {}, both)), ["chosen", "rejected", "chosen", null]);
  assert.equal(words.sideOf("completion", { good: "False" }, both), "rejected");
  assert.equal(words.sideOf("completion", {}, both), "chosen");
  assert.equal(words.sideOf("rejected", {}, new Set(["chosen"])), null, "its box is not shown");
});

test("the copy on the Hub: whether there is one, what it lacks, how sending it ended", () => {
  const state = { repo: "ada/corrections", signed_in: true, at_work: false, waiting: 1200, sent: null, failed: null };
  const rows = [
    [{ repo: null }, false, /^There is no copy: no dataset is named\. Start the page with ERGO_HUB_DATASET=owner\/name/],
    [{ signed_in: false }, false, /^ada\/corrections: There is no token for the Hub\. Set HF_TOKEN/],
    [{}, false, /^ada\/corrections: 1,200 decisions are not there yet\.$/],
    [{ at_work: true, waiting: 1 }, true, /^Sending to ada\/corrections: 1 decision is not there yet\.$/],
    [{ failed: { message: "The Hub answered 503.", remedy: "Nothing is lost." } }, true, /^ada\/corrections: The Hub answered 503\. Nothing is lost\. 1,200 decisions are not there yet\.$/],
    [{ waiting: 0, sent: 1200 }, true, /^1,200 decisions were sent\. ada\/corrections has every decision\.$/],
    [{ waiting: 0, sent: 1200 }, false, /^ada\/corrections has every decision\.$/],
    [{ waiting: 1, sent: 0 }, true, /^No decision was sent\. 1 decision stays here: the photo's file is gone/],
  ];
  for (const [more, asked, words_of] of rows) assert.match(said({ ...state, ...more }, asked), words_of);
  const can = (more) => able({ ...state, ...more });
  assert.deepEqual([{}, { repo: null }, { signed_in: false }, { at_work: true }, { waiting: 0 }].map(can), [true, false, false, false, false]);
});

test("sizes", () => {
  assert.deepEqual([10, 250_400, 1_250_000, 3.456e9].map(words.size), ["1 kB", "250 kB", "1.3 MB", "3.46 GB"]);
});

test("requests go below the page's own address, and fail in two ways", async () => {
  const asked = [];
  const server = new Server("http://x/demo/", async (url, request) => {
    asked.push([url.href, request.method ?? "GET", request.body ?? ""]);
    return { ok: true, json: async () => ({}) };
  });
  await server.start({ format: "csv" }, true);
  await server.state();
  assert.deepEqual(asked, [["http://x/demo/annotate/export/start", "POST", '{"format":"csv","dry":true}'], ["http://x/demo/annotate/export/state", "GET", ""]]);
  assert.equal(server.picture(3, 0), "http://x/demo/annotate/export/picture?job=3&row=0");
  assert.equal(server.address("a b.zip"), "http://x/demo/annotate/export/file?name=a+b.zip");
  const refusing = new Server("http://x/", async () => ({ ok: false, status: 400, json: async () => ({ error: { message: "no", remedy: "yes" } }) }));
  await assert.rejects(refusing.stop(), (error) => error instanceof Refused && error.remedy === "yes");
  const gone = new Server("http://x/", async () => { throw new TypeError("network"); });
  await assert.rejects(gone.options(), Unreachable);
});
