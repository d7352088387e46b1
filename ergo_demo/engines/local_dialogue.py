"""A conversation with a model on this machine: takes a turn, streams the reply, forks it. What it said is its turns.

The computed part of the row is not the dialogue's: it lies with the model (local_prefixes), where any dialogue that
begins the same finds it. So a dialogue can be made again from its turns, in another process too, and an evicted one
only takes longer.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import torch

from ergo_demo.engines import Fork, Stop, Turn
from ergo_demo.engines.local_conversation import Conversation
from ergo_demo.engines.local_decoding import Decoder, Stopped
from ergo_demo.engines.local_forks import forked
from ergo_demo.engines.local_loading import LoadedModel
from ergo_demo.engines.local_memory import give_back, is_shortage, peak_bytes, start_watching
from ergo_demo.engines.local_sampling import Drawn, Sampler, likeliest
from ergo_demo.engines.local_vision import eyes
from ergo_demo.errors import EngineError, EngineUnavailable, OutOfMemory
from ergo_demo.records import Alternative, Finish, Generation, Message, Sampling, Token

SECONDS_BETWEEN_LOOKS_AT_STOP = 0.05
"""While another request holds the model."""

T = TypeVar("T")
R = TypeVar("R")

_LOOKS = ("first", "second")


@dataclass
class LocalDialogue:
    """One conversation. It holds its turns, and nothing that was computed."""

    model: LoadedModel
    sampling: Sampling
    said: tuple[Turn, ...] = ()

    def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
        """Adds `messages` and streams the reply, computed in the thread that asks for the next token.

        Waits while another conversation holds the model. A turn that is closed or fails leaves the conversation as
        it was. Raises FrameMismatch, OutOfMemory or EngineUnavailable.
        """
        if not self._got_the_model(stop):
            return Generation((), Finish.CANCELLED)
        generation = yield from self._holding(self._reply(messages, stop, alternatives), len(self.said))
        self.said += (Turn(messages, generation),)
        return generation

    def fork(self, k: int, sampling: Sampling, *, stop: Stop) -> Generator[int, None, tuple[Fork, ...]]:
        """Draws `k` other replies to the last turn, side by side behind the prefix that is kept of it."""
        if not self.said:
            raise ValueError("no turn was said that could be forked")
        if k == 0:
            return ()
        if not self._got_the_model(stop):
            return (Generation((), Finish.CANCELLED),) * k
        try:
            return (yield from self._holding(self._forked(k, sampling, stop), len(self.said) - 1))
        except EngineError as error:
            return (error,) * k

    def _forked(self, k: int, sampling: Sampling, stop: Stop) -> Generator[int, None, tuple[Fork, ...]]:
        before = replace(self, said=self.said[:-1])
        try:
            decoder, logits = self._read(before.row(self.said[-1].messages), stop)
        except Stopped:
            return (Generation((), Finish.CANCELLED),) * k
        return (yield from forked(decoder, logits, self.model.processor, sampling, k, stop))

    def row(self, messages: Sequence[Message]) -> Conversation:
        """What the network reads: all turns, the new messages, and where the model speaks."""
        row = Conversation()
        for turn in self.said:
            self._add(row, turn.messages)
            row.add(self._numbers(turn.reply) + self.model.processor.reply_end_ids())
        self._add(row, messages)
        return row

    def _add(self, row: Conversation, messages: Sequence[Message]) -> None:
        for message in messages:
            ids = self.model.processor.message_ids(message)
            vision_start = ids.index(self.model.processor.image_token_id) if message.picture is not None else 0
            row.add(ids, vision_start, message.picture)
        row.add(self.model.processor.reply_start_ids())

    def _numbers(self, reply: Generation) -> list[int]:
        """The reply as it was generated; a reply of another engine, as its text encodes."""
        numbers = [token.number for token in reply.tokens if token.number is not None]
        return numbers if len(numbers) == len(reply.tokens) else self.model.processor.encode(reply.text)

    def _reply(self, messages: Sequence[Message], stop: Stop, alternatives: int) -> Generator[Token, None, Generation]:
        processor, prefixes = self.model.processor, self.model.prefixes
        reader = processor.reader()
        sampler = Sampler(self.sampling, processor.unspeakable_ids, [self.sampling.seed])
        tokens: list[Token] = []
        drawn: Drawn | None = None
        finish = Finish.LENGTH
        try:
            decoder, logits = self._read(self.row(messages), stop)
        except Stopped:
            return Generation((), Finish.CANCELLED, peak_bytes(self.model.device))
        while len(tokens) < self.sampling.max_new_tokens:
            if stop():
                finish = Finish.CANCELLED
                break
            if drawn is not None:
                logits = decoder.step(drawn.number)
            (drawn,) = sampler.draw(logits)
            if drawn.number in processor.end_ids:
                finish = Finish.STOP
                break
            others = self._alternatives(likeliest(logits, alternatives)) if alternatives else ()
            tokens.append(Token(reader.read(drawn.number), drawn.logprob, drawn.number, others))
            yield tokens[-1]
        if rest := reader.end():  # cut off within a character: known only now that no more bytes come
            tokens[-1] = replace(tokens[-1], text=tokens[-1].text + rest)
        prefixes.keep(decoder.prefix())
        return Generation(tuple(tokens), finish, peak_bytes(self.model.device))

    def _alternatives(self, drawn: Sequence[Drawn]) -> tuple[Alternative, ...]:
        return tuple(Alternative(self.model.processor.text_of(one.number), one.logprob) for one in drawn)

    def _read(self, row: Conversation, stop: Stop) -> tuple[Decoder, torch.Tensor]:
        """Reads what is not kept of `row`. Where memory is short, what is kept for others goes first."""
        network, prefixes = self.model.network, self.model.prefixes
        try:
            decoder = Decoder(network, row, prefixes.longest(row.marks()))
            return decoder, decoder.read(eyes(network, self.model.processor), stop)
        except (RuntimeError, MemoryError) as error:
            if not is_shortage(error) or not prefixes.forget():
                raise
            error.__traceback__ = None  # it holds the frames that hold the tensors
        give_back(self.model.device)
        decoder = Decoder(network, row)
        return decoder, decoder.read(eyes(network, self.model.processor), stop)

    def _got_the_model(self, stop: Stop) -> bool:
        """Waits for the model; whether it is held now, and not stopped before."""
        while not self.model.lock.acquire(timeout=SECONDS_BETWEEN_LOOKS_AT_STOP):
            if stop():
                return False
        return True

    def _holding(self, work: Generator[T, None, R], turn: int) -> Generator[T, None, R]:
        """Gives the model back when `work` has ended, and says in plain words what went wrong in it."""
        start_watching(self.model.device)
        try:
            return (yield from work)
        except (RuntimeError, MemoryError) as error:
            problem = self._problem(error, turn)
            if problem is None:
                raise
            # The traceback holds the frames that hold the tensors; what is shown does not need it.
            error.__traceback__ = None
        finally:
            self.model.lock.release()
        give_back(self.model.device)
        raise problem

    def _problem(self, error: BaseException, turn: int) -> EngineError | None:
        """What to say about an error inside the network; None for one that is a mistake of ours."""
        name = "CPU" if self.model.device.type == "cpu" else "GPU"
        if is_shortage(error):
            look = _LOOKS[min(turn, len(_LOOKS) - 1)]
            budget = "zoom" if turn else "coarse"
            can_shrink = name == "GPU" and self.model.info.dtype not in {"int8", "nf4"}
            smaller = ", or start with ERGO_QUANTIZE=int8" if can_shrink else ""
            return OutOfMemory(
                f"The {name} ran out of memory at the {look} look.",
                remedy=f"Lower the {budget} budget in Settings{smaller}.",
            )
        if isinstance(error, torch.AcceleratorError):
            return EngineUnavailable(
                f"The {name} stopped: {str(error).splitlines()[0]}.", remedy="Start ERGO Demo again."
            )
        return None
