/** The words of the receipt: {kind, strong, rest}, kind "" (saved), "wait" or "bad". Pure. */
import { Unreachable } from "./server.js";

/** A moment (ISO) as a clock shows it here. */
export function clock(moment) {
  return new Date(moment).toLocaleTimeString("en-GB");
}

export const SAVING = { kind: "wait", strong: "Saving", rest: "kept on this device" };

/** Acknowledged: `replaces` is the moment of the decision that this one takes the place of. */
export function saved({ saved_at: at, repaired = [] }, { number, done, replaces }) {
  const what = replaces ? `replaces your decision of ${clock(replaces)}` : `item ${number}, ${done}`;
  return { kind: "", strong: `Saved ${clock(at)}`, rest: [what, ...repaired].join("; ") };
}

/** Nobody answered, or the server cannot keep anything just now. */
export function waiting(count, error) {
  if (error instanceof Unreachable) {
    return { kind: "wait", strong: `No network: ${count} kept on this device`, rest: "sent when it is back" };
  }
  return { kind: "bad", strong: `Not saved: ${sentence(error.message)}`, rest: "nothing is lost on this device" };
}

/** The server will not take it, now or later. */
export function refused(error) {
  return { kind: "bad", strong: `Not saved: ${sentence(error.message)}`, rest: error.remedy };
}

const sentence = (words) => `${words.slice(0, 1).toLowerCase()}${words.slice(1)}`.replace(/\.$/, "");
