/**
 * The Annotate tab in the browser: one item after the other, decided with keys, kept before anything else happens.
 *
 * It talks to the plain routes below /annotate (server.js) and to nothing of Gradio's. What must outlive this page is
 * the desk's (desk.js). Loaded by component.py with a dynamic import; `mount` is its only way in.
 */
import { createEditor } from "../box_editor/editor.js";
import * as editing from "../box_editor/editing.js";
import { Conflict } from "./conflict.js";
import * as decide from "./decision.js";
import { Desk } from "./desk.js";
import { Effort } from "./effort.js";
import * as head from "./head.js";
import { offerKeys } from "./key_choice.js";
import { Keys } from "./keyboard.js";
import * as notes from "./notes.js";
import { editorItem, fromDraft, submission } from "./opening.js";
import { Outcome } from "./outcome.js";
import { Panel } from "./panel.js";
import { Past } from "./past.js";
import { preload } from "./preload.js";
import { Progress } from "./progress.js";
import { Projects } from "./projects.js";
import { WhatIf } from "./whatif.js";

let desk = null;

/** Fills the shell in `element`. */
export function mount(element) {
  desk ??= new Desk();
  desk.view = new AnnotateView(element, desk);
  desk.view.begin();
}

class AnnotateView {
  #parts;
  #desk;
  #editor;
  #keys;
  #panel;
  #projects;
  #whatIf;
  #past;
  #progress;
  #conflict;
  /** What becomes of decisions, for the desk to tell. */
  outcome;
  #item = null;
  #decision = decide.undecided();
  #effort = new Effort();
  #opening = 0; // rises with each item that is asked for: an answer that was overtaken is dropped

