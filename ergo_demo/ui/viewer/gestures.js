/**
 * Mouse, fingers and wheel on the field, told as pans, zooms and pinches in CSS px of the field.
 *
 * One finger pans a magnified photo; where the whole photo is seen it scrolls the page (touch-action in viewer.css).
 * Two fingers are always the photo's. The wheel: see wheel.js.
 */
import { WheelOwner, wheelFactor } from "./wheel.js";

/**
 * Listens until the signal aborts.
 * on: { pan(dx, dy), zoom(factor, x, y), pinch([p, q] before, [p, q] after), canZoom(factor) }; and, where something lies
 * on the photo that can be held: grab(point, event), null or {move(point), end(point), cancel()}, to which the first
 * pointer belongs until it is lifted or a second finger comes; hover(point), of a pointer that is not pressed.
 */
export function listenToPointers(field, on, signal) {
  const fingers = new Map(); // pointer id -> point in the field
  const point = (event) => {
    const { left, top } = field.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  let held = null; // what the first pointer has grabbed
  const letGo = (end, at) => {
    const was = held;
    held = null;
    was?.[end](at);
  };
  const release = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    letGo(event.type === "pointerup" ? "end" : "cancel", point(event));
    field.classList.toggle("ev-held", fingers.size > 0);
  };
  const press = (event) => {
    if (event.button !== 0 || fingers.size === 2) return;
    field.setPointerCapture(event.pointerId);
    if (fingers.size === 0) held = on.grab?.(point(event), event) ?? null;
    else letGo("cancel");
    fingers.set(event.pointerId, point(event));
    field.classList.add("ev-held");
  };
  const move = (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) {
      if (fingers.size === 0) on.hover?.(point(event));
      return;
    }
    const pair = [...fingers.values()];
    const after = point(event);
    fingers.set(event.pointerId, after);
    if (held) held.move(after);
    else if (pair.length === 1) on.pan(after.x - before.x, after.y - before.y);
    else on.pinch(pair, [...fingers.values()]);
  };
  field.addEventListener("pointerdown", press, { signal });
  field.addEventListener("pointermove", move, { signal });
  const ends = ["pointerup", "pointercancel", "lostpointercapture"];
  for (const end of ends) field.addEventListener(end, release, { signal });
  // At fit the browser may scroll with one finger; it would with two as well, and would then cancel our pointers.
  const keepPair = (event) => event.touches.length > 1 && event.cancelable && event.preventDefault();
  field.addEventListener("touchmove", keepPair, { signal, passive: false });
  listenToWheel(field, point, on, signal);
}

function listenToWheel(field, point, on, signal) {
  const owner = new WheelOwner();
  const elsewhere = (event) => field.contains(event.target) || owner.claims(event.timeStamp, false);
  // Passive, so that listening costs the page's own scrolling nothing.
  addEventListener("wheel", elsewhere, { signal, passive: true, capture: true });
  const over = (event) => {
    const factor = wheelFactor(event);
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const ours = owner.claims(event.timeStamp, event.ctrlKey || (!sideways && on.canZoom(factor)));
    if (!ours && !event.ctrlKey) return;
    event.preventDefault();
    const { x, y } = point(event);
    on.zoom(factor, x, y);
  };
  field.addEventListener("wheel", over, { signal, passive: false });
}
