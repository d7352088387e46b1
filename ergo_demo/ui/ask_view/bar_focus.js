/** Run and Stop: Gradio takes one of them away when it puts the other into its place, and the focus would go with it. */
const BUTTONS = ["e-run", "e-stop"];

const takesFocus = (button) => button && !button.disabled && button.offsetParent;

/** One that is hidden or disabled keeps the focus until the page is drawn again; nothing tells when that was. */
const isLost = (element) => element === document.body || (BUTTONS.includes(element?.id) && !takesFocus(element));

/** From now on, a focus that was on one of the two goes to whichever is there, unless the person takes it elsewhere. */
export function keepFocusOnBar() {
  let held = false;
  const follow = () => {
    if (!held || !isLost(document.activeElement)) return;
    BUTTONS.map((id) => document.getElementById(id)).find(takesFocus)?.focus();
  };
  const observer = new MutationObserver(follow);
  document.addEventListener("focusin", ({ target }) => {
    held = BUTTONS.includes(target.id);
    // Not before: the bar is drawn by Gradio, at a moment of its own.
    if (held) observer.observe(document.getElementById("e-bar"), { childList: true, subtree: true, attributes: true });
    else observer.disconnect();
  });
  // A press beside everything leaves the focus nowhere, and that is where the person wants it.
  document.addEventListener("pointerdown", ({ target }) => {
    held &&= BUTTONS.some((id) => document.getElementById(id)?.contains(target));
  });
}
