"""The what-if over HTTP: three answers side by side, the newest box only, and nothing of what is hidden."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ergo_demo.annotation.importing import Terms, add_run
from ergo_demo.asking import RunSettings
from ergo_demo.engines import Stop
from ergo_demo.engines.scripted import ScriptedEngine, in_order
from ergo_demo.geometry import Box
from ergo_demo.imaging import Door, Photo
from ergo_demo.pipeline import ask
from ergo_demo.records import Sampling, Trace
from ergo_demo.store.records import Order, Plan
from ergo_demo.ui.annotate import LookAgain
from tests.annotation.making import photo
from tests.ui.annotate.serving import Serving, decision, error_of, serving, take

CHOSEN = RunSettings(Sampling(temperature=1.0), coarse_budget_tokens=80, zoom_budget_tokens=48, samples=4)
BOX = [100, 60, 200, 150]


class Model:
    """Answers where it was asked to look; waits to be let go for a box at the left edge."""

    def __init__(self) -> None:
        self.waits, self.ended, self.asked = threading.Event(), threading.Event(), list[Box]()

    def again(
        self, shown: Photo, question: str, trace: Trace | None, region: Box, _chosen: RunSettings, stop: Stop
    ) -> str | None:
        self.asked.append(region)
        if region.x1 == 0:
            self.waits.set()
            while not stop():
                threading.Event().wait(0.01)
            self.ended.set()
            return None
        return f"{question} {region.x1:.0f} {'warm' if trace else 'cold'} {shown.path.parent.parent.name}"


@pytest.fixture(scope="module")
def model() -> Model:
    return Model()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("what-if")
    with serving(folder, look_again=LookAgain(model.again, CHOSEN)) as running:
        running.project("signs", items=2)
        running.store.add_project("runs", "Runs", Plan(order=Order.FILE))
        _add_a_run(running, folder)
        yield running


def _add_a_run(server: Serving, folder: Path) -> None:
    engine = ScriptedEngine(in_order(["<zoom>[28, 28, 112, 84]</zoom>", "<answer>its own</answer>"]))
    with Door(folder / "asked") as door:
        opened = door.open_upright(photo(folder, "b.png"))
        trace = ask(engine, opened, "What is it?", CHOSEN)
        assert trace.region is not None
        add_run(server.store, opened, trace, Terms(project="runs", people=2))


def what_if(client: httpx.Client, item: str, boxes: object) -> httpx.Response:
    return client.post("/annotate/what_if", json={"item": item, "boxes": boxes})


def test_the_box_is_answered_first_and_the_expanded_region_is_looked_at_once(server: Serving, model: Model) -> None:
    ada = server.person("ada", "runs")
    item = take(ada, "runs")
    assert (item["proposal"]["answer"], item["proposal"]["expanded_answer"]) == ("its own", None)
    region, boxes = item["proposal"]["expanded"], [BOX, [210, 60, 220, 90]]
    before = len(model.asked)
    answers = {"answer": "What is it? 100 warm images", "box_answer": "its own"}
    assert what_if(ada, item["id"], boxes).json() == {**answers, "expanded_answer": None}
    from_region = f"What is it? {region[0]:.0f} warm images"
    for _ in range(2):
        got = ada.post("/annotate/what_if/expanded", json={"item": item["id"]})
        assert got.json() == {"expanded_answer": from_region}
    assert what_if(ada, item["id"], boxes).json() == {**answers, "expanded_answer": from_region}
    hull = [100, 60, 220, 150]
    assert [list(box.edges) for box in model.asked[before:]] == [hull, region, hull]


def test_what_it_changed_is_kept_with_the_decision(server: Serving) -> None:
    bo = server.person("bo", "runs")
    item = take(bo, "runs")["id"]
    sent = decision(item, what_if={"corrected": "K 417"}, answer="k 417")
    assert bo.post("/annotate/submit", json=sent).status_code == 200
    (kept,) = server.store.history(item, server.store.identity("bo"))
    assert (kept.submission.what_if.model, kept.submission.what_if.effect) == ("its own", "wrong_to_right")


def test_an_item_without_a_run_has_one_answer(server: Serving) -> None:
    ada = server.person("ada", "signs")
    got = what_if(ada, take(ada)["id"], [BOX]).json()
    assert got == {"answer": "signs 0? 100 cold images", "box_answer": None, "expanded_answer": None}
    none = ada.post("/annotate/what_if/expanded", json={"item": take(ada)["id"]})
    assert none.json() == {"expanded_answer": None}


def test_a_newer_box_ends_the_older_one_and_another_person_does_not(server: Serving, model: Model) -> None:
    ada, again, bo = (server.person(name, "signs") for name in ("ada", "ada", "bo"))
    item = take(ada)["id"]
    model.waits.clear()
    answers: list[httpx.Response] = []
    older = threading.Thread(target=lambda: answers.append(what_if(ada, item, [[0, 0, 50, 50]])))
    older.start()
    assert model.waits.wait(30)
    assert what_if(bo, item, [BOX]).status_code == 200
    assert older.is_alive()
    assert what_if(again, item, [BOX]).status_code == 200
    older.join(30)
    assert error_of(answers[0]) == (409, "superseded")


def test_the_run_of_a_browser_that_hung_up_ends(server: Serving, model: Model) -> None:
    ada = server.person("ada", "signs")
    item = take(ada)["id"]
    model.waits.clear()
    model.ended.clear()

    def hang_up() -> None:
        with pytest.raises(httpx.ReadTimeout):
            ada.post(
                "/annotate/what_if", json={"item": item, "boxes": [[0, 0, 50, 50]]}, timeout=httpx.Timeout(30, read=1)
            )

    asking = threading.Thread(target=hang_up)
    asking.start()
    assert model.waits.wait(30)
    asking.join(30)
    assert model.ended.wait(30), "nobody else asks: only the hanging up ends it"


@pytest.mark.parametrize("boxes", [[], None, [[1000, 0, 1100, 50]], "all"])
def test_what_is_no_box_is_refused_before_the_model_is_asked(server: Serving, model: Model, boxes: object) -> None:
    ada = server.person("ada", "signs")
    item, before = take(ada)["id"], len(model.asked)
    assert error_of(what_if(ada, item, boxes)) == (400, "box-invalid")
    assert len(model.asked) == before


def test_another_projects_item_is_not_there(server: Serving) -> None:
    item = server.store.looking.decisions("runs")[0].item
    cy = server.person("cy", "signs")
    assert error_of(what_if(cy, item, [BOX])) == (404, "not-there")
    assert error_of(cy.post("/annotate/what_if/expanded", json={"item": item})) == (404, "not-there")
