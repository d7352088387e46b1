/**
 * The Ask tab in the browser: shows the screen that the server sends (present.py), and tells it what a person does.
 *
 * Owns the photo viewer, the lines to the crop and the ticking seconds. Holds no state of the run: whatever it shows
 * follows from the last screen. Loaded by component.py with a dynamic import; `mount` is its only way in.
 */
import { svg } from "../viewer/dom.js";
import { createViewer } from "../viewer/viewer.js";
import { keepFocusOnBar } from "./bar_focus.js";
import { Clock } from "./clock.js";
import { fillEdges } from "./edges.js";
import * as fill from "./fill.js";
import { listenForPhotos } from "./intake.js";
import { drawnLayers, nearestOutline, nextHeat, overlayQuery, there } from "./drawn.js";
import { leaderLines } from "./leader.js";
import { NameTag } from "./name_tag.js";

/** How often a page that waits asks whether it is its turn. */
const ASK_EVERY_MS = 2000;

/** Which layers a new page shows; the legend's switches and the keys change it, and it stays for the next question. */
const SHOWN_AT_FIRST = { box: true, region: true, samples: false, heat: false };

/** CSS px beside a sample's line that still count as a click on it. */
const CLICK_REACH_PX = 8;

/** Fills the shell in `element`; the other four are what gr.HTML gives to its script. */
export function mount(element, { props, trigger, upload, watch }) {
  const view = new AskView(element, { props, trigger, upload });
  watch("value", () => view.show(props.value));
  view.show(props.value);
}

class AskView {
  #parts;
  #name;
  #trigger;
  #viewer;
  #screen = null;
  #shown = { ...SHOWN_AT_FIRST };
  #heatOpacity = 1;
  #heatBefore = null; // the strength that key 8 goes back to; null where it has not changed it
  #chosen = null; // the number of the sample whose reasoning is shown
  #layers = [];
  #words = "";
  #clock = new Clock();
  #openingClock = new Clock();
  #waiting = 0;

