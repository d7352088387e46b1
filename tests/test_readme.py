"""The README says what is there: its tree, its settings, its commands, the Space's pins, the reply's keys."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ergo_demo.replies import Reply
from ergo_demo.settings import Settings

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")
TREE = re.search(r"## What is where\n\n```\n(.*?)```", TEXT, re.DOTALL)


def tree_paths() -> list[str]:
    """The paths that the tree names, one line each, nested by indentation."""
    assert TREE is not None
    paths, parents = [], [""] * 8
    for line in TREE.group(1).splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2
        parents[depth] = name
        paths.append("".join(parents[: depth + 1]))
    return paths


def test_the_tree_names_what_exists_and_every_part_of_the_package() -> None:
    paths = tree_paths()
    assert [path for path in paths if not (ROOT / path).exists()] == []
    parts = {
        path.name for path in (ROOT / "ergo_demo").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    named = {path.split("/")[1] for path in paths if path.startswith("ergo_demo/") and path != "ergo_demo/"}
    assert parts - {"__init__.py"} == named


def test_every_setting_is_in_the_table() -> None:
    named = set(re.findall(r"`ERGO_([A-Z_]+)`", TEXT))
    assert named == {name.upper() for name in Settings.__dataclass_fields__}


def test_the_space_runs_what_is_pinned() -> None:
    requirements = (ROOT / "requirements.txt").read_text("utf-8")
    front = dict(re.findall(r"^(\w+): (.+)$", TEXT.split("---")[1], re.MULTILINE))
    assert f"gradio=={front['sdk_version']}" in requirements
    assert front["python_version"].strip('"') == "3.12"
    assert (ROOT / front["app_file"]).is_file()


def test_the_question_that_is_shown_gets_the_reply_that_is_shown() -> None:
    command = re.search(r"^python -m ergo_demo (ask .* --json)$", TEXT, re.MULTILINE)
    shown = re.search(r'```json\n(\{"outcome".*?\})\n```', TEXT, re.DOTALL)
    assert command is not None
    assert shown is not None
    ran = subprocess.run(
        [sys.executable, "-m", "ergo_demo", *shlex.split(command.group(1)), "--model", "assets/models/ergo-tiny"],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip
    expected, got = json.loads(shown.group(1)), json.loads(ran.stdout)
    assert list(expected) == list(got) == list(Reply.__annotations__)
    assert list(expected.pop("seconds")) == list(got.pop("seconds"))
    assert expected == got


@pytest.mark.parametrize("command", sorted(set(re.findall(r"python -m ergo_demo (\w+)", TEXT))))
def test_every_command_has_help(command: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "ergo_demo", command, "--help"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "usage: python -m ergo_demo" in ran.stdout


def test_links_within_the_project_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
