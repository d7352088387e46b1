"""The door's life: its worker dies, hangs and lies; the next photo opens all the same."""

import os
import pickle
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from ergo_demo.errors import ImageUnreadable
from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import Door, Kernel, Limits, Photo, clean_name, resample
from tests.imaging.conftest import Opens
from tests.imaging.zoo import ORIENTATION_TAG, picture, saved

ROOT = Path(__file__).parents[2]


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "holiday.png"
    path.write_bytes(saved(picture(), "PNG"))
    return path


def plain(width: int, height: int) -> bytes:
    """A large photo that is soon made."""
    return saved(Image.new("RGB", (width, height)), "PNG", compress_level=1)


def once(misbehaviour: str, marker: Path) -> list[str]:
    """A worker that misbehaves with its first request, and whose successors are the real one."""
    program = f"""
        import os, sys, time
        from pathlib import Path
        from ergo_demo.imaging import wire, worker
        marker = Path({str(marker)!r})
        if marker.exists():
            worker.main()
        else:
            marker.touch()
            wire.send(sys.stdout.buffer, {{"ready": 1}})
            request = wire.receive(sys.stdin.buffer)
            {misbehaviour}
    """
    return [sys.executable, "-P", "-c", textwrap.dedent(program)]


STOPPED = "Reading this file failed"
ANSWER = "wire.send(sys.stdout.buffer, {}); time.sleep(60)"
LIE = (
    '{"last": False, "file": %r, "width": %r, "height": 1, "notes": [], "upload_sha256": "", "blob_sha256": "", '
    '"mime": "%s", "exif_orientation": %s}'
)


@pytest.mark.parametrize(
    ("misbehaviour", "words"),
    [
        pytest.param("time.sleep(60)", "longer than 4 s", id="hangs"),
        pytest.param("os._exit(3)", STOPPED, id="exits"),
        pytest.param("os.abort()", STOPPED, id="crashes"),
        pytest.param("print('no message at all' * 99, flush=True); time.sleep(60)", STOPPED, id="babbles"),
        pytest.param("os.write(1, bytes(3)); time.sleep(60)", "longer than 4 s", id="stops amid an answer"),
        pytest.param(ANSWER.replace("{}", LIE % ("../../secret", 1, "image/png", 1)), STOPPED, id="names another file"),
        pytest.param(ANSWER.replace("{}", LIE % ("source.tif", 0, "image/png", 1)), STOPPED, id="has no width"),
        pytest.param(ANSWER.replace("{}", LIE % ("source.tif", "x", "image/png", 1)), STOPPED, id="has no number"),
        pytest.param(ANSWER.replace("{}", LIE % ("source.tif", 1, "text/html", 1)), STOPPED, id="is no photo"),
        pytest.param(ANSWER.replace("{}", LIE % ("source.tif", 1, "image/png", 9)), STOPPED, id="turns it nowhere"),
        pytest.param(ANSWER, STOPPED, id="says nothing"),
    ],
)
def test_a_worker_that_misbehaves_is_replaced(tmp_path: Path, upload: Path, misbehaviour: str, words: str) -> None:
    command = once(misbehaviour, tmp_path / "marker")
    with Door(tmp_path / "photos", limits=Limits(seconds=4), command=command) as door:
        with pytest.raises(ImageUnreadable, match=words):
            door.open_upright(upload)
        assert list(door.root.iterdir()) == []
    with Door(tmp_path / "photos", command=command) as door:
        assert door.open_upright(upload).size == Size(96, 64)


def test_the_same_door_goes_on_after_a_worker_that_hung(tmp_path: Path, upload: Path) -> None:
    command = once("time.sleep(60)", tmp_path / "marker")
    with Door(tmp_path / "photos", limits=Limits(seconds=4), command=command) as door:
        with pytest.raises(ImageUnreadable):
            door.open_upright(upload)
        photos = [door.open_upright(upload) for _ in range(3)]
    assert len({photo.folder for photo in photos}) == 3


