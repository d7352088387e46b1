"""Things to put into a store: a photo, a trace, items, submissions."""

import hashlib
import tempfile
import uuid
from pathlib import Path
from typing import Any

from ergo_demo.geometry import Box, Size, View
from ergo_demo.records import Finish, Generation, Look, ModelInfo, Outcome, Sampling, Token, Trace
from ergo_demo.store.records import Action, Image, Item, Order, Plan, Receipt, Stale, Submission
from ergo_demo.store.store import Store

FRAME = Size(4000, 3000)
SUGGESTED = Box(1000.25, 500.5, 1400.75, 900.0)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def image_of(content: bytes, upload: bytes | None = None, **more: Any) -> Image:
    uploaded = sha256(b"upload of " + content if upload is None else upload)
    return Image(blob_sha256=sha256(content), upload_sha256=uploaded, size=FRAME, **more)


def keep_photo(store: Store, content: bytes, upload: bytes | None = None) -> Image:
    image = image_of(content, upload, name="yard.jpg", licence="CC-BY-4.0")
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(content)
        store.put_image(Path(file.name), image)
    return image


def trace_of(image: Image, **more: Any) -> Trace:
    look = Look(
        View(Box.of(FRAME), Size(560, 420)), Generation((Token("reads\0 ", -0.1, 7),), Finish.STOP), "a thought", 0.25
    )
    return Trace(
        source=FRAME,
        upload_sha256=image.upload_sha256,
        blob_sha256=image.blob_sha256,
        question="What is written on the small sign?",
        model=ModelInfo("ergo-tiny", "abc", "cpu", "float32"),
        sampling=Sampling(),
        coarse_budget_tokens=300,
        zoom_budget_tokens=300,
        outcome=Outcome.ANSWERED,
        version="0.1.0",
        coarse=look,
        box=SUGGESTED,
        answer="EXIT",
        **more,
    )


def item_of(image: Image, id: str, **more: Any) -> Item:
    words: dict[str, Any] = {
        "project": "p",
        "frame": FRAME,
        "question": "What is written there?",
        "suggested": SUGGESTED,
        "coarse": Size(560, 420),
    }
    return Item(id=id, blob_sha256=image.blob_sha256, upload_sha256=image.upload_sha256, **{**words, **more})


def fill(store: Store, items: int = 10, plan: Plan | None = None, content: bytes = b"a photo") -> Image:
    image = keep_photo(store, content)
    store.add_project("p", "Signs", plan or Plan(order=Order.FILE, random_share=0))
    store.add_items([item_of(image, f"i{number}", position=number) for number in range(items)])
    return image


def submission_of(item: str = "i0", **more: Any) -> Submission:
    words: dict[str, Any] = {"base": 0, "action": Action.EDIT, "boxes": (Box(1010, 500, 1400, 910),)}
    return Submission(client_id=uuid.uuid4().hex, item=item, **{**words, **more})


def receipt(answer: Receipt | Stale) -> Receipt:
    assert isinstance(answer, Receipt), answer
    return answer


def stale(answer: Receipt | Stale) -> Stale:
    assert isinstance(answer, Stale), answer
    return answer
