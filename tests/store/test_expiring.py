"""Projects that keep photos for some days: afterwards all of it is gone, as if somebody had it forgotten."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ergo_demo.__main__ import main
from ergo_demo.errors import Forgotten
from ergo_demo.store.records import Plan
from ergo_demo.store.store import Store, open_store
from tests.store.making import fill, item_of, keep_photo, receipt, sha256, submission_of, trace_of


def in_days(number: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=number)


def test_a_photo_goes_after_its_days_with_all_that_hangs_on_it(store: Store) -> None:
    store.add_project("month", "Month", Plan(kept_days=30))
    image = keep_photo(store, b"for a month")
    trace = trace_of(image)
    store.put_trace(trace)
    store.add_items([item_of(image, "m0", project="month", trace=trace.id)])
    store.add_member("month", "ada", "annotator", agreement="1")
    receipt(store.submit(submission_of("m0"), "ada"))
    _, path = store.image(image.blob_sha256)

    assert not store.forget_overdue(in_days(29))
    gone = store.forget_overdue(in_days(31))
    assert (len(gone.photos), gone.traces, gone.items, gone.annotations) == (1, 1, 1, 1)
    assert not path.exists()
    assert list(store.annotations("month")) == []
    assert store.trace(trace.id) is None
    with pytest.raises(Forgotten):
        keep_photo(store, b"for a month")
    assert store.work("p").items == 10, "what another project keeps for good is as it was"
    assert store.verify().problems == ()
    assert not store.forget_overdue(in_days(32))


def test_a_photo_that_another_project_keeps_stays_there(store: Store) -> None:
    store.add_project("week", "Week", Plan(kept_days=7))
    image, _ = store.image(sha256(b"a photo"))  # of the project "p", which keeps it for good
    shared, own = trace_of(image), trace_of(image)
    for trace in (shared, own):
        store.put_trace(trace)
    store.add_items(
        [
            item_of(image, "w0", project="week", trace=own.id),
            item_of(image, "w1", project="week", trace=shared.id),
            item_of(image, "kept", trace=shared.id),
        ]
    )
    store.add_member("week", "ada", "annotator", agreement="1")
    receipt(store.submit(submission_of("w0"), "ada"))
    receipt(store.submit(submission_of("i0"), "ada"))

    gone = store.forget_overdue(in_days(8))
    assert (gone.photos, gone.items, gone.annotations, gone.traces) == ((), 2, 1, 1)
    assert (store.trace(own.id), store.trace(shared.id)) == (None, shared)
    assert [kept.submission.item for kept in store.annotations("p")] == ["i0"]
    assert store.image(image.blob_sha256)[1].is_file()
    assert keep_photo(store, b"a photo") == image, "there is no tombstone"
    assert store.verify().problems == ()


def test_every_start_looks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    with open_store(data) as store:
        fill(store, plan=Plan(kept_days=0))
    monkeypatch.setenv("ERGO_DATA", str(data))
    assert main(["verify"]) == 0
    with open_store(data) as store:
        assert store.work("p").items == 0
        assert store.verify().photos == 0
