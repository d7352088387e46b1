"""A store with real photos and what people decided about them: one decision of every kind, or many alike."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ergo_demo.geometry import Box, Size, view_of
from ergo_demo.imaging import encode_jpeg
from ergo_demo.records import Finish, Generation, Look, ModelInfo, Outcome, Sample, Sampling, Token, Trace
from ergo_demo.store.records import (
    Action,
    Effect,
    Effort,
    Image,
    Item,
    Order,
    Plan,
    Reason,
    Receipt,
    Submission,
    WhatIf,
)
from ergo_demo.store.store import Store
from tests.photos import pattern

SIZE = Size(900, 600)
SMALL = Size(196, 140)
BUDGET = 64
SUGGESTED = Box(90, 60, 270, 240)
CORRECTED = Box(300, 200, 480, 330)
NEAR = Box(310, 205, 480, 330)
FAR = Box(600, 400, 850, 590)


@dataclass(frozen=True)
class Shop:
    """Puts photos, traces, items and decisions into a store; everything it makes is the same each time."""

    store: Store
    folder: Path

    def photo(self, number: int, size: Size = SIZE, *, signed: bool = False, **more: Any) -> Image:
        """`signed`: no other number has the same photo; else every 28th of the small ones is the same."""
        pixels = np.roll(pattern(size.width, size.height), 7 * number, axis=1)
        if signed:
            bits = np.unpackbits(np.frombuffer(number.to_bytes(2), np.uint8))
            pixels[:8, :128] = np.repeat(255 * bits, 8)[:, None]
        content = encode_jpeg(pixels)
        file = self.folder / f"photo{number}.jpg"
        file.write_bytes(content)
        image = Image(
            blob_sha256=hashlib.sha256(content).hexdigest(),
            upload_sha256=hashlib.sha256(b"upload" + content).hexdigest(),
            size=size,
            name="yard.jpg",
            **{"licence": "CC-BY-4.0", **more},
        )
        self.store.put_image(file, image)
        return image

    def trace(self, image: Image, id: str, **more: Any) -> Trace:
        words: dict[str, Any] = {
            "box": SUGGESTED,
            "answer": "ENTER",
            "samples": (
                sample(NEAR, "It hangs in the middle."),
                sample(FAR, "It stands at the right."),
                sample(SUGGESTED, "Upper left."),
            ),
            "spread": 0.5,
            "coarse": coarse_look(image.size, "It is in the upper left."),
        }
        return Trace(
            id=id,
            created="2026-11-21T10:00:00.000+00:00",
            source=image.size,
            upload_sha256=image.upload_sha256,
            blob_sha256=image.blob_sha256,
            question="What is written on the small sign?",
            model=ModelInfo("ergo-tiny", "abc", "cpu", "float32"),
            sampling=Sampling(),
            sampled=Sampling(temperature=1.0),
            coarse_budget_tokens=BUDGET,
            zoom_budget_tokens=BUDGET,
            outcome=Outcome.ANSWERED,
            version="0.1.0",
            **{**words, **more},
        )

    def project(self) -> None:
        self.store.add_project("p", "Signs", Plan(order=Order.FILE, random_share=0))

    def item(self, image: Image, id: str, *, trace: dict[str, Any] | None = None, **more: Any) -> Item:
        """`trace`: what differs in the model's run; {"none": True} for no run at all."""
        run = None if trace and "none" in trace else self.trace(image, f"trace-{id}", **(trace or {}))
        if run is not None:
            self.store.put_trace(run)
        words: dict[str, Any] = {
            "question": "What is written on the small sign?",
            "suggested": SUGGESTED,
            "trace": run and run.id,
            "coarse": run and run.coarse and run.coarse.view.size,
        }
        item = Item(
            id=id,
            project="p",
            blob_sha256=image.blob_sha256,
            upload_sha256=image.upload_sha256,
            frame=image.size,
            **{**words, **more},
        )
        self.store.add_items([item])
        return item

    def decide(self, item: str, action: Action = Action.EDIT, by: str = "ada", **more: Any) -> None:
        words: dict[str, Any] = {
            "boxes": (CORRECTED,) if action in (Action.EDIT, Action.REDRAW) else (),
            "effort": Effort(active_ms=6000.0),
            "reasons": (Reason.WRONG_THING,) if action is Action.REJECT else (),
        }
        number = hashlib.sha256(f"{item} {by}".encode()).hexdigest()[:16]
        words |= {"client_id": number, "base": 0}
        submission = Submission(item=item, action=action, **{**words, **more})
        assert isinstance(self.store.submit(submission, self.store.identity(by)), Receipt)


