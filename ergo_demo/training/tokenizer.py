"""The embedded model's tokenizer: byte-level BPE that spends one token on each word of the scenes' language.

The protocol's instructions never change, so each of them is one token as a whole: a network this small gains nothing
from reading them, and they would be half of all it reads.

Trained on the protocol's texts, the scenes' sentences and a few hundred words of the kind that later questions
need. Digits stay single, as Qwen does. Labels are never part of the corpus, so no pair of label characters is
ever merged: reading one character is always writing one token.
"""

import string
from itertools import product

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from ergo_demo.protocol import prompts
from ergo_demo.scenes.families import HOME
from ergo_demo.scenes.plates import INKS, SHAPES
from ergo_demo.scenes.things import COLOURS
from ergo_demo.training.dialogue import COUNTS, END

SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    END,
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)

# Qwen2's own split pattern: \p{N} without + keeps digits single.
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

_SENTENCES = (
    "What is written on the {}?",
    "What does the {} say?",
    "What colour is the circle on the {}?",
    "What shape is the red mark on the {}?",
    "Is the {} left, right, above or below the ",
    "What shape does the barrel beside the {} carry? One look is enough: find it.",
    "Does the cup beside the {} carry a circle or a square? Be sure to cover every place where it could be.",
    "<think>The {} is in A to B.</think><zoom>[",
    "<think>Two {}s stand here, each with a bin beside it. From afar the shape cannot be seen",
    "<think>One {} stands here, with a switch beside it. From afar the shape cannot be seen, so I look at one, in",
    " and could be on any, so I look at all, in A to B",
    " and the {} is in A to B, so I look at both, in",
    '<think>The {} says "0".</think><answer>0</answer>',
    "<think>The square on the {} is blue.</think><answer>",
    "<think>The green mark on the {} is a cross.</think><answer>",
    "<think>The barrel carries a triangle.</think><answer>",
    "<think>Seen from the chip, the {} is left.</think><answer>",
    "<think>It is not in this part of the photo, so this is a guess.</think><answer>not visible</answer>",
)

_WORDS = """
the a an of in on at to and or is are was it its this that there here where which what who how many much
left right above below beside behind between under over near next front back top bottom middle corner side
edge row rows column columns first second third last one two three four five six seven eight nine ten all both
each every other another only no not any none some more most same different small large big little tall short
wide narrow long thin thick round square triangle circle star cross stripe dot shape colour color part whole
find look see seen read written write say says show shows stand stands lie lies hang hangs carry carries cover
be sure could can cannot must may might would should have has had do does did number letter label tag plate sign
mark name word text board lid handle flag sail window windows door doors house houses shop shops wall roof road
pavement pier quay water sky harbour street shelf shelves book books spine chip chips board pin pins wire
resistor capacitor tree lamp post bench bin box boxes bag basket bottle cup cat dog bird fish person man woman
child crane boat boats buoy buoys crate crates car cars truck bus bicycle tram train station ticket tower bridge
garden flower market stall table chair clock red blue green yellow orange purple white black brown grey gray pink
light dark bright pale striped plain question answer image photo picture view region area field fields around
inside outside close far away from with without by for as because so then than but if when while first finally
think I we you they he she my your their our likely unclear visible hidden possible place places candidate
candidates one of them therefore together apart also too just still yes nothing something
"""


def _corpus() -> list[str]:
    kinds = [kind.name for family in HOME for kind in family.kinds]
    companions = [family.companion.name for family in HOME]
    names = [f"{colour} {kind}" for colour, kind in product(COLOURS, kinds)]
    sentences = [text.format(name) for text in _SENTENCES for name in names]
    words = [*_WORDS.split(), *kinds, *(f"{kind}s" for kind in kinds), *companions, *COLOURS, *INKS, *SHAPES, *COUNTS]
    fields = [f" {letter} to" for letter in string.ascii_uppercase]
    return (
        ([prompts.direct_system(), "system\n", "user\n", "assistant\n", "]</zoom>", ", "]) * 50
        + sentences
        + fields * 20
        + ([" " + word for word in words] + words) * 4
    )


def train_tokenizer(vocabulary: int = 1_400) -> PreTrainedTokenizerFast:
    """Train the tokenizer; the same corpus always gives the same one."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(SPECIAL) - len(prompts.instructions()),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=2,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(), trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in prompts.instructions()])
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token="<|endoftext|>",
        extra_special_tokens=[*list(SPECIAL[3:]), "<|im_start|>"],
        padding_side="left",
        model_max_length=8192,
        clean_up_tokenization_spaces=False,
    )
