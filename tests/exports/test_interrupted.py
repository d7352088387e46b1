"""An export that is broken off: nothing half stands under its name, and the next one goes on where it was."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ergo_demo.__main__ import main
from ergo_demo.errors import InputError
from ergo_demo.exports import exporting
from ergo_demo.exports.corrected import Corrected, read
from ergo_demo.exports.exporting import Request, export
from ergo_demo.exports.formats import format_named
from tests.exports.folders import assert_same
from tests.exports.making import Shop, many


@pytest.mark.parametrize("name", ["trl-dpo", "coco", "log", "swift-dpo"])
def test_an_interrupted_export_leaves_no_file_and_the_next_one_goes_on(
    shop: Shop, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(shop, 12)
    new = tmp_path / "new"
    whole = export(shop.store, Request(format=format_named(name)), tmp_path / "whole")

    def interrupted(*given: Any, **more: Any) -> Iterator[Corrected]:
        for number, it in enumerate(read(*given, **more)):
            if number == 7:
                raise KeyboardInterrupt
            yield it

    monkeypatch.setattr(exporting, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        export(shop.store, Request(format=format_named(name)), new / "out")
    assert [path.name for path in new.iterdir()] == [".out.unfinished"]
    assert not (new / ".out.unfinished" / "files").exists()
    monkeypatch.undo()
    resumed = export(shop.store, Request(format=format_named(name)), new / "out")
    assert (resumed.checked.rows, resumed.preview.rows) == (12, 12)
    assert_same(tmp_path / "whole", new / "out")
    assert [path.name for path in new.iterdir()] == ["out"]
    assert whole.taken == 0
    assert (resumed.taken > 0) == (name in ("trl-dpo", "swift-dpo")), "these two have views, which are made"


KILLED = """
import os, signal, sys
from ergo_demo.__main__ import main
from ergo_demo.exports import exporting
from ergo_demo.exports.corrected import read
def killed(*given, **more):
    for number, it in enumerate(read(*given, **more)):
        if number == 25:
            os.kill(os.getpid(), signal.SIGKILL)
        yield it
exporting.read = killed
main(sys.argv[1:])
"""


def test_a_killed_export_leaves_no_folder_of_its_name_and_the_next_one_goes_on(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    many(shop, 40)
    asked = Request(format=format_named("trl-sft"), processor="Qwen2.5-VL")  # as the command line does
    export(shop.store, asked, tmp_path / "whole")
    command = ["export", "trl-sft", str(tmp_path / "new" / "out"), "--data", str(shop.folder.parent / "data")]
    shop.store.close()
    monkeypatch.setenv("ERGO_SECRET", "a secret for the tests only")
    ran = subprocess.run([sys.executable, "-c", KILLED, *command], stdout=subprocess.DEVNULL, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert not (tmp_path / "new" / "out").exists()
    made = sorted((tmp_path / "new" / ".out.unfinished" / "made").iterdir())
    assert len(made) == 7, "of the photos of 25 items"
    made[0].write_bytes(b"what a power cut left")
    assert main(command) == 0
    assert "6 pictures had been made before it was interrupted" in capsys.readouterr().out
    assert_same(tmp_path / "whole", tmp_path / "new" / "out")
    assert os.listdir(tmp_path / "new") == ["out"]


def test_what_is_in_the_way_is_said_before_anything_is_written(shop: Shop, tmp_path: Path) -> None:
    many(shop, 4)
    (tmp_path / "out").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="out exists"):
        export(shop.store, Request(format=format_named("csv")), tmp_path / "out", lambda _counts: pytest.fail("read"))


def test_two_exports_do_not_write_one_folder(shop: Shop, tmp_path: Path) -> None:
    many(shop, 4)

    def again(_counts: object) -> None:
        export(shop.store, Request(format=format_named("csv")), tmp_path / "out")

    with pytest.raises(InputError, match="being written just now"):
        export(shop.store, Request(format=format_named("csv")), tmp_path / "out", again)