def workers() -> list[int]:
    """The pids of this process's workers."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in children if b"imaging.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[Door, Callable[[], int]]]:
    """A door of its own, and a function that gives the pid of its worker."""
    before = set(workers())
    with Door(tmp_path / "photos") as door:

        def pid() -> int:
            (worker,) = set(workers()) - before
            return worker

        yield door, pid


def test_a_worker_killed_while_idle_is_not_noticed(alone: tuple[Door, Callable[[], int]], upload: Path) -> None:
    door, pid = alone
    door.open_upright(upload)
    first = pid()
    os.kill(first, 9)
    # Not until its state is Z: that is its first thread's, and the others may still be dying.
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert door.open_upright(upload).size == Size(96, 64)
    assert pid() != first


def test_a_worker_killed_amid_a_photo_fails_that_photo_only(
    alone: tuple[Door, Callable[[], int]], upload: Path, tmp_path: Path
) -> None:
    door, pid = alone
    door.open_upright(upload)
    large = tmp_path / "large.png"
    large.write_bytes(plain(9000, 9000))
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(door.open_upright, large)
        while not list(door.root.glob("making-*/source.tif")):
            time.sleep(0.005)
        os.kill(pid(), 9)
        with pytest.raises(ImageUnreadable, match=STOPPED):
            opening.result()
    assert door.open_upright(upload).size == Size(96, 64)
    assert len(list(door.root.iterdir())) == 2


def test_a_worker_serves_many_photos_and_is_replaced_after_a_damaged_one(
    alone: tuple[Door, Callable[[], int]], upload: Path, tmp_path: Path
) -> None:
    door, pid = alone
    door.open_upright(upload)
    first = pid()
    text = tmp_path / "note.txt"
    text.write_text("no photo")
    with pytest.raises(ImageUnreadable):
        door.open_upright(text)
    door.open_upright(upload)
    assert pid() == first
    damaged = tmp_path / "cut.jpg"
    damaged.write_bytes(saved(picture(), "JPEG")[:-200])
    with pytest.raises(ImageUnreadable, match="stops before its end"):
        door.open_upright(damaged)
    assert pid() != first


def test_a_real_photo_that_takes_too_long_is_refused_and_leaves_nothing(tmp_path: Path, upload: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(plain(6000, 4000))
    with Door(tmp_path / "photos", limits=Limits(seconds=0.05)) as door:
        with pytest.raises(ImageUnreadable, match=r"longer than 0\.05 s"):
            door.open_upright(large)
        assert list(door.root.iterdir()) == []


def test_a_photo_that_needs_more_memory_than_allowed_is_refused(tmp_path: Path, upload: Path) -> None:
    turned = tmp_path / "turned.jpg"
    exif = picture().getexif()
    exif[ORIENTATION_TAG] = 6
    turned.write_bytes(saved(Image.new("RGB", (7000, 7000)), "JPEG", exif=exif))
    with Door(tmp_path / "photos", limits=Limits(worker_memory_bytes=400_000_000)) as door:
        with pytest.raises(ImageUnreadable, match=r"failed|cannot be read"):
            door.open_upright(turned)
        assert door.open_upright(upload).size == Size(96, 64)


def test_a_program_that_does_not_start_is_said_to_be_the_cause(tmp_path: Path, upload: Path) -> None:
    for command in ([str(tmp_path / "no program")], [sys.executable, "-c", "raise SystemExit(1)"]):
        with Door(tmp_path / "photos", command=command) as door, pytest.raises(ImageUnreadable) as refusal:
            door.open_upright(upload)
        assert "does not start" in refusal.value.problem


def test_many_threads_each_get_their_own_photo(door: Door, tmp_path: Path) -> None:
    uploads = []
    for width in range(60, 76):
        path = tmp_path / f"{width}.png"
        path.write_bytes(saved(picture(width), "PNG") if width % 4 else b"%PDF")
        uploads.append(path)

    def width_of(path: Path) -> int | str:
        try:
            return door.open_upright(path).size.width
        except ImageUnreadable as refusal:
            return refusal.problem[-4:]

    with ThreadPoolExecutor(8) as pool:
        widths = list(pool.map(width_of, uploads))
    assert widths == [width if width % 4 else "PDF." for width in range(60, 76)]


def test_identity_is_of_the_upload_and_folders_cannot_be_guessed(door: Door, upload: Path) -> None:
    one, two = door.open_upright(upload), door.open_upright(upload)
    assert one.upload_sha256 == two.upload_sha256
    assert one.blob_sha256 == two.blob_sha256
    assert one.folder != two.folder
    assert len(bytes.fromhex(one.folder.name)) == 16
    assert one.folder.parent == door.root
    assert pickle.loads(pickle.dumps(one)) == one


@pytest.mark.parametrize("data", [saved(picture(), "PNG"), b"no photo"], ids=["accepted", "refused"])
def test_the_upload_is_deleted_when_asked(door: Door, tmp_path: Path, data: bytes) -> None:
    upload = tmp_path / "upload"
    for delete in (False, True):
        upload.write_bytes(data)
        try:
            door.open_upright(upload, delete_upload=delete)
        except ImageUnreadable:
            assert data == b"no photo"
        assert upload.exists() != delete


def test_what_is_no_regular_file_is_refused(door: Door, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, tmp_path / "nothing", pipe, Path("/dev/zero"), Path("a\0b")):
        with pytest.raises(ImageUnreadable, match="no file to read"):
            door.open_upright(path)


def test_names_that_libvips_would_read_options_from_are_only_names(opened: Opens) -> None:
    for name in ("photo.png[page=7]", "a%sb.png", "-x.png", "Grüße 🌍.png", os.fsdecode(b"\xff\xfe.png")):
        assert opened(saved(picture(), "PNG"), name).size == Size(96, 64)


def test_the_quota_is_kept_and_room_comes_back(tmp_path: Path, upload: Path) -> None:
    with Door(tmp_path / "photos", limits=Limits(quota_bytes=100_000)) as door:
        photos: list[Photo] = []
        with pytest.raises(ImageUnreadable, match="no room"):
            photos.extend(door.open_upright(upload) for _ in range(100))
        taken = sum(path.stat().st_size for path in door.root.rglob("*"))
        assert taken <= 100_000
        assert len(photos) > 1
        door.forget(photos.pop())
        door.forget(photos.pop())
        assert door.open_upright(upload).path.exists()


def test_one_photo_that_is_larger_than_the_room_left_is_refused(tmp_path: Path) -> None:
    upload = tmp_path / "large.png"
    upload.write_bytes(saved(picture(2000, 1000), "PNG"))
    with Door(tmp_path / "photos", limits=Limits(quota_bytes=50_000)) as door:
        with pytest.raises(ImageUnreadable, match="no room"):
            door.open_upright(upload)
        assert list(door.root.iterdir()) == []


def test_photos_expire_unless_they_are_used(tmp_path: Path, upload: Path) -> None:
    with Door(tmp_path / "photos") as door:
        old, used, young = (door.open_upright(upload) for _ in range(3))
        bystander = door.root / "notes"
        bystander.mkdir()
        leftover = door.root / f"making-{old.folder.name}"
        leftover.mkdir()
        an_hour_ago = time.time() - 3600
        for folder in (old.folder, used.folder, bystander, leftover):
            os.utime(folder, (an_hour_ago, an_hour_ago))
        resample(used, View(Box(0, 0, 96, 64), Size(28, 28)), Kernel.BICUBIC)
        assert door.expire(older_than_seconds=1800) == 2
        assert {path.name for path in door.root.iterdir()} == {used.folder.name, young.folder.name, "notes"}
        assert door.expire(older_than_seconds=1800) == 0


def test_a_door_that_was_closed_opens_again(tmp_path: Path, upload: Path) -> None:
    door = Door(tmp_path / "photos")
    door.close()
    photo = door.open_upright(upload)
    door.close()
    door.close()
    assert photo.path.exists()
    assert door.open_upright(upload).size == photo.size
    door.close()


def test_a_pickled_door_works_elsewhere(door: Door, upload: Path) -> None:
    with pickle.loads(pickle.dumps(door)) as other:
        assert other.open_upright(upload).folder.parent == door.root


FORKING = """
import os, sys, threading
from pathlib import Path
from ergo_demo.imaging import Door
upload, root = Path(sys.argv[1]), Path(sys.argv[2])
door = Door(root)
door.open_upright(upload)
door._lock.acquire()  # As if another thread were amid a photo.
child = os.fork()
if child == 0:
    door.open_upright(upload)
    door.close()
    os._exit(0)
