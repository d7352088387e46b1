/** Lists that outlive a page, as JSON in a storage (storage.js). */

/** The list under a key; empty where there is none, or where somebody else wrote. */
export function listIn(storage, key) {
  try {
    const kept = JSON.parse(storage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** Keeps a list in place of the one that was there. */
export function keepList(storage, key, list) {
  storage.setItem(key, JSON.stringify(list));
}
