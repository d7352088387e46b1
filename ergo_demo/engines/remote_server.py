"""Where the server is and what it was found to accept; a request tried until it works or cannot. Knows no turns."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai

from ergo_demo.engines.remote_chat import ChatMessage, Fields, Piece, read_pieces, unreadable
from ergo_demo.engines.remote_exchange import Exchange
from ergo_demo.engines.remote_failures import (
    Patience,
    as_engine_error,
    asked_to_wait,
    broken_off,
    is_refused,
    is_worth_another_try,
)
from ergo_demo.errors import ModelNotFound


@dataclass
class Server:
    """An address with a model. What was learned about it holds for all requests; a race only asks it once more."""

    base: str
    key: str | None = field(repr=False)
    patience: Patience = field(default_factory=Patience)
    model: str = ""
    refused_fields: int = 0
    """How many of the sets of `remote_chat.fields` it does not take: sent are those after them."""
    knows_fields: bool = False
    """Whether a set was accepted, so that a refusal is about something else."""
    answers_n: bool | None = None
    """Whether it gives several replies to one request; None until one was asked for."""

    def ask(self, messages: Sequence[ChatMessage], fields: Sequence[Fields], n: int = 1) -> Exchange[Piece]:
        """The reply as it is written, `n` of them where the server can. Each tried as `patience` says."""
        return Exchange(lambda: self._tried(messages, fields, n))

    async def _tried(self, messages: Sequence[ChatMessage], fields: Sequence[Fields], n: int) -> AsyncIterator[Piece]:
        tried, begun, known, sent = 0, False, self.knows_fields, self.refused_fields
        async with self.client() as client:
            while True:
                request = {"model": self.model, "messages": messages, **fields[sent], **({"n": n} if n > 1 else {})}
                try:
                    async for piece in self._stream(client, request):
                        # What was heard cannot be taken back; the empty piece that some begin with can.
                        begun = begun or bool(piece.thought or piece.tokens or piece.finish)
                        self.refused_fields, self.knows_fields = max(sent, self.refused_fields), True
                        yield piece
                    return
                except Exception as error:
                    if is_refused(error) and not (known or begun) and sent + 1 < len(fields):
                        sent += 1
                        continue
                    tried += 1
                    if begun or tried >= self.patience.tries or not is_worth_another_try(error):
                        # Not chained: the cause holds the request, and with it the key.
                        raise as_engine_error(error, self.model, self.key, begun=begun) from None
                    await asyncio.sleep(self.patience.wait_seconds(tried, asked_to_wait(error)))

    async def _stream(self, client: openai.AsyncOpenAI, request: dict[str, Any]) -> AsyncIterator[Piece]:
        finished = False
        async with asyncio.timeout(self.patience.silence_seconds):
            stream = await client.chat.completions.create(**request, stream=True)
        async with contextlib.aclosing(stream.response):  # also when this is cancelled
            if "text/event-stream" not in stream.response.headers.get("content-type", ""):
                raise unreadable()
            chunks = aiter(stream)
            while True:
                try:
                    async with asyncio.timeout(self.patience.silence_seconds):
                        chunk = await anext(chunks)
                except StopAsyncIteration:
                    break
                for piece in read_pieces(chunk):
                    finished = finished or piece.finish is not None
                    yield piece
        if not finished:
            raise broken_off()

    def client(self) -> openai.AsyncOpenAI:
        """A client for one request, to be closed."""
        # Our own transport: no redirects to elsewhere, and no proxy between two programs of one machine.
        transport = httpx2.AsyncClient(
            timeout=httpx2.Timeout(None, connect=self.patience.connect_seconds),
            # Servers close a connection after an error, and a kept one may be closed under the next try.
            limits=httpx2.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=not _is_this_machine(self.base),
            verify=self._certificates,
        )
        # The package wants a key; a server that wants none ignores it. OPENAI_API_KEY is another server's.
        return openai.AsyncOpenAI(base_url=self.base, api_key=self.key or "none", max_retries=0, http_client=transport)

    @cached_property
    def _certificates(self) -> Any:
        return httpx2.create_ssl_context()  # reading them takes longer than a request on this machine


def _is_this_machine(base: str) -> bool:
    host = urlsplit(base).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def name_the_model(server: Server) -> str:
    """The one model that the server has. Raises ModelNotFound when it names none or several, EngineUnavailable."""

    async def asked() -> AsyncIterator[list[str]]:
        async with server.client() as client:
            try:
                async with asyncio.timeout(server.patience.silence_seconds):
                    yield [model.id for model in (await client.models.list()).data]
            except Exception as error:
                raise as_engine_error(error, "", server.key, begun=False) from None

    with Exchange(asked) as exchange:
        names = exchange.next(None) or []
    if len(names) == 1:
        return names[0]
    said = f"has {len(names)} models: {', '.join(names[:10])}" if names else "does not say which models it has"
    raise ModelNotFound(f"The server {said}.", remedy="Set ERGO_MODEL to the name of one that it serves.")
