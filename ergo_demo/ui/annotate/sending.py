"""The owner's routes of the copy on the Hub: whether there is one, what it lacks, and sending that now."""

from typing import Any

from ergo_demo.errors import InputError
from ergo_demo.ui.annotate.call import Call, Desk


def state(desk: Desk, call: Call) -> dict[str, Any]:
    """The dataset, what waits and how the last push ended; only "repo": null where none is named.

    An owner who signed in with a token that may write lends it by asking.
    """
    sender = desk.sender
    if sender is None:
        return {"repo": None}
    if call.person.hub_token:
        sender.lend(call.person.hub_token)
    at_work = sender.at_work  # first: what is told beside it is then no older
    last = sender.last
    failed = last.failed if last else None
    return {
        "repo": sender.repo,
        "signed_in": sender.signed_in,
        "at_work": at_work,
        "waiting": sender.waiting(),
        "sent": None if last is None else last.sent,
        "failed": None if failed is None else {"message": failed.problem, "remedy": failed.remedy},
    }


def push(desk: Desk, _call: Call) -> dict[str, Any]:
    """Begins to send. Raises InputError without a dataset, or while something is sent."""
    if desk.sender is None:
        raise InputError("No dataset is named.", remedy="Start the page with ERGO_HUB_DATASET=owner/name.")
    desk.sender.start()
    return {}
