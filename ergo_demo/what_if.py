"""What the model answers when it looks elsewhere: the second look of a run again, at another region.

The first turn stands as it was said, so an engine that has kept it computes the new view and the reply, and nothing
else. Knows no page and no person.
"""

from dataclasses import replace

from ergo_demo.asking import RunSettings
from ergo_demo.engines import Engine, Stop, Turn
from ergo_demo.geometry import Box, view_of
from ergo_demo.imaging import Kernel, Photo, resample
from ergo_demo.protocol import prompts
from ergo_demo.protocol.parsing import read_answer
from ergo_demo.records import Finish, Generation, Message, Token, Trace


def answer_from(
    engine: Engine, photo: Photo, question: str, trace: Trace | None, region: Box, chosen: RunSettings, *, stop: Stop
) -> str | None:
    """The answer from `region` (source px), None when `stop` ended it. `trace`: the run whose first look stands.

    Without a run, the first reply is the region itself, as the model would have named it. Raises EngineError.
    """
    region = region.outward().clip(Box.of(photo.size))
    view = view_of(region, chosen.zoom_budget_tokens, chosen.zoom_least_tokens)
    if trace is not None and trace.model == engine.info.model:
        chosen, view = replace(chosen, sampling=trace.sampling), trace.zoom_view(region)
    dialogue = engine.dialogue(chosen.sampling, first_turn(photo, question, trace, region, chosen))
    picture = resample(photo, view, Kernel.LANCZOS)
    asked = question if trace is None else trace.question
    speaking = dialogue.say(Message("user", prompts.zoom_turn(asked), picture), stop=stop)
    try:
        while True:
            next(speaking)
    except StopIteration as end:
        reply: Generation = end.value
    return None if reply.finish is Finish.CANCELLED else read_answer(reply.text).text


def first_turn(photo: Photo, question: str, trace: Trace | None, region: Box, chosen: RunSettings) -> Turn:
    """The first exchange: that of the trace, its view made again, or one that names `region` (source px)."""
    look = trace.coarse if trace is not None else None
    view = look.view if look is not None else view_of(Box.of(photo.size), chosen.coarse_budget_tokens)
    picture = resample(photo, view, Kernel.BICUBIC)
    asked = question if trace is None else trace.question
    messages = (Message("system", prompts.system()), Message("user", prompts.coarse_turn(asked), picture))
    if look is not None:
        return Turn(messages, look.generation)
    edges = ", ".join(str(round(edge)) for edge in view.from_source(region).edges)
    return Turn(messages, Generation((Token(f"<zoom>[{edges}]</zoom>"),), Finish.STOP))
