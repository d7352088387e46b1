"""The app on a stand-in for ZeroGPU: both looks run in a forked process; what fails there is said in plain words."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from gradio.exceptions import Error as GradioError
from gradio_client import Client, handle_file  # type: ignore[import-untyped]
from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

from ergo_demo.asking import run_settings
from ergo_demo.engines.scripted import ScriptedEngine
from ergo_demo.errors import EngineUnavailable, OutOfMemory
from ergo_demo.events import Finished
from ergo_demo.geometry import Box
from ergo_demo.imaging import Door, Photo
from ergo_demo.records import Outcome
from ergo_demo.settings import Settings
from ergo_demo.ui import gpu
from tests.photos import pattern, write_png
from tests.space.running import RunningApp, running_app
from tests.space.zero_gpu import FakeScheduler


@pytest.fixture(scope="module")
def scheduler() -> Iterator[FakeScheduler]:
    with FakeScheduler() as fake:
        yield fake


@pytest.fixture(scope="module")
def app(scheduler: FakeScheduler, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    folder = tmp_path_factory.mktemp("zero-gpu")
    with running_app(folder, **scheduler.environment(folder)) as running:
        yield running


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_png(tmp_path / "photo.png", pattern(640, 480))


def test_a_run_streams_from_a_process_that_was_lent(app: RunningApp, scheduler: FakeScheduler, photo: Path) -> None:
    client = Client(app.url, verbose=False)
    for _ in range(2):
        job = client.submit(handle_file(photo), "What is it?", api_name="/ask")
        assert job.result()["answer"] == "scripted"
        assert job.outputs()[0]["stage"] == "coarse"
    assert len(scheduler.asked_for("/startup-report")) == 1
    assert len(scheduler.asked_for("/schedule")) == len(scheduler.asked_for("/release")) == 2
    workers = {call["pid"][0] for call in scheduler.asked_for("/allow")}
    assert workers
    assert str(app.pid) not in workers
    # Twice 320 vision tokens and replies of up to 1,024, as gpu.seconds_needed counts; times what the GPU is worth.
    assert 10 <= int(scheduler.asked_for("/schedule")[0]["durationSeconds"][0]) <= 60
    assert not list(app.photos.glob("*/source.*")), "nothing of a program's photo is kept"


def test_a_used_up_share_is_said_in_plain_words(app: RunningApp, scheduler: FakeScheduler, photo: Path) -> None:
    scheduler.out_of_quota = True
    try:
        with pytest.raises(AppError, match=r"GPU time is used up for now\. Try again later, sign in"):
            Client(app.url, verbose=False).predict(handle_file(photo), "What is it?", api_name="/ask")
    finally:
        scheduler.out_of_quota = False


# What crosses the border, without a process ---------------------------------------------------------------------------


class Lent:
    """`spaces.GPU` as it is on ZeroGPU, as far as this process can tell: another function than the one wrapped."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def __call__(self, *, duration: object) -> object:
        def decorate(function: object) -> object:
            def lent(*arguments: object) -> object:
                if self.error is not None:
                    raise self.error
                yield from function(*arguments)  # type: ignore[operator]

            return lent

        return decorate


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> Lent:
    fake = Lent()
    monkeypatch.setattr("spaces.GPU", fake)
    return fake


@pytest.fixture
def opened(tmp_path: Path, photo: Path) -> Iterator[Photo]:
    with Door(tmp_path / "photos") as door:
        yield door.open_upright(photo)


CHOSEN = run_settings(ScriptedEngine().info, Settings())


@pytest.mark.usefixtures("lent")
def test_a_stop_crosses_as_a_file_and_leaves_a_trace(opened: Photo) -> None:
    look = gpu.make_look(ScriptedEngine())
    *_, last = look(opened, "What is it?", CHOSEN, lambda: True)
    assert isinstance(last, Finished)
    assert last.trace.outcome is Outcome.CANCELLED


@pytest.mark.usefixtures("lent")
def test_a_typed_error_crosses_with_its_words(opened: Photo) -> None:
    def fails(_picture: object, _turn: int) -> str:
        raise OutOfMemory("Too little memory.", remedy="Lower the budgets.")

    look = gpu.make_look(ScriptedEngine(fails))
    with pytest.raises(OutOfMemory, match="Lower the budgets"):
        list(look(opened, "What is it?", CHOSEN, lambda: False))


@pytest.mark.usefixtures("lent")
def test_a_what_if_crosses_with_its_answer_and_its_errors(opened: Photo) -> None:
    def fails(_picture: object, _turn: int) -> str:
        raise OutOfMemory("Too little memory.", remedy="Lower the budgets.")

    box = Box(10, 10, 200, 200)
    again = gpu.make_again(ScriptedEngine())
    assert again(opened, "What is it?", None, box, CHOSEN, lambda: False) == "scripted"
    with pytest.raises(OutOfMemory, match="Lower the budgets"):
        gpu.make_again(ScriptedEngine(fails))(opened, "What is it?", None, box, CHOSEN, lambda: False)


@pytest.mark.parametrize(
    ("title", "message", "words"),
    [
        ("ZeroGPU quota exceeded", "Space app has reached its GPU limit. Try re-running outside", "used up for now"),
        ("ZeroGPU illegal duration", "larger than the maximum allowed", "Lower the budgets"),
        ("ZeroGPU queue timeout", "No GPU was available after 60s", "No GPU was free"),
        ("ZeroGPU worker error", "GPU task aborted", "taken back before the answer was complete"),
        ("ZeroGPU worker error", "KeyError", "The GPU process failed: "),
    ],
)
def test_errors_of_zero_gpu_are_put_into_plain_words(
    lent: Lent, opened: Photo, title: str, message: str, words: str
) -> None:
    lent.error = GradioError(message, title=title)
    look = gpu.make_look(ScriptedEngine())
    with pytest.raises(EngineUnavailable, match=words):
        list(look(opened, "What is it?", CHOSEN, lambda: False))


def test_the_time_that_is_asked_for_grows_with_the_work_and_stays_small(opened: Photo) -> None:
    def seconds(budget_tokens: int, words: int) -> int:
        sampling = replace(CHOSEN.sampling, max_new_tokens=words)
        chosen = replace(
            CHOSEN, sampling=sampling, coarse_budget_tokens=budget_tokens, zoom_budget_tokens=budget_tokens
        )
        return gpu.seconds_needed(opened, "", chosen, Path())

    assert seconds(320, 64) < seconds(1_280, 1_024) < 45
    assert seconds(16_384, 4_096) < 75


def test_off_zero_gpu_the_model_runs_in_this_process(opened: Photo) -> None:
    look = gpu.make_look(ScriptedEngine())
    events = look(opened, "What is it?", CHOSEN, lambda: False)
    next(events)
    events.close()
    *_, last = look(opened, "What is it?", CHOSEN, lambda: False)
    assert isinstance(last, Finished)
    assert last.trace.answer == "scripted"
