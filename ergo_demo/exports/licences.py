"""The licences that are known by name: as the Hugging Face Hub writes them, and where their text stands."""

import re

_KNOWN = {
    "CC-BY-4.0": ("cc-by-4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": ("cc-by-sa-4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "CC-BY-NC-4.0": ("cc-by-nc-4.0", "https://creativecommons.org/licenses/by-nc/4.0/"),
    "CC0": ("cc0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC0-1.0": ("cc0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "Apache-2.0": ("apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
    "MIT": ("mit", "https://opensource.org/license/mit"),
}

# No blank and none of what RFC 3987 keeps out of an address.
_ADDRESS = re.compile(r"https?://[^\s\x00-\x20<>\"{}|\\^`\ud800-\udfff]+")


def hub_name(licence: str) -> str:
    """As a dataset card writes it; "other" for one that is not known.

    >>> hub_name("CC0"), hub_name("ask me")
    ('cc0-1.0', 'other')
    """
    return _KNOWN[licence][0] if licence in _KNOWN else "other"


def address(licence: str) -> str | None:
    """Where the text of a licence stands; None where only its owner knows.

    >>> address("MIT"), address("https://example.org/terms"), address("ask me")
    ('https://opensource.org/license/mit', 'https://example.org/terms', None)
    """
    if licence in _KNOWN:
        return _KNOWN[licence][1]
    return licence if _ADDRESS.fullmatch(licence) else None
