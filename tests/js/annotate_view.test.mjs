/** node --test tests/js: decisions, what waits to be sent, drafts and the worklist of the Annotate page, without one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import * as editing from "../../ergo_demo/ui/box_editor/editing.js";
import * as decide from "../../ergo_demo/ui/annotate_view/decision.js";
import { differences } from "../../ergo_demo/ui/annotate_view/differences.js";
import { Drafts } from "../../ergo_demo/ui/annotate_view/drafts.js";
import { Effort } from "../../ergo_demo/ui/annotate_view/effort.js";
import { lease } from "../../ergo_demo/ui/annotate_view/notes.js";
import { fromDraft, submission } from "../../ergo_demo/ui/annotate_view/opening.js";
import { Outbox } from "../../ergo_demo/ui/annotate_view/outbox.js";
import { firstAddresses } from "../../ergo_demo/ui/annotate_view/preload.js";
import { nextPressed, preferredOf } from "../../ergo_demo/ui/annotate_view/preferring.js";
import * as receipt from "../../ergo_demo/ui/annotate_view/receipt.js";
import { Refused, Server, Unreachable } from "../../ergo_demo/ui/annotate_view/server.js";
import { KeptStorage } from "../../ergo_demo/ui/annotate_view/storage.js";
import { Unsettled } from "../../ergo_demo/ui/annotate_view/unsettled.js";
import { Worklist } from "../../ergo_demo/ui/annotate_view/worklist.js";

const EFFECTS = JSON.parse(readFileSync(new URL("../data/effects.json", import.meta.url), "utf8"));
const PHOTO = { width: 8000, height: 6000 };
const MODEL = [2196, 2520, 2500, 2720];
const edit = editing.begin({ photo: PHOTO, model: MODEL });
const fixed = editing.sidePushed(edit, "right", 224);
const redrawn = editing.boxDrawn(edit, [100, 100, 900, 900]);
const blind = editing.begin({ photo: PHOTO });

test("what the blue button says, and what Enter would send", () => {
  const rejects = decide.rejecting(decide.undecided());
  const rows = [
    [decide.undecided(), edit, "Accept", true, "accept"],
    [decide.undecided(), fixed, "Save fix", true, "fix"],
    [decide.undecided(), redrawn, "Save new box", true, "redraw"],
    [decide.undecided(), blind, "Draw a box", false, null],
    [decide.undecided(), editing.boxDrawn(blind, [1, 1, 90, 90]), "Save new box", true, "redraw"],
    [decide.undecided(), editing.boxDrawn(edit, [1, 1, 90, 90], true), "Save fix", true, "fix"],
    [rejects, fixed, "Choose a reason", false, "reject"],
    [decide.chosen(rejects, 2), fixed, "Reject: too tight", true, "reject"],
    [decide.chosen(rejects, 6), fixed, "Say why", false, "reject"],
    [{ ...decide.chosen(rejects, 6), text: "  " }, fixed, "Say why", false, "reject"],
    [{ ...decide.chosen(rejects, 6), text: "a mirror" }, fixed, "Reject: other", true, "reject"],
    [decide.chosen(decide.picking(decide.undecided()), 6), fixed, "Say why", false, "fix"],
  ];
  for (const [decision, state, words, able, action] of rows) {
    assert.deepEqual(decide.buttonOf(decision, state, true), { words, able }, words);
    assert.equal(decide.actionOf(decision, state), action, words);
  }
  assert.deepEqual(decide.buttonOf(decide.undecided(), edit, false), { words: "Photo is loading", able: false });
});

test("digits are reasons after R and Y, else confidences", () => {
  const digits = (decision, ...all) => all.reduce(decide.chosen, decision);
  const none = decide.undecided();
  assert.equal(digits(none, 3).confidence, 3);
  assert.equal(digits(none, 4), none);
  const given = digits(decide.picking(none), 6, 1);
  assert.deepEqual([given.reason, given.confidence, given.rejects], ["other", 1, false]);
  const rejected = digits(decide.rejecting(none), 5, 2);
  assert.deepEqual([rejected.reason, rejected.confidence, rejected.rejects], ["unanswerable", 2, true]);
  const again = decide.rejecting(rejected);
  assert.deepEqual([again.rejects, again.reason], [false, null], "R again: not");
});

test("what is sent comes back as it was: drafts, and decisions that are looked at again", () => {
  const decision = { ...decide.undecided(), reason: "too_tight", confidence: 2, answer: "MARIE LUND", thought: "Both words." };
  const left = fromDraft(edit, decide.fieldsOf("fix", decision, fixed));
  assert.deepEqual(left.decision, decision);
  assert.deepEqual(editing.selection(left.edit).box, [2196, 2520, 2724, 2720]);
  assert.equal(decide.actionOf(left.decision, left.edit), "fix");
  assert.equal(decide.actionOf(decide.undecided(), fromDraft(edit, decide.fieldsOf("redraw", decision, redrawn)).edit), "redraw");
  assert.deepEqual(decide.fieldsOf("skip", decision, fixed).boxes, [], "a decision without a box keeps none");
  const odd = fromDraft(edit, { boxes: [["x"], [1, 1, 90, 90]], reason: "__proto__", confidence: 9, answer: 7, thought: {} });
  assert.deepEqual([odd.decision.reason, odd.decision.confidence, odd.decision.answer, odd.edit.boxes.length], [null, null, "", 1]);
  assert.equal(fromDraft(edit, null), undefined);
});

test("a draft keeps the boxes beside a rejection, and that there are none", () => {
  const kept = (decision, state) => fromDraft(edit, decide.draftOf(decide.actionOf(decision, state), decision, state));
  const rejects = decide.rejecting(decide.undecided());
  const fixedThenRejected = kept(rejects, fixed);
  assert.equal(fixedThenRejected.decision.rejects, true);
  assert.deepEqual(editing.selection(fixedThenRejected.edit).box, [2196, 2520, 2724, 2720]);
  assert.deepEqual(kept(decide.undecided(), editing.deleted(edit)).edit.boxes, []);
  assert.equal(decide.actionOf(decide.undecided(), kept(decide.undecided(), redrawn).edit), "redraw");
  const sent = fromDraft(edit, decide.fieldsOf("reject", rejects, fixed));
  assert.deepEqual(editing.selection(sent.edit).box, MODEL, "a rejection that was sent says nothing of boxes");
});

test("consent is given for one decision: off at first, and as it was when that one is opened again", () => {
  const fields = (consent) => decide.fieldsOf("fix", { ...decide.undecided(), consent }, fixed);
  assert.equal(decide.undecided().consent, false);
  for (const consent of [true, false]) assert.equal(fromDraft(edit, fields(consent)).decision.consent, consent);
  for (const odd of [1, "true", null]) assert.equal(fromDraft(edit, fields(odd)).decision.consent, false);
  const body = submission({ id: "i", base_version: 0 }, fields(true), { effort: {}, whatIf: null });
  assert.equal(body.consent, true);
});

test("what another box did to the answer: the vectors that Python's rule passes as well", () => {
  for (const { model, corrected, right, effect } of EFFECTS.effects) {
    assert.equal(decide.effectOf(model, corrected, right), effect, JSON.stringify([model, corrected, right]));
  }
  for (const { answer, truth, same } of EFFECTS.answers) assert.equal(decide.alike(answer, truth), same, `${answer}, ${truth}`);
});

test("which answer is better: the key goes through the first, the second, both, none", () => {
  const steps = [[false, false]];
  while (steps.length < 6) steps.push(nextPressed(steps.at(-1)));
  assert.deepEqual(steps.map(preferredOf), [null, "a", "b", "tie", null, "a"]);
});

test("only the words that differ are marked", () => {
  assert.deepEqual(differences("MARIE", "MARIE LUND"), [{ words: "MARIE", other: false }, { words: "LUND", other: true }]);
  assert.deepEqual(differences("the blue boat", "a blue old boat"), [
    { words: "a", other: true }, { words: "blue", other: false }, { words: "old", other: true }, { words: "boat", other: false },
  ]);
  assert.deepEqual(differences("", "x y"), [{ words: "x y", other: true }]);
});

/** Room for so many entries, as a browser has room for so many bytes. */
function local(room = Infinity) {
  const kept = new Map();
  return {
    setItem(key, value) {
      if (!kept.has(key) && kept.size >= room) throw new Error("QuotaExceededError");
      kept.set(key, value);
    },
    getItem: (key) => kept.get(key) ?? null, removeItem: (key) => kept.delete(key),
    key: (at) => [...kept.keys()][at], get length() { return kept.size; },
  };
}