door._lock.release()
_, status = os.waitpid(child, 0)
door.open_upright(upload)
door.close()
sys.exit(status or len(list(root.iterdir())) != 3)
"""


def test_a_forked_copy_starts_a_worker_of_its_own(tmp_path: Path, upload: Path) -> None:
    command = [sys.executable, "-c", FORKING, str(upload), str(tmp_path / "photos")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_worker_imports_little_and_sees_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import sys, ergo_demo.imaging.worker; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"numpy", "PIL", "torch", "gradio", "cv2", "transformers"}.isdisjoint(done.stdout.split())
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    show = "import os; from pathlib import Path; Path({!r}).write_text(repr(dict(os.environ)))"
    seen = tmp_path / "seen"
    upload = tmp_path / "upload"
    upload.write_bytes(b"x")
    with (
        Door(tmp_path / "photos", command=[sys.executable, "-c", show.format(str(seen))]) as door,
        pytest.raises(ImageUnreadable),
    ):
        door.open_upright(upload)
    assert "MALLOC_ARENA_MAX" in seen.read_text()
    assert "hf_secret" not in seen.read_text()


def test_the_worker_ends_with_its_door(upload: Path, tmp_path: Path) -> None:
    before = threading.active_count()
    door = Door(tmp_path / "photos")
    mine = set(workers())
    door.open_upright(upload)
    (pid,) = set(workers()) - mine
    door.close()
    assert not Path(f"/proc/{pid}").exists()
    assert threading.active_count() <= before + 1


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param("holiday.jpg", "holiday.jpg", id="as it is"),
        pytest.param("../../etc/passwd", "passwd", id="a path"),
        pytest.param("C:\\photos\\cat.png", "cat.png", id="a Windows path"),
        pytest.param("a\r\nb\tc.png", "a b c.png", id="lines"),
        pytest.param("cat\u202egnp.exe\u200b", "catgnp.exe", id="turned around"),
        pytest.param("Cafe\u0301.png", "Café.png", id="composed"),
        pytest.param("\udcff.png", ".png", id="no text"),
        pytest.param("\0\1", "photo", id="nothing left"),
        pytest.param("x" * 300 + ".jpeg", "x" * 114 + "….jpeg", id="long"),
    ],
)
def test_names_are_cleaned(given: str, shown: str) -> None:
    assert clean_name(given) == shown
    assert len(clean_name(given)) <= 120


def test_a_door_of_a_program_makes_no_tiles_and_the_same_pixels(tmp_path: Path, upload: Path, opened: Opens) -> None:
    with Door(tmp_path / "untiled", tiled=False) as door:
        photo = door.open_upright(upload)
        assert not photo.tiles.exists()
        shown = opened(upload.read_bytes())
        assert shown.tiles.is_dir()
        assert photo.blob_sha256 == shown.blob_sha256
        view = View(Box.of(photo.size), Size(56, 28))
        assert (resample(photo, view, Kernel.BICUBIC) == resample(shown, view, Kernel.BICUBIC)).all()
