"""What the owner uploads from the page: photos, a zip, a table; what is left out, and what leads outside."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from ergo_demo.store.records import Item
from ergo_demo.ui.bodies import Limits
from tests.annotation.making import photo
from tests.ui.annotate.serving import Serving, error_of, take

Files = list[tuple[str, tuple[str, bytes]]]


def files(**contents: bytes) -> Files:
    return [("files", (name.replace("__", "."), content)) for name, content in contents.items()]


def zip_of(**contents: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    return photo(tmp_path).read_bytes()


@pytest.fixture
def project(server: Serving, request: pytest.FixtureRequest) -> str:
    made = server.owner().post("/annotate/projects", json={"name": request.node.name, "plan": {"order": "file"}})
    assert made.status_code == 200, made.text
    id: str = made.json()["id"]
    return id


def upload(server: Serving, project: str, sent: Files, **fields: str) -> dict[str, Any]:
    got = server.owner().post("/annotate/upload", data={"project": project, **fields}, files=sent)
    assert got.status_code == 200, got.text
    report: dict[str, Any] = got.json()
    return report


def only_item(server: Serving, project: str) -> Item:
    item = server.store.item(take(server.owner(), project)["id"])
    assert item is not None
    return item


def test_photos_with_one_question_for_all(server: Serving, project: str, content: bytes) -> None:
    sent = files(a__png=content, b__png=b"no photo", c__doc=b"a letter")
    report = upload(server, project, sent, question="What is written there?", consent="true", licence="CC0")
    assert (report["added"], report["left_out"]) == (1, 2)
    assert sorted(problem["where"] for problem in report["problems"]) == ["b.png", "c.doc"]
    item = only_item(server, project)
    assert (item.question, item.consent_publish, item.image_licence) == ("What is written there?", True, "CC0")
    assert server.store.work(project).items == 1


def test_wherever_a_photo_comes_in_one_line_says_what_is_kept(server: Serving, project: str) -> None:
    owner = server.owner()
    projects = owner.get("/annotate/projects").json()["projects"]
    line = next(one["terms"]["line"] for one in projects if one["id"] == project)
    page = owner.get("/annotate/review/part", params={"project": project}).text
    forms = {form.split('"')[0]: form.split("</form>")[0] for form in page.split('data-office="')[1:]}
    assert {name for name, form in forms.items() if line in form} == {"upload", "asked"}


def test_consent_is_off_unless_it_was_ticked(server: Serving, project: str, content: bytes) -> None:
    upload(server, project, files(a__png=content), question="What?")
    assert only_item(server, project).consent_publish is False
    refused = server.owner().post(
        "/annotate/upload", data={"project": project, "consent": "yes please"}, files=files(a__png=content)
    )
    assert error_of(refused) == (400, "input-error")


def test_a_table_names_the_photos_beside_it_or_in_a_zip(server: Serving, project: str, content: bytes) -> None:
    rows = [{"image": name, "question": "Which?", "box": [1, 2, 30, 40]} for name in ("a.png", "in/b.png", "no.png")]
    table = "\n".join(map(json.dumps, rows)).encode()
    packed = zipfile_with(content)
    report = upload(server, project, files(q__jsonl=table, a__png=content, z__zip=packed))
    # Both photos are the same bytes, and the question is the same: one item.
    assert (report["added"], report["already"]) == (1, 1)
    assert [problem["where"] for problem in report["problems"]] == ["line 3"]


def zipfile_with(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in/b.png", content)
    return packed.getvalue()


def test_a_zip_with_its_own_table(server: Serving, project: str, content: bytes) -> None:
    table = json.dumps({"image": "a.png", "question": "Which?"}).encode()
    assert upload(server, project, files(z__zip=zip_of(q__jsonl=table, a__png=content)))["added"] == 1


def test_names_lead_nowhere_outside_and_no_address_is_fetched(server: Serving, project: str, content: bytes) -> None:
    outside = server.folder / "a.png"
    outside.write_bytes(content)
    names = [str(outside), "../../../../etc/passwd", "http://127.0.0.1:1/a.png", "/proc/self/environ"]
    table = "\n".join(json.dumps({"image": name, "question": "Which?"}) for name in names).encode()
    report = upload(server, project, files(q__jsonl=table))
    assert (report["added"], report["left_out"]) == (0, len(names))
    hostile = [("files", ("../../../../tmp/evil.png", content))]
    assert upload(server, project, hostile, question="Which?")["added"] == 1


def test_an_empty_upload_and_one_that_is_too_large(server: Serving, project: str) -> None:
    empty = server.owner().post("/annotate/upload", data={"project": project}, files=files(a__doc=b"x"))
    assert error_of(empty) == (400, "source-invalid")
    many = [("files", (f"{number}.png", b"x")) for number in range(Limits().project_files + 5)]
    got = server.owner().post("/annotate/upload", data={"project": project}, files=many)
    assert got.status_code == 413
    assert got.json()["error"]["code"] == "refused-413"


def test_nothing_of_an_upload_stays_beside_the_store(server: Serving, project: str, content: bytes) -> None:
    before = list(server.door.root.iterdir())
    upload(server, project, files(a__png=content), question="Which?")
    assert len(list(server.door.root.iterdir())) <= len(before) + 4, "photos that were just opened are kept a moment"
    assert server.store.verify().problems == ()


def test_what_was_asked_on_the_page_becomes_an_item(server: Serving, project: str, tmp_path: Path) -> None:
    from dataclasses import replace

    from ergo_demo.ui import photos
    from tests.ui.runs import trace

    opened = server.door.open_upright(photo(tmp_path, "asked.png", 500, 400))
    run = replace(
        trace(), source=opened.size, upload_sha256=opened.upload_sha256, blob_sha256=opened.blob_sha256, box=None
    )
    photos.keep_trace(opened, "0123456789abcdef", run)
    sent = {"project": project, "photo": opened.folder.name, "look": "0123456789abcdef"}
    assert server.owner().post("/annotate/asked", json=sent).json() == {"added": 1, "already": 0}
    item = take(server.owner(), project)
    assert (item["question"], item["proposal"]["answer"]) == ("Which number?", "K 417")
    for wrong in ({"photo": "0" * 32}, {"look": "f" * 16}, {"photo": "../" * 8}, {"look": "../../etc"}):
        assert error_of(server.owner().post("/annotate/asked", json={**sent, **wrong})) == (404, "photo-expired")


def test_people_are_invited_by_a_link(server: Serving, project: str) -> None:
    got: httpx.Response = server.owner().post("/annotate/people", json={"project": project, "name": " Ada  L. "})
    assert got.json()["name"] == "Ada L."
    client = server.client()
    assert client.get("/" + got.json()["link"]).status_code == 303
    assert [one["id"] for one in client.get("/annotate/projects").json()["projects"]] == [project]