function storage(room) {
  const real = local(room);
  return new KeptStorage(() => real);
}

const body = (id) => ({ client_id: id, item: `item-${id}` });

test("decisions wait on the device while nobody answers, and are sent in order, once each, by whoever comes next", async () => {
  const [kept, heard, arrived] = [storage(), [], []];
  let network = false;
  const send = async (sent) => {
    if (!network) throw new Unreachable("no network");
    arrived.push(sent.client_id);
    return { saved_at: "2026-01-01T00:00:00Z" };
  };
  const on = {
    saved: ({ body: sent }) => heard.push(`saved ${sent.client_id}`), waiting: (count) => heard.push(`waiting ${count}`),
    stale: () => assert.fail(), refused: () => assert.fail(),
  };
  const before = new Outbox(kept, send, on);
  await before.add(body("a"), {});
  await before.add(body("b"), {});
  assert.deepEqual([heard, arrived], [["waiting 1", "waiting 2"], []]);
  network = true;
  const after = new Outbox(kept, send, on); // the page was loaded again
  assert.equal(after.entries.length, 2);
  await Promise.all([after.flush(), after.flush()]);
  assert.deepEqual(arrived, ["a", "b"]);
  assert.deepEqual(after.entries, []);
  await before.flush();
  assert.deepEqual(arrived, ["a", "b"]);
});

