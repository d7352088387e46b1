"""The owner's forms as HTML: uploads, invitations, what was asked on the Ask tab, a new project. Pure.

What they send is sent by review_view/office.js to the routes of office.py; without it they do nothing.
"""

from html import escape

from ergo_demo.store.looking import Project
from ergo_demo.ui.annotate import work

ACCEPTED = ".jpg,.jpeg,.png,.webp,.avif,.gif,.tif,.tiff,.zip,.jsonl,.ndjson,.csv,.json"


def forms(project: Project | None) -> str:
    """All of them, for a project; only the one for a new project where there is none yet. Open while it is empty."""
    if project is None:
        return _panel("Make a project", "", _new_project(), opened=True)
    about = "photos, a zip, a table; a link for an annotator; a new project"
    body = _upload(project) + f"<div>{_person(project)}</div><div>{_asked(project)}{_new_project()}</div>"
    return _panel(f"Add work and people: {project.name}", about, body, opened=project.items == 0)


def _panel(title: str, about: str, body: str, *, opened: bool) -> str:
    summary = f'<summary>{escape(title)}<span class="sum">{escape(about)}</span></summary>'
    return (
        f'<details class="e-acc e-office"{" open" if opened else ""}>{summary}'
        f'<div class="in e-forms">{body}</div></details>'
    )


def _form(does: str, title: str, fields: str, button: str, project: Project | None = None) -> str:
    hidden = f'<input type="hidden" name="project" value="{escape(project.id)}">' if project else ""
    return (
        f'<form data-office="{does}"><h2>{title}</h2>{hidden}{fields}'
        f'<button class="e-btn go">{button}</button><output aria-live="polite"></output></form>'
    )


def _upload(project: Project) -> str:
    counts = "".join(
        f'<label>{words}<input name="{name}" type="number" min="{least}" max="{most}" step="{step}" value="{value}">'
        "</label>"
        for name, words, least, most, step, value in (
            ("blind", "Blind, share", 0, 1, 0.05, 0.1),
            ("repeats", "Repeats, share", 0, 1, 0.05, 0.1),
            ("people", "People for each", 1, 20, 1, 1),
        )
    )
    fields = (
        f'<p class="m">Photos, a zip, or a table (.jsonl, .csv, Label Studio) with the photos it names. '
        f"{_kept(project)}</p>"
        f'<label>Files<input name="files" type="file" multiple required accept="{ACCEPTED}"></label>'
        '<label>Question, for photos that come without one<input name="question" maxlength="2000"></label>'
        f'<div class="three">{counts}</div>'
        '<label>Licence of the photos<input name="licence" maxlength="200" placeholder="for example CC-BY-4.0"></label>'
        + _tick()
    )
    return _form("upload", "Upload", fields, "Upload", project)


def _kept(project: Project) -> str:
    """The line on what is kept, which stands wherever a photo comes in."""
    return escape(str(work.terms(project)["line"]))


def _tick() -> str:
    words = "Whoever gave these photos agreed that they are published"
    return f'<label><input type="checkbox" name="consent" value="true">{words}</label>'


def _person(project: Project) -> str:
    fields = (
        '<p class="m">Whoever opens the link is this person from then on. Names are stored as a keyed hash.</p>'
        '<label>Name<input name="name" required maxlength="80" autocomplete="off"></label>'
    )
    return _form("people", "Invite an annotator", fields, "Make a link", project)


def _asked(project: Project) -> str:
    fields = (
        '<p class="m" data-asked>What you asked on the Ask tab, with the photo and the model\u2019s box.</p>'
        f'<p class="m">{_kept(project)}</p>'
        '<label data-asked-choice hidden>Question<select name="run"></select></label>' + _tick()
    )
    return _form("asked", "From the Ask tab", fields, "Add it", project)


def _new_project() -> str:
    orders = "".join(f'<option value="{order}">{order}</option>' for order in ("uncertainty", "random", "file"))
    fields = (
        '<label>Name<input name="name" required maxlength="100" autocomplete="off"></label>'
        f'<label>Order<select name="order">{orders}</select></label>'
        '<label>Drawn at random, share<input name="random_share" type="number" min="0" max="1" step="0.05" value="0.2">'
        "</label><label>Kept for, days (empty: until it is removed)"
        '<input name="kept_days" type="number" min="1" max="36500" step="1"></label>'
    )
    return _form("projects", "New project", fields, "Make it")
