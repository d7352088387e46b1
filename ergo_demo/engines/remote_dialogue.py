"""A conversation with a model on a server: takes a turn, streams the reply; forks of a turn by `n` or side by side."""

import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from ergo_demo.engines import Fork, Stop, Turn, fork_seed
from ergo_demo.engines.remote_chat import ChatMessage, Piece, chat_message, fields, vision_tokens
from ergo_demo.engines.remote_exchange import Exchange, Over
from ergo_demo.engines.remote_failures import broken_off
from ergo_demo.engines.remote_server import Server
from ergo_demo.errors import EngineError, EngineUnavailable, FrameMismatch, RequestRefused
from ergo_demo.records import Finish, Generation, Message, Sampling, Token

SECONDS_BETWEEN_LOOKS_AT_STOP = 0.05
"""While nothing arrives."""

SECONDS_FOR_THE_USAGE = 2.0
"""After the reply is complete: how long its token counts are waited for."""


@dataclass
class Reply:
    """One reply that is being written."""

    most_tokens: int
    tokens: list[Token] = field(default_factory=list)
    finish: Finish | None = None
    thinks: bool = False

    def take(self, piece: Piece) -> Iterator[Token]:
        """Adds what came, token by token as they are taken. A server that ignores the limit is stopped at it."""
        for token in self._with_tags(piece):
            if len(self.tokens) == self.most_tokens:
                self.finish = Finish.LENGTH
                return
            self.tokens.append(token)
            yield token
        if piece.finish == "content_filter":
            raise EngineUnavailable("The server withheld the reply.", remedy="Ask otherwise, or use another server.")
        if piece.finish is not None:
            self.finish = Finish.LENGTH if piece.finish == "length" else Finish.STOP

    def _with_tags(self, piece: Piece) -> Iterator[Token]:
        """The piece as the model wrote it: servers that know thoughts send them apart, without their tags."""
        if piece.thought:
            yield from () if self.thinks else (Token("<think>"),)
            self.thinks = True
            yield from piece.thought
        if piece.tokens:
            yield from (Token("</think>"),) if self.thinks else ()
            self.thinks = False
            yield from piece.tokens

    def generation(self) -> Generation:
        """What was written; a reply without an end was cancelled."""
        return Generation(tuple(self.tokens), self.finish or Finish.CANCELLED)


