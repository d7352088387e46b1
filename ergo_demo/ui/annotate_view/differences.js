/** Where two answers differ, word by word: pure. */

/** The words of `text` as [{words, other}], runs of those that `from` has in the same order, and of those it has not. */
export function differences(from, text) {
  const [before, after] = [from.split(/\s+/).filter(Boolean), text.split(/\s+/).filter(Boolean)];
  const kept = sharedWords(before, after);
  const runs = [];
  after.forEach((word, at) => {
    const other = !kept.has(at);
    if (runs.at(-1)?.other === other) runs.at(-1).words += ` ${word}`;
    else runs.push({ words: word, other });
  });
  return runs;
}

/** The indexes of the words of `after` in a longest common subsequence; answers are short. */
function sharedWords(before, after) {
  const plain = (word) => word.toLowerCase();
  const longest = Array.from({ length: before.length + 1 }, () => new Array(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const same = plain(before[i]) === plain(after[j]);
      longest[i][j] = same ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  const kept = new Set();
  for (let i = 0, j = 0; i < before.length && j < after.length; ) {
    if (plain(before[i]) === plain(after[j])) {
      kept.add(j);
      i += 1;
      j += 1;
    } else if (longest[i + 1][j] >= longest[i][j + 1]) i += 1;
    else j += 1;
  }
  return kept;
}
