/**
 * What a turn of the wheel means: pure, no DOM.
 *
 * Plain wheel over the photo zooms at the cursor, as in every good viewer, and yet the page stays scrollable:
 *   - a gesture belongs to whom it began with: a page that is being scrolled keeps scrolling while the photo passes
 *     under the cursor, and a photo zoomed out to fit does not let the page jump away with the rest of the momentum;
 *   - zooming out where the whole photo is seen already has no meaning, so the page scrolls;
 *   - with Ctrl (a trackpad's pinch arrives like that) the wheel is always the photo's.
 */

/** Milliseconds without a wheel event after which a new gesture begins; momentum sends one at least every 100 ms. */
const PAUSE_MS = 200;

/** Natural logarithm of the magnification per px of wheel: a notch of 100 to 120 px is a quarter. */
const PER_PX = 0.002;

/** The same for a trackpad's pinch, which sends much smaller numbers. */
const PER_PX_PINCHING = 0.01;

/** At most this magnification for one event, whatever a driver sends. */
const MAX_STEP = 1.6;

/** CSS px for one unit of event.deltaMode: pixels, lines, pages. */
const PX_PER_UNIT = [1, 18, 400];

/** The factor by which a wheel event magnifies. */
export function wheelFactor({ deltaY, deltaMode, ctrlKey }) {
  const step = -deltaY * PX_PER_UNIT[deltaMode] * (ctrlKey ? PER_PX_PINCHING : PER_PX);
  const most = Math.log(MAX_STEP);
  return Math.exp(Math.min(Math.max(step, -most), most));
}

/** Remembers to whom the present wheel gesture belongs. */
export class WheelOwner {
  #last = -Infinity;
  #ours = false;

  /**
   * True when a wheel event is the photo's.
   * time: event.timeStamp in ms; useful: the photo could use it (it is over the photo, and there is something to zoom).
   */
  claims(time, useful) {
    if (time - this.#last > PAUSE_MS) this.#ours = useful;
    this.#last = time;
    return this.#ours;
  }
}