@dataclass
class RemoteDialogue:
    """One conversation. All of it is sent with every turn; the server knows again what it has computed."""

    server: Server
    sampling: Sampling
    said: tuple[Turn, ...] = ()
    chat: list[ChatMessage] = field(default_factory=list, repr=False)
    """`said` as it is sent: encoded once, so that the server gets the same bytes again."""

    def __post_init__(self) -> None:
        self.chat = [message for turn in self.said for message in _chat_of(turn)]

    def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
        """Adds `messages` and streams the reply. A turn that is closed or fails leaves the conversation as it was.

        `alternatives` above 20 are 20, and none where the server gives none. Raises EngineUnavailable, ModelNotFound,
        or FrameMismatch when the server's count shows that it made the pictures smaller.
        """
        asked = [chat_message(message) for message in messages]
        reply = Reply(self.sampling.max_new_tokens)
        wanted = fields(self.sampling, alternatives=alternatives)
        with self.server.ask([*self.chat, *asked], wanted) as exchange:
            while reply.finish is None and not stop():
                piece = exchange.next(SECONDS_BETWEEN_LOOKS_AT_STOP)
                for token in reply.take(piece) if piece else ():
                    yield token
                    if stop():
                        break
            if reply.finish is not None:
                self._check_frames(messages, _usage(exchange))
        turn = Turn(messages, reply.generation())
        self.said += (turn,)
        self.chat += [*asked, _reply_of(turn)]
        return turn.reply

    def fork(self, k: int, sampling: Sampling, *, stop: Stop) -> Generator[int, None, tuple[Fork, ...]]:
        """Other replies to the last turn: with one request where the server counts to `k`, else side by side.

        With one request the server draws them all from the first fork's seed, so that only fork 0 has its own.
        """
        if not self.said:
            raise ValueError("no turn was said that could be forked")
        asked = self.chat[:-1]
        forks = [_Fork(Reply(sampling.max_new_tokens)) for _ in range(k)]
        if k > 1 and self.server.answers_n is not False:
            first = replace(sampling, seed=fork_seed(sampling.seed, 0))
            with self.server.ask(asked, fields(first), n=k) as exchange:
                yield from _hear(forks, [(exchange, forks)], stop)
            if not stop():
                self._learn_about_n(forks)
        with ExitStack() as opened:
            heard = []
            for number, fork in enumerate(forks):
                if not fork.begun and not stop():
                    own = replace(sampling, seed=fork_seed(sampling.seed, number))
                    heard.append((opened.enter_context(self.server.ask(asked, fields(own))), [fork]))
            yield from _hear(forks, heard, stop)
        return tuple(fork.outcome() for fork in forks)

    def _learn_about_n(self, forks: Sequence["_Fork"]) -> None:
        """A server that gave one reply ignores `n`, one that refused does not know it: they are asked side by side."""
        if all(fork.begun and not isinstance(fork.error, RequestRefused) for fork in forks):
            self.server.answers_n = True
            return
        self.server.answers_n = False
        for fork in forks:
            fork.error = None if isinstance(fork.error, RequestRefused) else fork.error

    def _check_frames(self, messages: Sequence[Message], prompt_tokens: int | None) -> None:
        sent = vision_tokens([*(message for turn in self.said for message in turn.messages), *messages])
        if prompt_tokens is not None and prompt_tokens < sent:
            raise FrameMismatch(
                f"The server read {prompt_tokens:,} tokens, and the views alone have {sent:,}: it made them smaller.",
                remedy="Raise its longest image (max_pixels), or lower the budgets.",
            )


@dataclass
class _Fork:
    """One of several replies; `error` is why there will be none."""

    reply: Reply
    error: EngineError | None = None

    @property
    def begun(self) -> bool:
        return bool(self.reply.tokens or self.reply.finish or self.error)

    @property
    def ended(self) -> bool:
        return bool(self.reply.finish or self.error)

    def outcome(self) -> Fork:
        return self.error or self.reply.generation()


def _hear(
    forks: Sequence[_Fork], heard: Sequence[tuple[Exchange[Piece], Sequence[_Fork]]], stop: Stop
) -> Generator[int, None, None]:
    """Listens to each exchange for the replies that it brings, until all have ended or it is stopped."""
    open_ones = list(heard)
    while open_ones and not stop():
        came = False
        for exchange, own in list(open_ones):
            try:
                while (piece := exchange.next(0)) is not None:
                    came = True
                    if piece.choice < len(own) and not own[piece.choice].ended:
                        deque(own[piece.choice].reply.take(piece), maxlen=0)
            except Over:
                _end([fork for fork in own if fork.begun], broken_off())
                open_ones.remove((exchange, own))
            except EngineError as error:
                _end(own, error)
                open_ones.remove((exchange, own))
        if came:
            yield sum(fork.ended for fork in forks)
        else:
            time.sleep(SECONDS_BETWEEN_LOOKS_AT_STOP)


def _end(forks: Sequence[_Fork], error: EngineError) -> None:
    for fork in forks:
        fork.error = None if fork.ended else error


def _usage(exchange: Exchange[Piece]) -> int | None:
    """The tokens that the server read, None where it does not say. The reply is complete: nothing can fail any more."""
    latest = time.monotonic() + SECONDS_FOR_THE_USAGE
    while (left := latest - time.monotonic()) > 0:
        try:
            piece = exchange.next(left)
        except (Over, EngineError):
            return None
        if piece is not None and piece.prompt_tokens is not None:
            return piece.prompt_tokens
    return None


def _chat_of(turn: Turn) -> list[ChatMessage]:
    return [*(chat_message(message) for message in turn.messages), _reply_of(turn)]


def _reply_of(turn: Turn) -> ChatMessage:
    return {"role": "assistant", "content": turn.reply.text}
