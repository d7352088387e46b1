"""Who signed in with Hugging Face, and whether a Space is theirs. Gradio does the signing in (gradio.oauth) and keeps
what the Hub said in a cookie that it signs; here it is only read.

An organisation's Space belongs to its admins, as far as the Hub says who they are.
"""

import time
from collections.abc import Mapping

SIGN_IN = frozenset({"/login/huggingface", "/login/callback", "/logout"})
"""Gradio's routes for it."""

WRITING = frozenset({"contribute-repos", "write-repos", "manage-repos"})
"""Scopes of which each lets a token write: https://huggingface.co/docs/hub/oauth."""


def space_owner(environment: Mapping[str, str]) -> str | None:
    """The user or organisation whose Space this is; None elsewhere, and in a Space without sign-in (hf_oauth).

    >>> space_owner({"SYSTEM": "spaces", "SPACE_ID": "ada/ergo", "OAUTH_CLIENT_ID": "1"})
    'ada'
    """
    # Outside of a Space Gradio would sign in everybody as whoever's token lies on the machine.
    if environment.get("SYSTEM") != "spaces" or not environment.get("OAUTH_CLIENT_ID"):
        return None
    owner = environment.get("SPACE_AUTHOR_NAME") or environment.get("SPACE_ID", "").partition("/")[0]
    return owner or None


def owner_signed_in(session: object, owner: str, now: float | None = None) -> str | None:
    """The name of whoever signed in, if `owner`'s Space is theirs; None for everybody else, and when it ran out."""
    said = session.get("oauth_info") if isinstance(session, Mapping) else None
    user = said.get("userinfo") if isinstance(said, Mapping) else None
    if not isinstance(said, Mapping) or not isinstance(user, Mapping):
        return None
    expires, name = said.get("expires_at"), user.get("preferred_username")
    over = not isinstance(expires, int | float) or expires <= (time.time() if now is None else now)
    if over or not isinstance(name, str) or not name:
        return None
    return name if _same(name, owner) or _is_admin(user.get("orgs"), owner) else None


def writing_token(session: object) -> str | None:
    """The token that came with signing in, if it may write to the Hub: a Space asks for that with hf_oauth_scopes."""
    said = session.get("oauth_info") if isinstance(session, Mapping) else None
    token, scopes = (said.get("access_token"), said.get("scope")) if isinstance(said, Mapping) else (None, None)
    may = isinstance(scopes, str) and not WRITING.isdisjoint(scopes.split())
    return token if may and isinstance(token, str) and token else None


def _is_admin(organisations: object, owner: str) -> bool:
    some = [one for one in organisations if isinstance(one, Mapping)] if isinstance(organisations, list) else []
    return any(_same(one.get("preferred_username"), owner) and one.get("roleInOrg") == "admin" for one in some)


def _same(name: object, owner: str) -> bool:
    return isinstance(name, str) and name.lower() == owner.lower()  # the Hub has no two names that differ in case alone
