/** node --test tests/js: what the Export page says, and how it asks, without one. */
import assert from "node:assert/strict";
import test from "node:test";

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
    [{ ...JOB, stage: "checking" }, null, "Reading 1,367 rows again."],
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
  assert.equal(words.firstRows([{ boxes: "1, 2, 3, 4" }]), "The first row; boxes in source px");
  assert.equal(words.firstRows([{ chosen: "a" }, { chosen: "b" }]), "The first 2 rows; boxes in texts are in coarse view px");
});

test("checks are passed, to be looked at, or for later", () => {
  const signs = (job) => words.checks(job).map(([passed, title]) => [title, passed]);
  assert.deepEqual(signs(JOB), [["Split by photo.", true], ["People.", true], ["Loading back", null]]);
  const open = { ...JOB, format: "log", not_for_publishing: 7, written: { ...WRITTEN, rows_again: 1366 } };
  assert.deepEqual(signs(open), [["Split by photo.", true], ["People.", false], ["Consent.", false], ["Loading back,", false]]);
  assert.deepEqual(signs({ ...open, publish: true }).at(2), ["Consent.", true]);
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
  assert.equal(server.address("a b.zip"), "http://x/demo/annotate/export/file?name=a+b.zip");
  const refusing = new Server("http://x/", async () => ({ ok: false, status: 400, json: async () => ({ error: { message: "no", remedy: "yes" } }) }));
  await assert.rejects(refusing.stop(), (error) => error instanceof Refused && error.remedy === "yes");
  const gone = new Server("http://x/", async () => { throw new TypeError("network"); });
  await assert.rejects(gone.options(), Unreachable);
});
