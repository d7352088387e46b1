"""Photos from other machines, for an operator who allows it: within limits, and never from this machine's own network.

What a file of rows names may have been written by a stranger: an address that leads to a private one is refused, at
each redirect. Not covered: a name whose address changes between the look and the connection; what comes must be a
photo all the same.
"""

import hashlib
import ipaddress
import socket
from pathlib import Path

import httpx

from ergo_demo.annotation.found import shortened
from ergo_demo.errors import SourceInvalid

MOST_BYTES = 100_000_000
SECONDS = 30.0
REDIRECTS = 5


class Fetcher:
    """Puts the files of addresses into `folder`, each once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, address: str) -> Path:
        """The file. Raises SourceInvalid."""
        target = self._folder / hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
        if not target.exists():
            try:
                with httpx.Client(timeout=SECONDS) as client:
                    self._get(client, address, target)
            except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
                target.unlink(missing_ok=True)
                raise SourceInvalid(
                    f"{shortened(address)} cannot be fetched: {error}.", remedy="Download it."
                ) from error
        return target

    def _get(self, client: httpx.Client, address: str, target: Path) -> None:
        url = httpx.URL(address)
        for _ in range(REDIRECTS + 1):
            refuse_private(url)
            with client.stream("GET", url) as response:
                if response.next_request is not None:
                    url = response.next_request.url
                    continue
                response.raise_for_status()
                _write(response, target)
                return
        raise SourceInvalid(f"{shortened(address)} redirects too often.", remedy="Download it.")


def refuse_private(url: httpx.URL) -> None:
    """Raises SourceInvalid unless every address of the host is a public one."""
    found = {entry[4][0] for entry in socket.getaddrinfo(url.host, url.port or 443)}
    if url.scheme not in ("http", "https") or not all(ipaddress.ip_address(one).is_global for one in found):
        raise SourceInvalid(f"{shortened(str(url))} is not on the public net.", remedy="Download it and name the file.")


def _write(response: httpx.Response, target: Path) -> None:
    written = 0
    with target.open("wb") as file:
        for chunk in response.iter_bytes():
            written += len(chunk)
            if written > MOST_BYTES:
                target.unlink()
                raise SourceInvalid(f"The file has more than {MOST_BYTES:,} bytes.", remedy="Make it smaller.")
            file.write(chunk)
