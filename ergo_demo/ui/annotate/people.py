"""Who is asking, proved by something that the server gave out or trusts. Three roles; no passwords.

visitor      nobody is known. May use Ask, and nothing here.
annotator    a name, proved by a link that the owner made, or said by a proxy (ERGO_TRUSTED_USER_HEADER). What that
             person may see is decided by the projects in which the store has them as a member.
owner        in a Space: whoever signed in with Hugging Face and owns it (hub.py). Elsewhere: holds the token that is
             printed at start, or sits at this very machine where nobody else can connect.

Cookies hold a name with the store's signature, or the owner's token. That another site's page sends nothing in their
name is the gate's business (`ui.gate.check_origin`).
"""

import base64
import binascii
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import urlencode

from starlette.requests import Request

from ergo_demo.errors import InputError
from ergo_demo.store.identity import clean_name
from ergo_demo.ui.annotate.hub import owner_signed_in, writing_token

Role: TypeAlias = Literal["visitor", "annotator", "owner"]

OWNER_COOKIE, PERSON_COOKIE = "ergo_owner", "ergo_person"
COOKIE_SECONDS = 180 * 24 * 3600
OWNERS_NAME = "owner"
"""Of an owner who has not said another: on one's own machine nobody is asked for a name."""

FORWARDING = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
"""Set by proxies: behind one, a connection from this machine is anybody's."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asking. `hash` stands for the name in the store; both are None for a visitor."""

    name: str | None
    hash: str | None
    owner: bool = False
    hub_token: str | None = field(default=None, repr=False)
    """Of an owner who signed in with Hugging Face: one that may write there."""

    @property
    def role(self) -> Role:
        """The most that this person may be."""
        return "owner" if self.owner else "visitor" if self.name is None else "annotator"


@dataclass(frozen=True)
class Entrance:
    """How people show who they are. `sign` is the store's keyed hash."""

    sign: Callable[[str], str]
    token: str | None
    """The owner's, new at each start; None where the owner signs in otherwise."""
    user_header: str | None = None
    """In which a proxy says the user's name, whatever the client sent under it. Cookies do not name anybody then."""
    loopback_owns: bool = False
    """Whether only this machine can connect, so that whoever does is its owner."""
    space_owner: str | None = None
    """Whose Space this is, where people can sign in with Hugging Face: then that is what makes an owner."""
    lasts: bool = True
    """Whether somebody is the same person after a restart: not where the key of names goes with this server's disk."""

    def person(self, request: Request) -> Person:
        """Who sent this request."""
        session = request.scope.get("session")
        signed_in = self.space_owner and owner_signed_in(session, self.space_owner)
        owner = bool(signed_in) or self._is_owner(request)
        name = self._name(request) or (signed_in or OWNERS_NAME if owner else None)
        token = writing_token(session) if signed_in else None
        return Person(name, None if name is None else self.sign(name), owner, token)

    def invitation(self, name: str) -> str:
        """The address, relative to the page, that makes whoever opens it this person. Raises InputError."""
        name = clean_name(name)
        return f"annotate/enter?{urlencode({'name': name, 'key': self._signature('invitation', name)})}"

    def owners_address(self) -> str | None:
        """The address, relative to the page, that makes whoever opens it the owner; None without a token."""
        return None if self.token is None else f"annotate/enter?{urlencode({'key': self.token})}"

    def cookie_for(self, name: str, key: str) -> tuple[str, str] | None:
        """The cookie (name, value) of an address as made above; None when it was not made here."""
        if not name:
            return (OWNER_COOKIE, self.token) if self.token and _same(key, self.token) else None
        if not _same(key, self._signature("invitation", name)):
            return None
        packed = base64.urlsafe_b64encode(name.encode("utf-8", "surrogatepass")).decode().rstrip("=")
        return PERSON_COOKIE, f"{packed}.{self._signature('cookie', name)}"

    def _is_owner(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.token and (_same(given, self.token) or _same(_cookie(request, OWNER_COOKIE), self.token)):
            return True
        return self.loopback_owns and _is_here(request)

    def _name(self, request: Request) -> str | None:
        if self.user_header is not None:
            said = request.headers.getlist(self.user_header)
            return _name_or_none(said[0]) if len(said) == 1 else None
        packed, _, signature = _cookie(request, PERSON_COOKIE).partition(".")
        try:
            name = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
        except (binascii.Error, ValueError):
            return None
        return name if name and _same(signature, self._signature("cookie", name)) else None

    def _signature(self, what: str, name: str) -> str:
        # No name holds a zero byte, so that no signature is anybody's hash.
        return self.sign(f"\0{what}\0{name}")


def _name_or_none(name: str) -> str | None:
    try:
        return clean_name(name)
    except InputError:
        return None


def _cookie(request: Request, name: str) -> str:
    return request.cookies.get(name, "")


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode())


def _is_here(request: Request) -> bool:
    """Whether the other end of the connection is this machine, and no proxy of it."""
    if request.client is None or any(name in request.headers for name in FORWARDING):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
