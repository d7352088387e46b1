/**
 * A person's own keys: letters of the table that have changed places. Choosing a letter for one thing gives what had it the
 * letter that became free, so that no key means two things and nothing is left without one. Pure but for `kept`.
 *
 * A choice is {letter of the table: letter to press}; what it does not name is as the table has it. Keys with Ctrl, digits
 * and named keys stay: people know those from elsewhere.
 */
const KEY = "ergo-editor-keys";

const isLetter = (text) => /^[a-z]$/.test(text);

/** The row with its own letter, as it is pressed after the choice. */
function moved(row, choice) {
  const [letter] = row.keys;
  const to = row.ctrl ? letter : choice[letter] ?? letter;
  if (to === letter) return row;
  const [was, is] = [letter.toUpperCase(), to.toUpperCase()];
  const named = (text) => text.replace(new RegExp(`\\b${was}\\b`), is);
  const codes = row.codes.map((code) => code.replace(`Key${was}`, `Key${is}`));
  return { ...row, keys: [to], codes, cap: named(row.cap), aria: named(row.aria) };
}

/** The table with a choice. */
export function withOwn(table, choice) {
  return table.map((row) => (row.keys.length === 1 && isLetter(row.keys[0]) ? moved(row, choice) : row));
}

/** The rows whose letter can be chosen, one for each letter: Shift goes with it. */
export function choosable(table) {
  const plain = ({ keys, ctrl, shift }) => keys.length === 1 && isLetter(keys[0]) && !ctrl && shift !== true;
  const letters = table.filter(plain);
  return letters.filter((row, at) => letters.findIndex(({ keys }) => keys[0] === row.keys[0]) === at);
}

/** A choice with `to` pressed for the letter `letter` of the table; what had it takes the place that became free. */
export function chosenFor(choice, letter, to) {
  if (!isLetter(letter) || !isLetter(to)) return choice;
  const pressed = (of) => choice[of] ?? of;
  const other = [..."abcdefghijklmnopqrstuvwxyz"].find((each) => pressed(each) === to);
  const all = { ...choice, [other]: pressed(letter), [letter]: to };
  return Object.fromEntries(Object.entries(all).filter(([from, at]) => from !== at));
}

/**
 * The choice that is kept on this device; none where it could give one key two meanings. storage(): a localStorage, or
 * throws, as a browser does that allows none.
 */
export function kept(storage) {
  try {
    const choice = JSON.parse(storage().getItem(KEY) ?? "{}");
    const [from, to] = [Object.keys(choice), Object.values(choice)];
    const permutes = from.every(isLetter) && [...from].sort().join() === [...to].sort().join();
    return permutes ? { ...choice } : {};
  } catch {
    return {}; // no storage, or somebody else wrote there
  }
}

/** Keeps a choice on this device. */
export function keep(storage, choice) {
  storage.setItem(KEY, JSON.stringify(choice));
}