test("a decision that is late or refused is told and makes room; a full disk is not its fault", async () => {
  const heard = [];
  const errors = {
    late: new Refused(409, {}, { yours: {}, newest: { version: 2 } }), wrong: new Refused(400, { message: "No box." }),
    full: new Refused(503, { message: "The disk is full." }),
    out: new Refused(401, { message: "Nobody is signed in." }),
  };
  const send = async (sent) => {
    if (errors[sent.client_id]) throw errors[sent.client_id];
    return {};
  };
  const outbox = new Outbox(storage(), send, {
    saved: ({ body: sent }) => heard.push(["saved", sent.client_id]), stale: (entry, both) => heard.push(["stale", both.newest.version]),
    refused: (entry, error) => heard.push(["refused", error.message]), waiting: (count) => heard.push(["waiting", count]),
  });
  await outbox.add(body("late"), {});
  await outbox.add(body("wrong"), {});
  await outbox.add(body("full"), {});
  assert.deepEqual(heard, [["stale", 2], ["refused", "No box."], ["waiting", 1]]);
  assert.equal(outbox.entries.length, 1);
  delete errors.full; // somebody made room
  await outbox.flush();
  assert.deepEqual(heard.at(-1), ["saved", "full"]);
  await outbox.add(body("out"), {});
  assert.deepEqual([heard.at(-1), outbox.entries.length], [["waiting", 1], 1], "whoever signs in again has lost nothing");
  delete errors.out;
  await outbox.flush();
  assert.deepEqual(heard.at(-1), ["saved", "out"]);
});

