"""Verify, backup, restore and forget: on both databases, while people annotate, and from the command line."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ergo_demo.__main__ import main
from ergo_demo.errors import Forgotten, InputError, StoreDamaged
from ergo_demo.store import blobs
from ergo_demo.store.records import Draft, Reason
from ergo_demo.store.store import Store, open_store
from tests.store.making import fill, item_of, keep_photo, receipt, sha256, submission_of, trace_of

SECRETS = ("a word that must go", "another word that must go")


def annotate(store: Store) -> None:
    """What ada and bo said about two photos."""
    second = keep_photo(store, b"second photo", upload=b"second upload")
    trace = trace_of(second)
    store.put_trace(trace, asked_by="ada")
    store.add_items([item_of(second, "second", trace=trace.id, question=SECRETS[0])])
    store.add_member("p", "ada", "annotator", agreement="1")
    for who in ("ada", "bo"):
        store.submit(submission_of("i0", reasons=(Reason.OTHER,), other=SECRETS[1]), who)
        store.submit(submission_of("second"), who)
    store.submit(submission_of("i0"), "ada")  # too late
    store.save_draft(Draft("i1", 0, 1, {"thought": SECRETS[1]}), "ada")


def test_a_forgotten_photo_goes_with_all_that_hangs_on_it(store: Store) -> None:
    annotate(store)
    kept = list(store.annotations("p"))
    trace = next(kept.trace for kept in kept if kept.trace)
    _, path = store.image(sha256(b"second photo"))
    gone = store.forget_image(sha256(b"second upload"))
    assert (len(gone.photos), gone.traces, gone.items, gone.annotations) == (1, 1, 1, 2)
    assert not path.exists()
    assert store.trace(trace) is None
    assert store.item("second") is None
    assert {kept.submission.item for kept in store.annotations("p")} == {"i0"}
    with pytest.raises(Forgotten):
        keep_photo(store, b"second photo", upload=b"another upload of the same")
    assert not path.exists()
    assert store.verify().problems == ()
    assert store.verify().orphans == 0


def test_a_forgotten_person_goes_and_the_items_are_open_again(store: Store) -> None:
    annotate(store)
    gone = store.forget_annotator("ada")
    assert (gone.annotations, gone.photos) == (2, ())
    assert {kept.annotator for kept in store.annotations("p")} == {"bo"}
    assert store.draft("i1", "ada") is None
    assert store.refused("i0", "ada") == []
    assert store.role("p", "ada") is None
    for write in (
        lambda: store.submit(submission_of("i2"), "ada"),
        lambda: store.take("p", "ada"),
        lambda: store.add_member("p", "ada", "annotator", agreement="1"),
    ):
        with pytest.raises(Forgotten):
            write()
    store.forget_annotator("bo")
    assert store.work("p").done == 0
    assert store.verify().problems == ()


def test_forgetting_nobody_leaves_no_tombstone(store: Store) -> None:
    assert not store.forget_annotator("ada")
    assert not store.forget_image("0" * 64)
    receipt(store.submit(submission_of(), "ada"))


def test_forgotten_text_is_in_no_file(tmp_path: Path) -> None:
    def found() -> list[str]:
        files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
        return [path.name for path in files if any(word.encode() in path.read_bytes() for word in SECRETS)]

    with open_store(tmp_path / "data") as store:
        fill(store)
        annotate(store)
        assert found()
        store.forget_image(sha256(b"second photo"))
        store.forget_annotator("ada")
        store.forget_annotator("bo")
        assert found() == []


def test_a_backup_into_an_empty_store_is_the_same_store(store: Store, tmp_path: Path) -> None:
    annotate(store)
    rows = store.backup(tmp_path / "backup")
    assert (rows["image"], rows["annotation"], rows["refusal"], rows["draft"]) == (2, 4, 1, 1)
    with open_store(tmp_path / "other") as other:
        assert other.restore(tmp_path / "backup") == rows
        assert list(other.annotations("p")) == list(store.annotations("p"))
        assert other.draft("i1", "ada") == store.draft("i1", "ada")
        assert other.work("p") == store.work("p")
        assert other.verify() == store.verify()
        assert other.restore(tmp_path / "backup") == dict.fromkeys(rows, 0)
    with open_store(tmp_path / "other") as other:
        assert other.identity("ada") == store.identity("ada")


def test_a_restore_adds_what_was_lost_and_takes_nothing_away(store: Store, tmp_path: Path) -> None:
    annotate(store)
    store.backup(tmp_path / "backup")
    image, path = store.image(sha256(b"second photo"))
    path.write_bytes(b"bits have rotted")
    assert [problem[:70] for problem in store.verify().problems] == [f"photo {image.blob_sha256}"]
    store.submit(submission_of("i5"), "cy")
    store.forget_annotator("bo")
    rows = store.restore(tmp_path / "backup")
    assert rows["annotation"] == 0
    assert {(kept.annotator, kept.submission.item) for kept in store.annotations("p")} == {
        ("ada", "i0"), ("ada", "second"), ("cy", "i5")
    }  # fmt: skip
    assert store.verify().problems == ()


def test_where_a_store_went_another_way_the_backup_s_decision_is_kept_beside(store: Store, tmp_path: Path) -> None:
    ours, theirs = submission_of("i0"), submission_of("i0")
    with open_store(tmp_path / "other") as other:
        fill(other)
        other.submit(theirs, "ada")
        other.submit(submission_of("i1"), "ada")
        other.backup(tmp_path / "backup")
    store.submit(ours, "ada")
    rows = store.restore(tmp_path / "backup")
    assert (rows["annotation"], rows["refusal"]) == (1, 0)
    assert [kept.submission for kept in store.history("i0", "ada")] == [ours]
    assert store.refused("i0", "ada") == [theirs]
    assert store.work("p").done == 2


def test_backup_and_restore_work_while_people_annotate(store: Store, tmp_path: Path) -> None:
    stop, done = threading.Event(), []

    def annotate_on(who: str) -> None:
        for number in range(10_000):
            done.append(receipt(store.submit(submission_of(f"i{number % 10}", base=number // 10), who)).id)
            if stop.is_set():
                return

    people = [threading.Thread(target=annotate_on, args=(f"person{number}",)) for number in range(4)]
    for person in people:
        person.start()
    for number in range(3):
        before = set(done)
        store.backup(tmp_path / f"backup{number}")
        store.restore(tmp_path / f"backup{number}")
        with open_store(tmp_path / f"copy{number}") as copy:
            copy.restore(tmp_path / f"backup{number}")
            report = copy.verify()
        assert report.problems == ()
        assert report.annotations >= len(before)
    stop.set()
    for person in people:
        person.join()
    report = store.verify()
    assert (report.problems, report.annotations) == ((), len(done))


def break_the_database(folder: Path) -> None:
    content = bytearray((folder / "store.sqlite").read_bytes())
    content[5000] ^= 1
    (folder / "store.sqlite").write_bytes(content)


def leave_it_unfinished(folder: Path) -> None:
    (folder / "backup.json").unlink()


@pytest.mark.parametrize("damage", [break_the_database, leave_it_unfinished])
def test_a_backup_that_is_damaged_is_refused(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    with open_store(tmp_path / "data") as store:
        fill(store)
        store.backup(tmp_path / "backup")
        with pytest.raises(InputError, match="exists"):
            store.backup(tmp_path / "backup")
        damage(tmp_path / "backup")
        with pytest.raises(StoreDamaged):
            store.restore(tmp_path / "backup")


def test_a_backup_of_a_damaged_photo_is_refused(store: Store, tmp_path: Path) -> None:
    image = keep_photo(store, b"soon damaged")
    store.image(image.blob_sha256)[1].write_bytes(b"damaged")
    with pytest.raises(StoreDamaged, match=image.blob_sha256):
        store.backup(tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == []


def test_files_without_a_row_go_after_a_day(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        kept = fill(store)
    orphan = blobs.put(tmp_path / "images", Path(__file__), blobs.hash_of(Path(__file__)), ".tif")
    named = {kept.blob_sha256}
    assert blobs.sweep(tmp_path / "images", named) == 0
    assert blobs.sweep(tmp_path / "images", named, now=orphan.stat().st_mtime + blobs.ORPHAN_SECONDS + 1) == 1
    assert [path.stem for path in blobs.stored(tmp_path / "images")] == [kept.blob_sha256]


def test_a_file_that_gets_its_name_meanwhile_is_no_orphan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process that serves the same store was writing it when the files were listed."""
    monkeypatch.setattr(blobs, "stored", lambda root: iter([root / "c6" / ".new-1"]))
    assert blobs.sweep(tmp_path, set()) == 0


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    with open_store(tmp_path / "data") as store:
        fill(store)
        annotate(store)
        store.submit(submission_of("i7"), store.identity("Ada Lovelace"))
    assert main(["backup", str(tmp_path / "backup"), *data]) == 0
    assert main(["forget", " Ada  Lovelace", *data]) == 0, "the name as an invitation takes it"
    assert main(["forget", "Ada Lovelace", *data]) == 1
    assert main(["forget", sha256(b"second photo"), *data]) == 0
    assert main(["restore", str(tmp_path / "backup"), *data]) == 0
    assert main(["verify", *data]) == 0
    shown = capsys.readouterr()
    assert "backup: 5 annotations, 2 photos." in shown.out
    assert "Removed: 0 photos, 0 traces, 0 items, 1 annotations." in shown.out
    assert "Removed: 1 photos, 1 traces, 1 items, 2 annotations." in shown.out
    assert "Added: 0 annotations, 0 photos, 0 items." in shown.out
    assert "2 annotations, 1 photos, 0 files without a row." in shown.out
    assert "Nothing of Ada Lovelace was kept." in shown.err
    next(blobs.stored(tmp_path / "data" / "images")).write_bytes(b"changed")
    assert main(["verify", *data]) == 1
    assert "its bytes have changed" in capsys.readouterr().out