def sample(box: Box, thought: str) -> Sample:
    return Sample(f"<think>{thought}</think>", Finish.STOP, thought, box)


def everything(shop: Shop) -> None:
    """One decision of every kind, on photos of their own."""
    shop.project()
    answered = WhatIf(model="ENTER", corrected="EXIT", right="EXIT", effect=Effect.WRONG_TO_RIGHT)
    preferred = WhatIf(model="ENTER", corrected="EXIT", preferred="b", shown=("model", "corrected"))
    still_wrong = WhatIf(model="ENTER", corrected="EXIST", right="EXIT")
    lone = {"samples": ()}
    decisions: list[tuple[str, Action, dict[str, Any], dict[str, Any]]] = [
        ("a-edit", Action.EDIT, {}, {"what_if": answered}),
        ("b-thought", Action.EDIT, {}, {"thought": "It hangs in the middle, by the door.", "what_if": still_wrong}),
        ("c-lone", Action.REDRAW, {"trace": lone}, {"boxes": (CORRECTED, Box(500, 350, 560, 400))}),
        ("d-accept", Action.ACCEPT, {}, {"what_if": preferred}),
        ("e-full", Action.FULL_IMAGE, {}, {"answer": "EXIT"}),
        ("f-reject", Action.REJECT, {}, {}),
        ("g-skip", Action.SKIP, {}, {}),
        ("h-near", Action.EDIT, {"trace": lone}, {"boxes": (Box(95, 60, 275, 240),)}),
        ("i-same", Action.EDIT, {"trace": lone}, {"boxes": (Box(90.1, 60, 270.1, 240),)}),
        ("j-unasked", Action.REDRAW, {"trace": {"none": True}, "suggested": None}, {}),
        ("k-hopeless", Action.REJECT, {}, {"reasons": (Reason.UNANSWERABLE,)}),
    ]
    for number, (id, action, about, said) in enumerate(decisions):
        image = shop.photo(number)
        shop.item(image, id, consent_publish=number % 2 == 0, **about)
        shop.decide(id, action, **{"consent_publish": id != "c-lone", **said})
    shop.item(shop.photo(50), "l-twice", wanted=2)
    shop.decide("l-twice", by="ada")
    shop.decide("l-twice", by="bo", boxes=(NEAR,))


def many(shop: Shop, count: int, answer: str | None = None, larger: Size | None = None) -> None:
    """`count` edited items on a fourth as many photos. `answer`: what every other one is answered. `larger`: of every
    tenth photo; then no two photos are the same."""
    shop.project()
    small = {"box": Box(10, 10, 50, 50), "samples": (), "coarse": None}
    for number in range(count):
        if number % 4 == 0:
            size = larger if larger and number % 40 == 0 else SMALL
            image = shop.photo(number, size, signed=larger is not None)
        shop.item(image, f"m{number:06}", trace=small, suggested=Box(10, 10, 50, 50))
        shop.decide(f"m{number:06}", boxes=(Box(60, 60, 120, 110),), answer=None if number % 2 else answer)


def without(trace: Trace, **more: Any) -> Trace:
    return replace(trace, **more)


def coarse_look(size: Size, thought: str) -> Look:
    view = view_of(Box.of(size), BUDGET)
    return Look(view, Generation((Token("reply", -0.1, 1),), Finish.STOP), thought, seconds=0.25)
