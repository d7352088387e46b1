"""Which decisions are wanted: the projects and the filters of an export."""

from collections.abc import Callable, Collection, Mapping, Sequence

from ergo_demo.errors import InputError
from ergo_demo.exports.corrected import Corrected
from ergo_demo.store.records import Action, Effect, Order, Reason

FILTERS: Mapping[str, Callable[[Corrected], Collection[str]]] = {
    "action": lambda it: (it.annotation.submission.action.value,),
    "reason": lambda it: tuple(reason.value for reason in it.annotation.submission.reasons),
    "effect": lambda it: (it.annotation.submission.what_if.effect.value,),
    "confidence": lambda it: (str(it.annotation.submission.confidence or ""),),
    "annotator": lambda it: (it.annotation.annotator,),
    "role": lambda it: (it.annotation.role,),
    "queue": lambda it: (it.annotation.queue.value if it.annotation.queue else "",),
    "blind": lambda it: ("yes" if it.annotation.blind else "no",),
    "model": lambda it: (it.trace.model.name if it.trace else "",),
    "revision": lambda it: (it.trace.model.revision if it.trace else "",),
    "split": lambda it: (it.split,),
    "item": lambda it: (it.item.id,),
    "licence": lambda it: (it.image_licence,),
}
"""By what decisions can be chosen: each gives the values that one has."""

KNOWN: Mapping[str, tuple[str, ...]] = {
    "action": tuple(action.value for action in Action),
    "reason": tuple(reason.value for reason in Reason),
    "effect": tuple(effect.value for effect in Effect),
    "confidence": ("1", "2", "3", ""),
    "queue": (*(order.value for order in Order), ""),
    "blind": ("yes", "no"),
    "split": ("train", "test"),
}
"""Every value of those that have a few; "" where nothing was said."""


def read_filter(texts: Sequence[str]) -> dict[str, frozenset[str]]:
    """KEY=VALUE[,VALUE...] each; all keys must hold, one of a key's values is enough. Raises InputError.

    >>> read_filter(["action=edit, redraw", "blind=no"])["blind"]
    frozenset({'no'})
    """
    wanted: dict[str, frozenset[str]] = {}
    for text in texts:
        key, equals, values = text.partition("=")
        if not equals or key not in FILTERS:
            known = ", ".join(FILTERS)
            raise InputError(f"The filter {text!r} is unknown.", remedy=f"Give KEY=VALUE with one of {known}.")
        given = frozenset(value.strip() for value in values.split(","))
        check_filter(key, given)
        wanted[key] = wanted.get(key, frozenset()) | given
    return wanted


def check_filter(key: str, values: Collection[str]) -> None:
    """Raises InputError for a value that no decision can have: it would choose nothing, and not say why."""
    unknown = sorted(set(values) - set(KNOWN[key])) if key in KNOWN else []
    if unknown:
        known = ", ".join(value or '"" (not said)' for value in KNOWN[key])
        raise InputError(f"No decision has the {key} {unknown[0]!r}.", remedy=f"Choose from {known}.")


def is_wanted(corrected: Corrected, wanted: Mapping[str, Collection[str]]) -> bool:
    """Whether the filter lets this decision through."""
    return all(any(value in values for value in FILTERS[key](corrected)) for key, values in wanted.items())


def projects_named(there: Mapping[str, str], texts: Sequence[str]) -> tuple[str, ...]:
    """The ids of projects that are named by id or by name, each once. Raises InputError.

    `there`: every project's name by its id.

    >>> projects_named({"street-signs": "Street signs"}, ["street signs", "street-signs"])
    ('street-signs',)
    """
    found: dict[str, None] = {}
    for text in texts:
        ids = [id for id, name in there.items() if name.casefold() == text.strip().casefold()]
        if text not in there and not ids:
            known = ", ".join(sorted(there.values())) or "none yet"
            raise InputError(f"There is no project {text!r}.", remedy=f"Name one that is there: {known}.")
        found |= dict.fromkeys([text] if text in there else ids)
    return tuple(found)
