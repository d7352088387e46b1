"""The house rules that a machine can read: who imports whom, what stays where, imports that do nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ergo_demo"

LAYERS = [
    {"errors", "geometry", "records", "replies", "settings", "protocol"},
    {"uncertainty", "scoring", "scenes", "imaging", "overlay"},
    {"engines", "store"},
    {"asking", "events", "pipeline", "what_if"},
    {"annotation", "batch", "command", "exports", "training"},
    {"bench"},
    {"ui"},
    {"__init__", "__main__"},
]
"""A module imports from its own layer and those above it in this list, never from below."""

OWNERS = {
    "torch": ("engines/local", "training/"),
    "transformers": ("engines/local", "training/", "exports/processor"),
    "openai": ("engines/remote",),
    "huggingface_hub": ("engines/local_hub", "exports/hub/"),
    "gradio": ("ui/",),
    "spaces": ("ui/",),
    "pyvips": ("imaging/",),
    "sqlalchemy": ("store/",),
    "alembic": ("store/",),
    "psycopg": ("store/",),
    "trl": ("training/", "exports/"),
    "peft": ("training/",),
    "datasets": ("training/", "exports/"),
    "pyarrow": ("exports/", "annotation/parquet"),
    "pycocotools": ("exports/",),
    "supervision": ("exports/",),
}
"""Which part of the package may import a library that shapes what imports it."""

FILES = sorted(PACKAGE.rglob("*.py"))


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def layer_of(part: str) -> int:
    return next(level for level, parts in enumerate(LAYERS) if part in parts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_points_up(path: Path) -> None:
    parts = {name.split(".")[1] for name in imports_of(path) if name.startswith("ergo_demo.")}
    up = sorted(part for part in parts if layer_of(part) > layer_of(part_of(path)))
    assert not up, f"{path.relative_to(ROOT)} imports {up} from a higher layer"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_stay_where_they_belong(path: Path) -> None:
    where = path.relative_to(PACKAGE).as_posix()
    for name in imports_of(path):
        owners = OWNERS.get(name.split(".")[0])
        assert owners is None or where.startswith(owners), f"{where} imports {name}, which belongs to {owners}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_environment_is_read_only_where_a_process_begins(path: Path) -> None:
    reads = "os.environ" in path.read_text("utf-8") or "getenv" in path.read_text("utf-8")
    assert not reads or part_of(path) in {"command", "__main__", "training"}, f"{path} reads the environment"


def test_importing_the_package_is_light() -> None:
    program = (
        "import sys, ergo_demo; print([m for m in ('torch', 'transformers', 'gradio', 'cv2') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    assert shown.stdout.strip() == "[]"


def test_importing_any_module_does_nothing() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in FILES
        if path.name != "__main__.py"
    ]
    program = f"""
import importlib, os, socket, threading
import torch._dynamo, gradio, spaces, cv2, pyvips  # with what these set themselves
from transformers import Qwen2_5_VLForConditionalGeneration
before = (dict(os.environ), threading.active_count(), sorted(os.listdir(".")), torch.get_num_threads())
for module in {[*modules, "app"]!r}:
    importlib.import_module(module)
after = (dict(os.environ), threading.active_count(), sorted(os.listdir(".")), torch.get_num_threads())
assert before == after, (before, after)
"""
    ran = subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
