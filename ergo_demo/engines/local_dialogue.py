"""A conversation with a model on this machine: takes a turn, streams the reply, keeps what was said as token ids."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import torch

from ergo_demo.engines import Fork, Stop, Turn, fork_seed
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
    """One conversation. It holds its turns, and nothing else."""

    model: LoadedModel
    sampling: Sampling
    said: tuple[Turn, ...] = ()

    def fork(self, k: int, sampling: Sampling, *, stop: Stop) -> Generator[int, None, tuple[Fork, ...]]:
        """Draws `k` other replies to the last turn, one by one."""
        if not self.said:
            raise ValueError("no turn was said that could be forked")
        forks: list[Fork] = []
        for number in range(k):
            seeded = replace(sampling, seed=fork_seed(sampling.seed, number))
            speaking = LocalDialogue(self.model, seeded, self.said[:-1]).say(*self.said[-1].messages, stop=stop)
            try:
                while True:
                    next(speaking)
                    yield len(forks)
            except StopIteration as end:
                forks.append(end.value)
            except EngineError as error:
                forks.append(error)
            finally:
                speaking.close()
        return tuple(forks)

    def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
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
        asked = self.reads(messages)
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
            tokens.append(Token(reader.read(number), logprob, number))
            yield tokens[-1]
        if rest := reader.end():  # cut off within a character: known only now that no more bytes come
            tokens[-1] = replace(tokens[-1], text=tokens[-1].text + rest)
        generation = Generation(tuple(tokens), finish, peak_bytes(self.model.device))
        self.said += (Turn(tuple(messages), generation),)
        return generation

    def reads(self, messages: Sequence[Message]) -> Conversation:
        """What was said, the new messages, and where the model speaks."""
        asked = Conversation()
        for turn in self.said:
            self._add(asked, turn.messages)
            asked.ids += [token.number for token in turn.reply.tokens if token.number is not None]
            asked.ids += self.model.processor.reply_end_ids()
        self._add(asked, messages)
        return asked

    def _add(self, asked: Conversation, messages: Sequence[Message]) -> None:
        for message in messages:
            picture = None if message.picture is None else self.model.processor.picture(message.picture)
            asked.ids += self.model.processor.message_ids(message, picture)
            if picture is not None:
                asked.pictures.append(see(self.model.network, picture))
        asked.ids += self.model.processor.reply_start_ids()

    def _problem(self, error: BaseException) -> EngineError | None:
        """What to say about an error inside the network; None for one that is a mistake of ours."""
        name = "CPU" if self.model.device.type == "cpu" else "GPU"
        if is_shortage(error):
            look = _LOOKS[min(len(self.said), len(_LOOKS) - 1)]
            budget = "zoom" if self.said else "coarse"
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
