"""What a corrected box did to the model's answer. Pure."""

from ergo_demo.scoring import answer_matches
from ergo_demo.store.records import Effect


def effect_of(model: str, corrected: str | None, right: str | None) -> Effect:
    """From the answers of the model's own box and of the corrected one, and the right one where somebody knows it.

    Without the right one, two answers that differ may be both wrong: unknown.

    >>> effect_of("K 417", "K 471", "k 471").value
    'wrong_to_right'
    """
    if corrected is None or not model.strip():
        return Effect.UNKNOWN
    if answer_matches(corrected, model):
        return Effect.UNCHANGED
    if right is None or not right.strip():
        return Effect.UNKNOWN
    before, after = answer_matches(model, right), answer_matches(corrected, right)
    if before == after:
        return Effect.UNCHANGED
    return Effect.WRONG_TO_RIGHT if after else Effect.RIGHT_TO_WRONG
