"""A conversation with a model on this machine: takes a turn, streams the reply, keeps what was said as token ids."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace

import torch

from ergo_demo.engines import Stop
from ergo_demo.engines.local_decoding import Conversation, Decoder, Sampler, see
from ergo_demo.engines.local_loading import LoadedModel
from ergo_demo.engines.local_memory import give_back, is_shortage, peak_bytes, start_watching
from ergo_demo.errors import EngineError, EngineUnavailable, OutOfMemory
from ergo_demo.records import Finish, Generation, Message, Sampling, Token

SECONDS_BETWEEN_LOOKS_AT_STOP = 0.05
"""While another request holds the model."""

_LOOKS = ("first", "second")


@dataclass
class LocalDialogue:
    """One conversation. It holds its pictures' features, so a second turn shows only its own to the vision tower."""

    model: LoadedModel
    sampling: Sampling
    said: Conversation = field(default_factory=Conversation)
    turns: int = 0

    def say(self, *messages: Message, stop: Stop) -> Generator[Token, None, Generation]:
        """Adds `messages` and streams the reply, computed in the thread that asks for the next token.

        Waits while another conversation holds the model. A turn that is closed or fails leaves the conversation as
        it was. Raises FrameMismatch, OutOfMemory or EngineUnavailable.
        """
        while not self.model.lock.acquire(timeout=SECONDS_BETWEEN_LOOKS_AT_STOP):
            if stop():
                return Generation((), Finish.CANCELLED)
        try:
            return (yield from self._reply(messages, stop))
        except (RuntimeError, MemoryError) as error:
            problem = self._problem(error)
            if problem is None:
                raise
            # The traceback holds the frames that hold the tensors; what is shown does not need it.
            error.__traceback__ = None
        finally:
            self.model.lock.release()
        give_back(self.model.device)
        raise problem

    def _reply(self, messages: Sequence[Message], stop: Stop) -> Generator[Token, None, Generation]:
        start_watching(self.model.device)
        processor, network = self.model.processor, self.model.network
        asked = self._asked(messages)
        decoder = Decoder(network, asked)
        sampler = Sampler(self.sampling, processor.unspeakable_ids, self.model.device)
        reader = processor.reader()
        numbers: list[int] = []
        tokens: list[Token] = []
        finish = Finish.LENGTH
        while len(numbers) < self.sampling.max_new_tokens:
            if stop():
                finish = Finish.CANCELLED
                break
            number, logprob = sampler.draw(decoder.step(numbers[-1]) if numbers else decoder.read())
            if number in processor.end_ids:
                finish = Finish.STOP
                break
            numbers.append(number)
            tokens.append(Token(reader.read(number), logprob))
            yield tokens[-1]
        if rest := reader.end():  # cut off within a character: known only now that no more bytes come
            tokens[-1] = replace(tokens[-1], text=tokens[-1].text + rest)
        self.said = Conversation([*asked.ids, *numbers, *processor.reply_end_ids()], asked.pictures)
        self.turns += 1
        return Generation(tuple(tokens), finish, peak_bytes(self.model.device))

    def _asked(self, messages: Sequence[Message]) -> Conversation:
        """What was said, the new messages, and where the model speaks."""
        asked = Conversation([*self.said.ids], [*self.said.pictures])
        for message in messages:
            picture = None if message.picture is None else self.model.processor.picture(message.picture)
            asked.ids += self.model.processor.message_ids(message, picture)
            if picture is not None:
                asked.pictures.append(see(self.model.network, picture))
        asked.ids += self.model.processor.reply_start_ids()
        return asked

    def _problem(self, error: BaseException) -> EngineError | None:
        """What to say about an error inside the network; None for one that is a mistake of ours."""
        name = "CPU" if self.model.device.type == "cpu" else "GPU"
        if is_shortage(error):
            look = _LOOKS[min(self.turns, len(_LOOKS) - 1)]
            budget = "coarse" if self.turns == 0 else "zoom"
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
