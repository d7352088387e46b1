"""The app in a process of its own, a real Chromium, and the few things that a person does on the page."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, ViewportSize, sync_playwright

from tests.browser.server import Order
from tests.photos import pattern, write_png
from tests.space.running import free_port

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
REPOSITORY = Path(__file__).parents[2]

PATIENCE_MS = 120_000
"""How long anything may take before a test gives up: a machine may be busy with something else."""


@dataclass(frozen=True)
class Serving:
    """The running page, and where it finds what to answer."""

    url: str
    orders: Path

    def answer(self, question: str, *replies: str, **more: Any) -> None:
        """From now on, who asks `question` gets these replies; `more` of how: see Order."""
        Order(list(replies), **more).write(self.orders, question)


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with served(tmp_path_factory.mktemp("serving")) as running:
        yield running


@contextmanager
def served(folder: Path, **more: str) -> Iterator[Serving]:
    """The whole app with its files in `folder`; `more`: what else is set for it."""
    orders, examples, port = folder / "orders", folder / "examples", free_port()
    orders.mkdir()
    _write_examples(examples)
    variables = {
        "ERGO_ENGINE": "scripted",
        "ERGO_PORT": str(port),
        "ERGO_PHOTOS": str(folder / "photos"),
        "ERGO_DATA": str(folder / "data"),
        "ERGO_CALLS_PER_MINUTE": "100000",
        "GRADIO_TEMP_DIR": str(folder / "uploads"),
        "HF_HUB_OFFLINE": "1",
        **more,
    }
    command = [sys.executable, "-m", "tests.browser.server", str(orders), str(examples)]
    log = folder / "log.txt"
    with (
        log.open("wb") as written,
        subprocess.Popen(
            command, cwd=REPOSITORY, env={**os.environ, **variables}, stdout=written, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}", process, log)
            yield Serving(f"http://127.0.0.1:{port}", orders)
        finally:
            process.terminate()


def _wait_until_it_answers(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    transport = httpx.HTTPTransport(retries=0)
    with httpx.Client(transport=transport, trust_env=False, timeout=120) as client:
        while process.poll() is None:
            try:
                client.get(url)
                return
            except httpx.ConnectError:
                try:
                    process.wait(0.2)
                except subprocess.TimeoutExpired:
                    continue
    raise AssertionError(f"The app ended:\n{log.read_text(errors='replace')[-4_000:]}")


def _write_examples(folder: Path) -> None:
    folder.mkdir()
    write_png(folder / "first.png", pattern(1400, 1000))
    write_png(folder / "second.png", pattern(1000, 1400))
    rows = [
        f'{{"image": "{name}.png", "question": "What is in the {name} scene?", "licence": "Drawn for this test"}}'
        for name in ("first", "second")
    ]
    (folder / "examples.json").write_text(f"[{', '.join(rows)}]", "utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


class AskPage:
    """A visitor's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.question = page.get_by_role("textbox", name="Question")
        self.run = page.locator("#e-run")
        self.stop = page.locator("#e-stop")

    def part(self, name: str) -> Locator:
        """A part of the component's shell."""
        return self.page.locator(f'[data-part="{name}"]')

    def wait_for(self, phase: str) -> None:
        """Returns when the page is in this phase (see present.Phase)."""
        self.page.locator(f'[data-phase="{phase}"]').wait_for()

    def upload(self, path: Path) -> None:
        """Chooses a file and waits until it is on the page, instead of the photo before."""
        before = self.tiles()
        self.part("file").set_input_files(path)
        self.page.wait_for_function(
            "(before) => ![undefined, before].includes(document.querySelector('[data-part=stage]').dataset.photo)",
            arg=before,
        )
        self.wait_for("ready")

    def tiles(self) -> str:
        """The address of the photo's tiles; "" when there is none."""
        return self.part("stage").get_attribute("data-photo") or ""

    def ask(self, question: str) -> None:
        """Types a question, presses Enter and waits for the end of the run."""
        self.question.fill(question)
        self.question.press("Enter")
        self.page.wait_for_function(
            """(question) => {
                 const row = document.querySelector("[data-again][aria-current] b");
                 return document.querySelector("[data-phase=finished]") && row?.textContent === question;
               }""",
            arg=question[:200],
        )

    def trace(self) -> Any:
        """The trace as it is downloaded."""
        return self.fetch("trace.json").json()

    def fetch(self, name: str) -> Any:
        """One of the downloads of the run that is shown."""
        link = self.part("download-list").locator(f'a[download$="{name}"]')
        return self.page.request.get(link.evaluate("(link) => link.href"), timeout=PATIENCE_MS)


@pytest.fixture
def visit(browser: Browser, serving: Serving) -> Iterator[Callable[..., AskPage]]:
    """Opens pages of visitors who share nothing. Afterwards: no dialog, no complaint, no request to anywhere else."""
    with visiting(browser, serving) as open_page:
        yield open_page


@contextmanager
def visiting(browser: Browser, serving: Serving) -> Iterator[Callable[..., AskPage]]:
    """What `visit` gives to a test, for a fixture that several tests share."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def refuse(dialog: Dialog) -> None:
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open_page(viewport: ViewportSize = DESK, theme: str = "light", **options: Any) -> AskPage:
        context = browser.new_context(viewport=viewport, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("dialog", refuse)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda asked: None if _ours(asked.url) else complaints.append(f"request: {asked.url}"))
        page.goto(f"{serving.url}?__theme={theme}")
        shown = AskPage(page)
        shown.wait_for("idle")
        return shown

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _ours(url: str) -> bool:
    return re.match(r"(http://127\.0\.0\.1:|data:|blob:)", url) is not None


@pytest.fixture
def visitor(visit: Callable[..., AskPage]) -> AskPage:
    """One visitor on a desk screen."""
    return visit()


@pytest.fixture(scope="session")
def photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PNG of 1,600 x 1,200 px in which every place looks different."""
    return write_png(tmp_path_factory.mktemp("files") / "harbour.png", pattern(1600, 1200))


@pytest.fixture(scope="module")
def decided(serving: Serving, photo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A project in which three items were decided, one of them skipped."""
    rows = tmp_path_factory.mktemp("rows") / "questions.jsonl"
    asked = [
        {"image": str(photo_file), "question": f"<b>What</b> is at {n}?", "box": [90, 60, 400, 300]} for n in range(3)
    ]
    rows.write_text("\n".join(map(json.dumps, asked)), "utf-8")
    command = [sys.executable, "-m", "ergo_demo", "import", "--project", "Written", "--order", "file", str(rows)]
    variables = {**os.environ, "ERGO_DATA": str(serving.orders.parent / "data")}
    subprocess.run(command, cwd=REPOSITORY, env=variables, check=True, capture_output=True)
    with httpx.Client(base_url=serving.url, trust_env=False, timeout=60) as owner:
        for number, action in enumerate(("redraw", "redraw", "skip")):
            item = owner.post("/annotate/take", json={"project": "written"}).json()["item"]["id"]
            boxes = [] if action == "skip" else [[500, 400, 800, 700]]
            sent = {"client_id": f"{number:032x}", "item": item, "base_version": 0, "action": action, "boxes": boxes}
            assert owner.post("/annotate/submit", json=sent).status_code == 200