  constructor(element, shared) {
    const parts = Object.fromEntries([...element.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.#parts = parts;
    this.#desk = shared;
    this.#past = new Past(shared.server);
    this.#progress = new Progress(shared, parts.session, () => this.#fillHead());
    this.#keys = new Keys(parts, this.#forKeys());
    this.#projects = new Projects(parts, shared.storage, (id) => this.#start(id));
    this.#conflict = new Conflict(parts, shared.unsettled, { settled: (how, entry) => this.#settled(how, entry) });
    this.outcome = new Outcome(parts.receipt, shared, this.#projects, this.#progress, this.#conflict);
    this.#whatIf = new WhatIf(parts, shared.server, () => this.#focus());
    this.#panel = new Panel(parts, {
      does: (id) => this.#pressed(id),
      decided: (change) => this.#decide({ ...this.#decision, ...change }),
    });
    this.#editor = createEditor(parts.stage, this.#forEditor());
    parts.edges.append(this.#editor.fields.element);
    offerKeys(parts, shared.storage, () => location.reload());
    parts.root.addEventListener("pointerdown", (event) => this.#effort.note(event.pointerType), true);
    parts.root.addEventListener("keydown", (event) => this.#effort.key(event), true);
  }

  /** Whether anybody can see it: leases are kept only then. */
  get visible() {
    const { root } = this.#parts;
    return root.isConnected && !document.hidden && root.offsetParent !== null;
  }

  /** Asks for the projects and opens an item of one; goes on where a page before this one was. */
  async begin() {
    this.#desk.outbox.flush();
    this.#conflict.show();
    try {
      const { projects, you, what_if: reads } = await this.#desk.server.projects();
      this.#whatIf.offered(reads);
      const id = this.#projects.fill(projects, this.#desk.project);
      if (id === null) this.#note(notes.noProject(you.role));
      else await this.#start(id);
    } catch (error) {
      this.#note(notes.failed(error, () => this.begin()));
    }
  }

  /** The leases were, or were found to have run out. */
  renewed() { this.#fillHead(); }

  /** Fetches what the first view of an item shows. */
  preload(item) {
    const { width, height } = this.#parts.stage.querySelector(".ev-field").getBoundingClientRect();
    preload(item, { width, height });
  }

  async #start(project) {
    const same = project === this.#desk.project;
    this.#desk.project = project;
    this.#projects.show(project);
    if (!same) {
      this.#desk.worklist.begin(project);
      this.#desk.working = null;
    }
    await this.#progress.count();
    await this.#worklistAgain();
  }

  async #next() {
    const mine = (this.#opening += 1);
    this.#past.leave();
    if (!this.#desk.worklist.ready) head.showPhase(this.#parts, "loading");
    try {
      const item = await this.#desk.worklist.next();
      this.#desk.working = item;
      if (mine !== this.#opening) return;
      if (item) this.#open(item);
      else this.#note(notes.finished(this.#progress, this.#desk.worklist.left ?? 0, () => this.#lookForMore()));
    } catch (error) {
      if (mine === this.#opening) this.#note(notes.failed(error, () => this.#next()));
    }
  }

  async #lookForMore() {
    this.#desk.worklist.again();
    await this.#start(this.#desk.project);
  }

  #open(item) {
    this.#item = item;
    head.showPhase(this.#parts, "open");
    const beginning = editing.begin(editorItem(item));
    const left = this.#desk.recall(item.id) ?? fromDraft(beginning, this.#desk.drafts.newest(item.id, item.draft));
    this.#decision = left?.decision ?? decide.undecided();
    this.#effort = new Effort();
    this.#panel.open(item);
    this.#whatIf.open(item, this.#decision.answer);
    this.#editor.open(editorItem(item), left?.edit ?? beginning);
    this.#parts.later.hidden = !this.#past.open;
    this.#fillHead();
    this.#show();
    this.#takeFocus();
  }

  #fillHead() {
    if (this.#item) head.fillHead(this.#parts, this.#item, this.#progress, this.#past.open?.saved_at ?? "");
  }

  /** The keys work at once, unless somebody is elsewhere with the keyboard. */
  #takeFocus() {
    const at = document.activeElement;
    if (at === document.body || this.#parts.side.contains(at) || !at.matches(":focus-visible")) this.#focus();
  }

  #focus() {
    this.#parts.stage.focus({ preventScroll: true });
  }

  #forEditor() {
    return {
      onChange: (edit) => this.#changed(edit.boxes),
      onShown: (boxes) => this.#whatIf.shown(boxes),
      onReady: () => this.#show(),
      means: (row) => this.#keys.means(row),
      acts: (row) => this.#keys.acts(row),
    };
  }

  #decide(decision) {
    this.#decision = decision;
    this.#whatIf.rightIs(decision.answer);
    this.#changed(this.#editor.state.boxes);
  }

  /** Kept before anything else can go wrong: on this device, and a moment later on the server. */
  #changed(boxes) {
    const edit = this.#editor.state;
    this.#desk.remember(this.#item.id, { edit, decision: this.#decision });
    this.#desk.drafts.keep(this.#item.id, decide.draftOf(this.#action, this.#decision, edit));
    this.#whatIf.changed(boxes.map(({ box }) => box));
    this.#show();
  }

  get #action() { return decide.actionOf(this.#decision, this.#editor.state); }
  get #button() { return decide.buttonOf(this.#decision, this.#editor.state, this.#editor.ready); }

  #show() {
    if (!this.#item || !this.#editor.state) return;
    this.#panel.show(this.#decision, this.#button, this.#item.proposal?.thought ?? "");
  }

  /** A button of the panel does what its key does, and the keys go on working. */
  #pressed(id) {
    this.#keys.acts({ id });
    this.#focus();
  }

  #forKeys() {
    return {
      open: () => this.#item !== null && this.#parts.root.dataset.phase === "open",
      drawing: () => this.#editor.drawing,
      conflict: () => this.#conflict.open,
      settle: (how) => this.#conflict.settle(how),
      decision: () => this.#decision,
      decide: (decision) => this.#decide(decision),
      enter: () => (this.#button.able ? this.#submit(this.#action) : this.#unable()),
      submit: (action) => this.#submit(action),
      look: (by) => this.#look(by),
      read: () => this.#whatIf.now(this.#editor.state.boxes.map(({ box }) => box)),
      prefer: () => this.#editor.say(this.#whatIf.prefer()),
      field: (name) => this.#type(name),
      focus: () => this.#focus(),
    };
  }

  /** Says what is missing, and leads there. */
  #unable() {
    this.#editor.say(this.#button.words);
    if (decide.lacksWords(this.#decision)) this.#type("text");
  }

  #type(name) {
    if (name === "thought" && this.#parts.thinks.hidden) return;
    if (name === "thought") this.#panel.openThought(true);
    this.#parts[name].focus();
  }

  #submit(action) {
    if (!this.#editor.ready || decide.lacksWords(this.#decision)) return this.#unable();
    const replaces = this.#past.open?.saved_at ?? "";
    const body = submission(this.#item, decide.fieldsOf(action, this.#decision, this.#editor.state), {
      effort: this.#effort.record(this.#editor.counts), whatIf: this.#whatIf.record, session: this.#desk.session,
    });
    this.#whatIf.leave();
    const { number } = this.#progress;
    const { question } = this.#item;
    const note = { number, question, done: decide.doneWords(action), replaces, project: this.#desk.project };
    this.outcome.saving();
    this.#desk.outbox.add(body, note);
    this.#desk.forget(this.#item.id);
    // After a changed decision, back to the item that was open before.
    this.#item = null;
    this.#conflict.show();
    if (replaces && this.#desk.working) this.#worklistAgain();
    else this.#next();
  }

  #worklistAgain() {
    this.#past.leave();
    return this.#desk.working ? this.#open(this.#desk.working) : this.#next();
  }

  async #look(by) {
    const mine = (this.#opening += 1);
    try {
      if (!this.#past.open) await this.#desk.outbox.flush();
      const item = await this.#past.go(by, this.#desk.project);
      if (mine !== this.#opening || item === undefined) return;
      if (item) this.#open(item);
      else this.#worklistAgain();
    } catch (error) {
      this.outcome.waiting(this.#desk.outbox.entries.length, error);
    }
  }

  async #settled(how, entry) {
    this.#focus();
    try {
      if (how === "mine") this.#desk.sendAgain(entry);
      if (how === "look") await this.#lookAgain(entry);
      this.#desk.unsettled.settle(entry);
      if (how !== "look") this.#conflict.show(); // else once that one is decided
    } catch (error) {
      this.outcome.waiting(this.#desk.unsettled.entries.length, error);
      this.#conflict.show();
    }
  }

  /** The item with what came too late, to be saved on top of the newest. */
  async #lookAgain({ body, newest }) {
    const { item } = await this.#desk.server.reopen(body.item);
    this.#desk.drafts.keep(body.item, body);
    this.#past.enter({ item: body.item, saved_at: newest.saved_at });
    this.#open(item);
  }

  #note(words) {
    this.#item = null;
    head.fillNote(this.#parts.note, words);
    head.showPhase(this.#parts, "note");
  }
}