  constructor(element, { props, trigger, upload }) {
    const parts = element.querySelectorAll("[data-part]");
    this.#parts = Object.fromEntries([...parts].map((part) => [part.dataset.part, part]));
    this.#name = new NameTag(this.#parts.tag, this.#parts["tag-text"]);
    this.#trigger = trigger;
    this.#viewer = createViewer(this.#parts.stage, {
      onMove: () => {
        this.#drawLeader();
        this.#name.yield(this.#viewer, this.#layers);
      },
      onLayer: (id, shown) => this.#layerSwitched(id, shown),
      acts: ({ layer }) => layer === "heat" && this.#stepHeat(),
    });
    fill.fillExamples(this.#parts, props.examples, props.licence, (index) => this.#chooseExample(index));
    this.#listen();
    keepFocusOnBar();
    if (!props.reads) this.#takePhotos(element, upload);
  }

  /** Shows a screen; one that was overtaken on its way is dropped. */
  show(screen) {
    if (!screen || (this.#screen && screen.revision < this.#screen.revision)) return;
    const before = this.#screen;
    this.#screen = screen;
    const parts = this.#parts;
    const busy = screen.phase === "running" || screen.phase === "waiting";
    this.#showPhoto(screen, before);
    this.#showCrop(screen.crop);
    fill.fillNotice(parts.notice, screen.notice);
    fill.fillSteps(parts.steps, screen.steps);
    fill.fillSentences(parts.sentences, screen.sentences);
    fill.fillAnswer(parts.answer, screen.answer, screen.answer_is_note);
    this.#showThoughts(screen);
    fill.fillCost(parts, screen.cost);
    fillEdges(parts, screen.edges);
    fill.fillDownloads(parts, screen.downloads);
    this.#showSwitched();
    fill.fillAsked(parts, screen.asked, busy, (id) => this.#trigger("again", { id }));
    parts.grid.setAttribute("aria-busy", String(busy));
    parts.grid.dataset.phase = screen.phase;
    if (parts.status.textContent !== screen.status) parts.status.textContent = screen.status;
    this.#openingClock.stop();
    if (screen.seconds === null) this.#clock.stop();
    else this.#clock.set(screen.seconds, (seconds) => this.#tick(seconds));
    this.#askForMyTurn(screen.phase === "waiting");
    this.#drawLeader();
  }

  #takePhotos(element, upload) {
    const parts = this.#parts;
    listenForPhotos({
      root: element,
      zone: [parts.zone, parts.stage],
      buttons: [parts.choose, parts["new-photo"]],
      input: parts.file,
      upload,
      opening: (name) => this.#opening(name),
      sent: (file) => this.#trigger("photo", file),
    });
  }

  #listen() {
    const parts = this.#parts;
    for (const id of Object.keys(SHOWN_AT_FIRST)) {
      parts[`layer-${id}`].addEventListener("click", () => this.#layerSwitched(id, !this.#shown[id]));
    }
    parts["heat-opacity"].addEventListener("input", () => this.#faded());
    parts.stage.addEventListener("click", (event) => this.#clicked(event));
    parts["show-all"].addEventListener("click", () => this.#toggleThought());
    parts["crop-image"].addEventListener("load", () => this.#drawLeader());
    addEventListener("scroll", () => this.#drawLeader(), { passive: true });
    new ResizeObserver(() => this.#drawLeader()).observe(parts.grid);
  }

  #opening(name) {
    this.#openingClock.set(0, (seconds) => this.#name.opening(`Opening ${name}, ${seconds.toFixed(1)} s`));
  }

  #chooseExample(index) {
    this.#opening("the scene");
    this.#trigger("example", { index });
  }

  #showPhoto(screen, before) {
    const { stage, drop, new: fresh } = this.#parts;
    const photo = screen.photo;
    const focusIsLost = Boolean(photo) && drop.contains(document.activeElement);
    drop.hidden = Boolean(photo);
    fresh.hidden = !photo;
    stage.classList.toggle("empty", !photo);
    this.#name.show(photo ? screen.tag : null);
    for (const id of Object.keys(SHOWN_AT_FIRST)) this.#parts[`layer-${id}`].disabled = !there(screen, id);
    this.#parts["name-region"].textContent = screen.region_label;
    this.#parts["name-samples"].textContent = screen.samples_label;
    if (this.#chosen !== null && !screen.samples[this.#chosen]) this.#chosen = null;
    if (photo?.id !== before?.photo?.id) {
      this.#viewer.setPhoto(photo);
      stage.dataset.photo = photo?.tiles ?? "";
    }
    // What was pressed is hidden now. From the question Enter runs; on a phone it would open the keyboard.
    if (focusIsLost) (matchMedia("(pointer: fine)").matches ? document.querySelector("#e-bar textarea") : stage)?.focus();
    this.#setLayers();
  }

  #setLayers() {
    const layers = drawnLayers(this.#screen, this.#shown, this.#heatOpacity, this.#chosen);
    const key = JSON.stringify([layers, this.#screen.photo?.id]);
    if (key === this.#words) return;
    this.#words = key;
    this.#layers = layers;
    this.#viewer.setLayers(layers);
  }

  #layerSwitched(id, shown) {
    this.#shown[id] = shown;
    this.#parts[`layer-${id}`].setAttribute("aria-checked", String(shown));
    if (id === "samples" && !shown) this.#choose(null);
    this.#showSwitched();
    this.#drawLeader();
  }

  /** Key 8. */
  #stepHeat() {
    const now = { shown: this.#shown.heat, opacity: this.#heatOpacity, before: this.#heatBefore };
    const { shown, opacity, before } = nextHeat(now);
    [this.#heatOpacity, this.#heatBefore] = [opacity, before];
    this.#parts["heat-opacity"].value = String(Math.round(opacity * 100));
    this.#layerSwitched("heat", shown);
    this.#viewer.say(shown ? `Heat map ${Math.round(opacity * 100)} %` : "Heat map hidden");
    return true;
  }

  #faded() {
    this.#heatBefore = null;
    this.#heatOpacity = Number(this.#parts["heat-opacity"].value) / 100;
    this.#showSwitched();
  }

  /** What depends on the switches: layers, the slider, the row of samples, the picture to download. */
  #showSwitched() {
    const { samples, heat } = this.#screen;
    this.#setLayers();
    this.#parts["heat-slider"].hidden = !(heat && this.#shown.heat);
    const listed = this.#shown.samples && samples.length > 0;
    this.#parts.samples.hidden = !listed;
    fill.fillSamples(this.#parts.samples, listed ? samples : [], this.#chosen, (number) => this.#choose(number));
    const link = this.#parts["download-list"].querySelector("a[data-overlay]");
    if (link) link.href = `${link.dataset.overlay}?${overlayQuery(this.#shown, this.#heatOpacity)}`;
  }

  /** Shows the reasoning of a sample; of the two looks again for null, or the one that is shown already. */
  #choose(number) {
    this.#chosen = number === this.#chosen ? null : number;
    if (!this.#screen) return;
    this.#showSwitched();
    this.#showThoughts(this.#screen);
  }

  /** A click on the line of a sample; one that ends a pan is none. */
  #clicked(event) {
    if (!this.#shown.samples || !event.target.closest(".ev-field")) return;
    const at = { x: event.clientX, y: event.clientY };
    const rects = this.#screen.samples.map(({ box }) => (box ? this.#viewer.screenRect(box) : null));
    const number = nearestOutline(rects, at, CLICK_REACH_PX);
    if (number !== null) this.#choose(number);
  }

  #showCrop(crop) {
    const { crop: figure, "crop-empty": empty, "crop-image": image } = this.#parts;
    figure.hidden = !crop;
    empty.hidden = Boolean(crop);
    if (!crop) {
      image.removeAttribute("src");
      return;
    }
    figure.classList.toggle("whole", !this.#screen.box);
    figure.style.setProperty("--ratio", String(crop.width / crop.height));
    this.#parts["crop-size"].textContent = crop.size;
    image.alt = crop.about;
    if (image.getAttribute("src") !== crop.url) image.src = crop.url;
  }

  #showThoughts({ thoughts, thought_note: note }) {
    const { thought } = this.#parts;
    const sample = this.#chosen === null ? null : this.#screen.samples[this.#chosen];
    const writing = note !== "" && !sample;
    fill.fillThoughts(thought, sample ? [sample] : thoughts, writing);
    this.#parts["thought-note"].textContent = sample ? "a sample" : note;
    // While it is written the end is what is new; when it is done, people read from the beginning.
    thought.scrollTop = writing ? thought.scrollHeight : 0;
    const cut = thought.scrollHeight > thought.clientHeight + 1;
    const open = thought.classList.contains("all");
    this.#parts["show-all"].hidden = writing || !(cut || open);
    if (writing && open) this.#toggleThought();
  }

  #toggleThought() {
    const open = this.#parts.thought.classList.toggle("all");
    const button = this.#parts["show-all"];
    button.textContent = open ? "Show less" : "Show all";
    button.setAttribute("aria-expanded", String(open));
  }

  #tick(seconds) {
    for (const part of this.#parts.grid.querySelectorAll("[data-ticks]")) {
      part.textContent = (Number(part.dataset.ticks) + seconds).toFixed(1);
    }
  }

  #askForMyTurn(waits) {
    clearInterval(this.#waiting);
    this.#waiting = waits ? setInterval(() => this.#trigger("waiting"), ASK_EVERY_MS) : 0;
  }

  #drawLeader() {
    const lines = this.#leader();
    const { leader } = this.#parts;
    if (!lines) {
      leader.replaceChildren();
      return;
    }
    const [[a, b], [d, c]] = lines;
    const drawn = lines.flatMap(([[x1, y1], [x2, y2]]) =>
      ["c", ""].map((kind) => svg("line", { class: kind, x1, y1, x2, y2 })),
    );
    leader.replaceChildren(svg("polygon", { points: [a, b, c, d].map((point) => point.join(",")).join(" ") }), ...drawn);
  }

  #leader() {
    const { box, crop } = this.#screen ?? {};
    if (!box || !crop || !this.#shown.box) return null;
    const rect = (part) => this.#parts[part].getBoundingClientRect();
    return leaderLines({ box: this.#viewer.screenRect(box), crop: rect("crop"), stage: rect("stage"), origin: rect("grid") });
  }
}
