/** The way back through the last decisions, however quickly somebody goes it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Past } from "../../ergo_demo/ui/annotate_view/past.js";

const server = {
  mine: async () => ({ decisions: [{ item: "third" }, { item: "second" }, { item: "first" }] }),
  reopen: async (item) => ({ item }),
};

test("two steps at once are two steps, and there is none behind the oldest", async () => {
  const past = new Past(server);
  assert.deepEqual(await Promise.all([past.go(1, "p"), past.go(1, "p")]), ["third", "second"]);
  assert.deepEqual(await Promise.all([past.go(1, "p"), past.go(1, "p")]), ["first", undefined]);
  assert.equal(past.open.item, "first");
});

test("a step that failed is no step, and the next one is taken", async () => {
  let asked = 0;
  const reopen = async (item) => {
    asked += 1;
    if (asked === 1) throw new Error("no network");
    return { item };
  };
  const past = new Past({ ...server, reopen });
  const [failed, next] = await Promise.allSettled([past.go(1, "p"), past.go(1, "p")]);
  assert.equal(failed.status, "rejected");
  assert.equal(next.value, "third");
});