test("a browser whose storage is full, or that has none, still sends what is decided and keeps what is drawn", async () => {
  for (const kept of [storage(0), new KeptStorage(() => { throw new Error("SecurityError"); })]) {
    const arrived = [];
    let network = false;
    const send = async (sent) => {
      if (!network) throw new Unreachable("no network");
      arrived.push(sent.client_id);
      return {};
    };
    const outbox = new Outbox(kept, send, { saved: () => {}, waiting: () => {} });
    const drafts = new Drafts(kept, async () => {});
    drafts.keep("i", { answer: "here" }, 2_000);
    assert.equal(drafts.newest("i", null).answer, "here");
    await outbox.add(body("a"), {});
    await outbox.add(body("b"), {});
    network = true;
    await outbox.flush();
    assert.deepEqual([arrived, outbox.entries], [["a", "b"], []]);
    drafts.sweep(2_000 + 30 * 24 * 3600 * 1000);
    assert.equal(drafts.newest("i", null), null);
  }
  const half = storage(1);
  half.setItem("one", "1");
  half.setItem("two", "2");
  half.removeItem("one");
  half.setItem("two", "3");
  assert.deepEqual([half.getItem("one"), half.getItem("two"), half.keys()], [null, "3", ["two"]], "room again");
});

test("what came too late waits for a choice, each one, also for the next page", () => {
  const kept = storage();
  const entry = (id, version) => ({ body: body(id), note: {}, newest: { version } });
  const unsettled = new Unsettled(kept);
  unsettled.add(entry("a", 1));
  unsettled.add(entry("b", 1));
  unsettled.add(entry("a", 1)); // sent again by a page that died before it forgot
  const next = new Unsettled(kept);
  assert.deepEqual(next.entries.map((each) => each.body.client_id), ["b", "a"]);
  next.settle(entry("b", 1));
  assert.deepEqual(unsettled.entries, [entry("a", 1)]);
});

test("a late decision is with whoever is told of it before the outbox forgets it", async () => {
  const late = new Refused(409, {}, { newest: { version: 2 } });
  let waiting = null;
  const outbox = new Outbox(storage(), async () => { throw late; }, { stale: () => { waiting = outbox.entries.length; } });
  await outbox.add(body("a"), {});
  assert.deepEqual([waiting, outbox.entries.length], [1, 0]);
});

test("the newer draft counts, whichever device it is of; old ones and strange ones go", () => {
  const kept = storage();
  const drafts = new Drafts(kept, async () => {});
  assert.equal(drafts.newest("i", null), null);
  drafts.keep("i", { answer: "here" }, 2_000);
  assert.equal(drafts.newest("i", { answer: "there", at: 1_000 }).answer, "here");
  assert.equal(drafts.newest("i", { answer: "there", at: 3_000 }).answer, "there");
  kept.setItem("ergo-annotate-draft:j", "{broken");
  assert.equal(drafts.newest("j", null), null);
  kept.setItem("somebody-else", "1");
  drafts.sweep(2_000);
  assert.equal(kept.getItem("ergo-annotate-draft:j"), null);
  assert.equal(drafts.newest("i", null).answer, "here");
  const sent = [];
  const sending = new Drafts(kept, async (item) => sent.push(item));
  sending.keep("k", {}, 2_000);
  sending.keep("l", {}, 2_000);
  assert.deepEqual(sent, ["k"], "the next item does not push the one before off the way to the server");
  sending.flush();
  assert.deepEqual(sent, ["k", "l"]);
  drafts.forget("i");
  assert.deepEqual([drafts.newest("i", null), kept.getItem("somebody-else")], [null, "1"]);
});

test("two items are taken ahead; what is open, ahead or not acknowledged is not taken again; then it ends", async () => {
  const [asked, loaded] = [[], []];
  const all = ["a", "b", "c"];
  const server = {
    take: async (project, besides) => {
      asked.push(besides);
      const id = all.find((each) => !besides.includes(each));
      return id ? { item: { id } } : { item: null, left: 4 };
    },
    release: async (items) => asked.push(["release", ...items]),
  };
  const worklist = new Worklist(server, ({ id }) => loaded.push(id), () => ["c"]);
  worklist.begin("p");
  assert.equal((await worklist.next()).id, "a");
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(loaded, ["a", "b"]);
  assert.ok(worklist.ready);
  assert.equal((await worklist.next()).id, "b");
  worklist.release();
  assert.deepEqual(asked.at(-1), ["release", "b"]);
  assert.deepEqual([await worklist.next(), worklist.left], [{ id: "a" }, 4]);
});

