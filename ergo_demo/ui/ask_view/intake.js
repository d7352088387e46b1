/**
 * How a photo comes in: dropped anywhere on the tab, pasted, or chosen. The browser never decodes it; it is uploaded
 * as it is, and the server says what it was.
 */

/** opening(name) is called when an upload begins, sent({path, name} or {name}) when it has ended, well or not. */
export function listenForPhotos({ root, zone, buttons, input, upload, opening, sent }) {
  const take = async (file) => {
    if (!file) return;
    const name = file.name || "pasted photo";
    opening(name);
    sent({ name, path: await uploaded(file, upload) });
  };
  for (const button of buttons) button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take(input.files[0]);
    // The same file may be chosen again.
    input.value = "";
  });
  listenForDrops(root, zone, take);
  document.addEventListener("paste", (event) => {
    const file = fileOf(event.clipboardData);
    // Not mounted any more, or text for the question.
    if (!root.isConnected || !file) return;
    event.preventDefault();
    take(file);
  });
}

function listenForDrops(root, zone, take) {
  let inside = 0;
  const mark = (over) => zone.forEach((part) => part.classList.toggle("over", over));
  const holdsFile = (event) => event.dataTransfer?.types.includes("Files");
  root.addEventListener("dragenter", (event) => {
    if (holdsFile(event)) mark((inside += 1) > 0);
  });
  root.addEventListener("dragleave", (event) => {
    if (holdsFile(event)) mark((inside = Math.max(0, inside - 1)) > 0);
  });
  root.addEventListener("dragover", (event) => {
    if (holdsFile(event)) event.preventDefault();
  });
  root.addEventListener("drop", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    mark((inside = 0) > 0);
    take(fileOf(event.dataTransfer));
  });
}

/** The first file of a drop or a paste; null when there is only text. */
function fileOf(transfer) {
  return transfer?.files?.[0] ?? null;
}

/** The file's path on the server, null when it did not arrive. */
async function uploaded(file, upload) {
  try {
    // Gradio names an upload by its content: two people with the same photo would share, and delete, one file.
    const alone = new File([file], `${crypto.randomUUID?.() ?? Math.random().toString(36).slice(2)}-${file.name}`);
    return (await upload(alone)).path;
  } catch {
    return null;
  }
}
