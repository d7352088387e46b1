"""Scenes that the model has looked at, in a real store, where the oracle's decisions become annotations like any."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal, TypeAlias

import numpy as np

from ergo_demo.annotation.importing import Terms, add_run, item_id
from ergo_demo.asking import RunSettings
from ergo_demo.bench.corrections_looks import taught
from ergo_demo.bench.corrections_person import Asked, Decision, Person, decide
from ergo_demo.bench.scenes_items import Stream, draw, items, photo_of
from ergo_demo.bench.scenes_run import Say
from ergo_demo.engines import Engine
from ergo_demo.exports.exporting import Exported, Request, export
from ergo_demo.exports.formats import format_named
from ergo_demo.exports.said import Rules
from ergo_demo.geometry import Box
from ergo_demo.imaging import Door
from ergo_demo.pipeline import ask
from ergo_demo.records import Trace, from_json, to_json
from ergo_demo.scenes import TYPES, Question, Scene
from ergo_demo.scoring import answer_matches
from ergo_demo.store.records import Action, Effort, Plan, Reason, Receipt, Submission
from ergo_demo.store.records import Order as WorkOrder
from ergo_demo.store.store import Store
from ergo_demo.uncertainty.ordering import by_uncertainty

MOST_OTHERS = 6

RANDOM_SHARE = 0.2
"""Of the order by uncertainty: drawn at random all the same, as in the product's own worklists (`store.records.Plan`).
"""

Order: TypeAlias = Literal["random", "uncertainty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A scene of the pool: its item in the store, and what only the oracle knows. Boxes in source px."""

    number: int
    item: str
    place: Box
    others: tuple[Box, ...]
    parts: tuple[Box, ...]
    answer: str
    spread: float | None


@dataclass(frozen=True, slots=True)
class Work:
    """What a person did: in which projects, on which items, and how often which action (and the thought put right)."""

    projects: tuple[str, ...]
    items: tuple[str, ...]
    counts: Counter[str]

    def __add__(self, other: "Work") -> "Work":
        return Work(self.projects + other.projects, self.items + other.items, self.counts + other.counts)


@dataclass
class Pool:
    """Scenes of one stream with the model's run of each, in `folder`, whose name is the project's in the store.

    What was asked before is not asked again; another model needs another folder.
    """

    store: Store
    engine: Engine
    settings: RunSettings
    door: Door
    stream: Stream
    folder: Path
    say: Say = lambda _line: None
    _known: list[Known] = field(default_factory=list)

    @property
    def project(self) -> str:
        """Of the store."""
        return self.folder.name

    def fill(self, size: int) -> None:
        """Looks at the first `size` scenes; each becomes an item of the store. Raises EngineError."""
        self.store.add_project(self.project, "Corrections", Plan(order=WorkOrder.FILE, random_share=0))
        file = self.folder / "pool.jsonl"
        self._known = _read(file)
        wanted = list(items(-(-size // len(TYPES))))[:size]
        for number in range(len(self._known), size):
            scene, question = draw(self.stream, wanted[number])
            known = self._look(number, scene, question)
            with file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(to_json(known)) + "\n")
            self._known.append(known)
            if (number + 1) % 50 == 0:
                self.say(f"{number + 1:,} of {size:,} scenes looked at")

    def _look(self, number: int, scene: Scene, question: Question) -> Known:
        with photo_of(scene, self.door) as photo:
            trace = ask(self.engine, photo, question.text, self.settings)
            add_run(self.store, photo, trace, Terms(project=self.project))
            id = item_id(self.project, photo.upload_sha256, question.text)
        assert trace.coarse is not None, "it was answered"
        view = trace.coarse.view
        others = [taught(thing.place, view) for thing in scene.things if thing not in question.subjects]
        parts = [taught(thing.whole, view) for thing in question.subjects] if question.type == "relation" else []
        return Known(
            number=number,
            item=id,
            place=taught(question.place, view),
            others=tuple(others[:MOST_OTHERS]),
            parts=tuple(parts),
            answer=question.answer,
            spread=trace.spread if trace.box is not None else None,
        )

    def decide(self, n: int, order: Order, person: Person, seed: int) -> Work:
        """The first `n` of the pool in this order, decided by the person of this seed and kept."""
        who = self.store.identity(_name(person, seed))
        chosen, counts = self._first(n, order, seed), Counter[str]()
        for known in chosen:
            decision = self._decision(known, person, seed)
            if self.store.newest(known.item, who) is None:
                id = f"{self.project}.{_name(person, seed)}.{known.number}"
                kept = self.store.submit(self._submission(id, known, decision, person), who)
                assert isinstance(kept, Receipt), "nobody else is this person"
            counts.update(decision.counts)
        return Work((self.project,), tuple(known.item for known in chosen), counts)

    def _first(self, n: int, order: Order, seed: int) -> Sequence[Known]:
        if order == "random":
            shuffled = list(self._known)
            Random(seed).shuffle(shuffled)
            return shuffled[:n]
        places = by_uncertainty(
            {known.number: known.spread for known in self._known}, random_share=RANDOM_SHARE, seed=seed
        )
        return [self._known[place.id] for place in places[:n]]

    def _decision(self, known: Known, person: Person, seed: int) -> Decision:
        trace = self._trace(known)
        assert trace.coarse is not None, "it was answered"
        look = trace.coarse
        asked = Asked(trace.box, look.thought, known.place, known.others, look.view, known.parts)
        return decide(person, asked, np.random.default_rng([seed, known.number]))

    def _submission(self, id: str, known: Known, decision: Decision, person: Person) -> Submission:
        tells = person.gives_answers or (person.confirms_answers and self._is_right(known, decision))
        return Submission(
            client_id=id,
            item=known.item,
            base=0,
            action=decision.action,
            boxes=(decision.box,) if decision.box is not None else (),
            reasons=(Reason.WRONG_THING,) if decision.action is Action.REJECT else (),
            thought=decision.thought,
            answer=known.answer if tells else None,
            effort=Effort(active_ms=1000 * person.seconds.of(decision.counts)),
        )

    def _is_right(self, known: Known, decision: Decision) -> bool:
        """Whether box and answer are both as they should be."""
        return decision.action is Action.ACCEPT and answer_matches(self._trace(known).answer, known.answer)

    def _trace(self, known: Known) -> Trace:
        item = self.store.item(known.item)
        assert item is not None, "the pool was filled"
        trace = self.store.trace(item.trace or "")
        assert trace is not None, "it was kept with the item"
        return trace

    def export(self, work: Work, person: Person, seed: int, format: str, out: Path, grid_px: int = 1) -> Exported:
        """What this person decided about these items, by the product's own export. Raises InputError for nothing."""
        who = frozenset({self.store.identity(_name(person, seed))})
        request = Request(
            format=format_named(format),
            projects=work.projects,
            wanted={"item": frozenset(work.items), "annotator": who},
            rules=Rules(grid_px=grid_px),
        )
        return export(self.store, request, out)


def _name(person: Person, seed: int) -> str:
    """Another noise is another person; what decisions cost is not part of who decides."""
    noise = {name: value for name, value in to_json(person).items() if name != "seconds"}
    return hashlib.sha256(json.dumps([noise, seed]).encode()).hexdigest()[:16]


def _read(file: Path) -> list[Known]:
    """What is known; a last line that was cut off by whatever ended the run is removed."""
    if not file.is_file():
        return []
    text = file.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    if whole != text:
        file.write_bytes(whole)
    return [from_json(Known, json.loads(line)) for line in whole.splitlines()]
