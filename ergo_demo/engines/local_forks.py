"""Several sampled replies to one turn, side by side behind one prefix: a step is one pass over all that still speak."""

from collections.abc import Generator
from dataclasses import dataclass, field, replace

from torch import Tensor

from ergo_demo.engines import Stop, fork_seed
from ergo_demo.engines.local_decoding import Decoder
from ergo_demo.engines.local_processor import Processor, Reader
from ergo_demo.engines.local_sampling import Drawn, Sampler
from ergo_demo.records import Finish, Generation, Sampling, Token


@dataclass
class _Branch:
    """One reply in progress; `finish` is None while it speaks."""

    reader: Reader
    tokens: list[Token] = field(default_factory=list)
    finish: Finish | None = None

    def take(self, drawn: Drawn, end_ids: frozenset[int], most: int) -> None:
        if drawn.number in end_ids:
            self.finish = Finish.STOP
            return
        self.tokens.append(Token(self.reader.read(drawn.number), drawn.logprob, drawn.number))
        if len(self.tokens) == most:
            self.finish = Finish.LENGTH

    def generation(self) -> Generation:
        if rest := self.reader.end():  # cut off within a character
            self.tokens[-1] = replace(self.tokens[-1], text=self.tokens[-1].text + rest)
        return Generation(tuple(self.tokens), self.finish or Finish.CANCELLED)


def forked(
    decoder: Decoder, logits: Tensor, processor: Processor, sampling: Sampling, k: int, stop: Stop
) -> Generator[int, None, tuple[Generation, ...]]:
    """`k` replies from the logits (1, vocabulary) behind what `decoder` has read; see Dialogue.fork.

    A branch that ends early leaves the row: the others go on as if it had never been.
    """
    sampler = Sampler(sampling, processor.unspeakable_ids, [fork_seed(sampling.seed, number) for number in range(k)])
    branches = [_Branch(processor.reader()) for _ in range(k)]
    speaking = [*range(k)]
    logits = logits.expand(k, -1)
    while not stop():
        drawn = dict(zip(speaking, sampler.draw(logits, speaking), strict=True))
        for number, one in drawn.items():
            branches[number].take(one, processor.end_ids, sampling.max_new_tokens)
        speaking = [number for number in speaking if branches[number].finish is None]
        yield k - len(speaking)
        if not speaking:
            break
        logits = decoder.step_branches([drawn[number].number for number in speaking], speaking)
    return tuple(branch.generation() for branch in branches)
