/** What stands instead of an item, in words: {strong, rest, button, act}; and for how long an item is kept. Pure. */
import { clock } from "./receipt.js";

/** For how long nobody else gets the item (worklist.js); `lease_until` in seconds. */
export function lease({ lost = false, lease_until: until }) {
  if (lost) return "not kept for you any more: somebody else may decide it too";
  return until ? `yours until ${clock(until * 1000).slice(0, 5)}` : "";
}

/** There is no project for this person. */
export function noProject(role) {
  if (role === "owner") {
    const rest = "Make one on the Review tab, or on the command line: `python -m ergo_demo import --help`.";
    return { strong: "There is no project yet.", rest };
  }
  const known = role !== "visitor";
  const rest = known ? "Ask the owner of this page to invite you." : "Open the link that the owner of this page gave you.";
  return { strong: "No project is open to you.", rest };
}

/** Everything is done; `left` items are leased by others. */
export function finished({ items, done }, left, act) {
  const others = left > 0 ? ` ${left} are left for other people.` : "";
  const rest = `${Math.max(done, items - left)} of ${items} done.${others}`;
  return { strong: "Nothing left in this worklist.", rest, button: "Look again", act };
}

/** The server said no, or nothing. */
export function failed(error, act) {
  const strong = error.status ? error.message : "The server cannot be reached.";
  return { strong, rest: error.remedy ?? "Nothing is lost on this device.", button: "Try again", act };
}
