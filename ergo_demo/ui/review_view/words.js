/** What the owner's forms say and send, without a page: node tests it. */

const counted = (number, one, many) => `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;

/** What came of an import, in a line: {added, already, left_out}. */
export function reportWords({ added, already, left_out: left = 0 }) {
  const parts = [`${counted(added, "item", "items")} added`];
  if (already) parts.push(`${already.toLocaleString("en-US")} ${already === 1 ? "was" : "were"} there already`);
  const rest = left ? `; ${counted(left, "row", "rows")} left out` : "";
  return `${parts.join(", ")}${rest}.`;
}

/** {photo, look} of a trace's address (photos.py); null where it is none. */
export function runOf(address) {
  const found = /(?:^|\/)photos\/([0-9a-f]{16,32})\/([0-9a-f]{16,32})\/trace\.json$/.exec(address ?? "");
  return found && { photo: found[1], look: found[2] };
}

/** The whole address of an invitation, which is relative to the page; the page's own theme does not travel. */
export function peopleLink(link, base) {
  return new URL(link, base).href;
}