test("a lease that is renewed moves on; one that ran out is told where it is open, and not begun where it is ahead", async () => {
  const all = [{ id: "a", lease_until: 900 }, { id: "b", lease_until: 900 }, { id: "c", lease_until: 900 }];
  let mine = ["a", "b", "c"];
  const server = {
    take: async (project, besides) => ({ item: all.find(({ id }) => !besides.includes(id)) ?? null, left: 0 }),
    renew: async (project, items) => ({ items: items.filter((id) => mine.includes(id)), lease_until: 1_800 }),
  };
  const worklist = new Worklist(server, () => {}, () => []);
  worklist.begin("p");
  const open = await worklist.next();
  await new Promise((done) => setTimeout(done));
  await worklist.renew();
  assert.deepEqual([lease(open), open.lease_until], [lease({ lease_until: 1_800 }), 1_800]);
  [mine, all[1]] = [["c"], { id: "d", lease_until: 900 }];
  await worklist.renew();
  assert.match(lease(open), /somebody else may decide it too/);
  assert.deepEqual([(await worklist.next()).id, (await worklist.next()).id], ["c", "d"], "b may be another's");
});

test("a dead network is told from a server that says no", async () => {
  const server = new Server("http://host/app/?x=1", async (url, request) => {
    if (request.method === "PUT") throw new TypeError("failed");
    return { ok: url.pathname === "/app/annotate/projects", status: 503, json: async () => ({ error: { message: "Full.", code: "not-written" } }) };
  });
  await server.projects();
  await assert.rejects(server.take("p", []), (error) => error instanceof Refused && error.passing && error.message === "Full.");
  await assert.rejects(server.draft("i", {}, 1), Unreachable);
});

test("receipts in the words of the design", () => {
  const at = new Date(2026, 0, 1, 14, 32, 7).toISOString();
  const done = receipt.saved({ saved_at: at }, { number: 13, done: "accepted", replaces: "" });
  assert.deepEqual(done, { kind: "", strong: "Saved 14:32:07", rest: "item 13, accepted" });
  assert.equal(receipt.saved({ saved_at: at }, { replaces: at }).rest, "replaces your decision of 14:32:07");
  assert.equal(receipt.waiting(3, new Unreachable()).strong, "No network: 3 kept on this device");
  assert.equal(receipt.waiting(1, new Refused(503, { message: "The disk is full." })).strong, "Not saved: the disk is full");
});

test("idle time is no work", () => {
  let now = 1_000;
  const effort = new Effort(() => now);
  now = 3_000;
  for (const key of ["Shift", "A"]) effort.key({ key });
  now = 3_600_000;
  effort.note("mouse");
  now += 500;
  const record = effort.record({ drags: 1, undos: 0, zoomMost: 2 }, { innerWidth: 1440, innerHeight: 900, devicePixelRatio: 2 });
  assert.deepEqual([record.first_input_ms, record.submitted_ms, record.active_ms, record.keys], [2_000, 3_599_500, 12_500, 1]);
});

test("the first view of an item is fetched ahead: preview, base tile, then what is framed", () => {
  const photo = { ...PHOTO, tileSize: 512, tiles: "t", preview: "p.jpg" };
  const found = firstAddresses({ photo, proposal: { box: MODEL, expanded: null } }, { width: 900, height: 600 }, 1);
  assert.deepEqual(found.slice(0, 2), ["p.jpg", "t/9/0_0.jpg"]);
  assert.ok(found.length > 4 && found.length < 20, String(found.length));
});
