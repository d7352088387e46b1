"""The command line and `ergo_demo.ask`, run as a program runs them, with the scripted engine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import ergo_demo
from ergo_demo.engines.scripted import ScriptedEngine
from ergo_demo.errors import ImageUnreadable, QuestionEmpty, SettingInvalid
from ergo_demo.settings import Settings
from tests.photos import pattern, write_png

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_png(tmp_path_factory.mktemp("images") / "pattern.png", pattern(1200, 900))


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ergo_demo", *arguments], capture_output=True, text=True, cwd=ROOT, check=False
    )


def test_ask_prints_one_json_object_and_python_returns_the_same(image: Path) -> None:
    ran = command("ask", str(image), "What is it?", "--json", "--engine", "scripted")
    assert ran.returncode == 0, ran.stderr
    printed = json.loads(ran.stdout)
    returned = ergo_demo.ask(image, "What is it?", engine="scripted")
    for timing in (printed, dict(returned)):
        timing.pop("seconds")
    assert printed == {key: value for key, value in returned.items() if key != "seconds"}
    assert printed["answer"] == "scripted"
    assert printed["box"] == pytest.approx([300, 225, 900, 675], abs=30)
    assert printed["tokens"]["total"] == printed["tokens"]["coarse"] + printed["tokens"]["zoom"]
    assert image.exists()


def test_ask_speaks_to_a_person(image: Path) -> None:
    ran = command("ask", str(image), "What is it?", "--engine", "scripted")
    assert ran.stdout.startswith("scripted\n  outcome answered, read at ")
    assert "<think>This reply was written in advance" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["ask", "nowhere.png", "What?"], "nowhere.png", id="no such file"),
        pytest.param(["ask", "README.md", "What?"], "not a photo that can be opened", id="not a photo"),
        pytest.param(["ask", "nowhere.png", " "], "There is no question", id="no question"),
        pytest.param(["ask", "nowhere.png", "What?", "--seed", "x"], "seed is 'x'", id="wrong setting"),
    ],
)
def test_bad_input_is_named_with_its_remedy_and_no_traceback(arguments: list[str], words: str) -> None:
    ran = command(*arguments, "--engine", "scripted")
    assert ran.returncode == 2
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""


def test_ask_raises_typed_errors(image: Path) -> None:
    with pytest.raises(SettingInvalid, match="no setting 'budget'"):
        ergo_demo.ask(image, "What?", budget=3)
    with pytest.raises(QuestionEmpty):
        ergo_demo.ask(image, "", engine="scripted")
    with pytest.raises(ImageUnreadable):
        ergo_demo.ask(ROOT / "README.md", "What?", engine="scripted")


def test_another_seed_needs_no_other_engine(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    def opening(settings: Settings, **_options: object) -> ScriptedEngine:
        opened.append(settings)
        return ScriptedEngine()

    monkeypatch.setattr("ergo_demo.command.open_engine", opening)
    for seed in (1, 2):
        ergo_demo.ask(image, "What?", engine="scripted", model="another", seed=seed)
    assert len(opened) == 1
