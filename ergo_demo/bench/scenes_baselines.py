"""What can be had without looking: the most frequent answer, and the best guess from the question's text alone."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

from ergo_demo.bench.scenes_samples import Sample
from ergo_demo.scenes import TYPES, Question, Type, World, generator, make_scene, random_size
from ergo_demo.scoring import answer_matches

GUESS_SEED = 2_000_003
"""The training stream that guesses are learned from: not one that trains the model, nor one that tests it."""

QUESTIONS_A_SCENE = 8

TEXT_ONLY = "text_only"
"""Not a method: what it answers has cost no look."""

READINGS: tuple[Callable[[Question], Hashable], ...] = (
    lambda q: None,
    lambda q: (q.alternatives, q.asked, q.cover),
    lambda q: (q.alternatives, q.asked, tuple(thing.kind for thing in q.subjects[:2])),
    lambda q: (q.alternatives, q.asked, tuple(thing.name for thing in q.subjects[:2])),
    lambda q: q.text,
)
"""What of the text a guess may depend on, from nothing to every word; for each type the best one is taken."""

Guess = Callable[[Question], str]


def majority(samples: Sequence[Sample]) -> dict[str, float]:
    """By type, the share that the most frequent answer would get right, chosen with these answers in sight."""
    shares: dict[str, float] = {}
    for type in TYPES:
        truths = Counter(sample.truth for sample in samples if sample.type == type)
        if truths:
            shares[type] = truths.most_common(1)[0][1] / truths.total()
    return shares


def learn_guesses(world: World, scenes: int = 150) -> dict[Type, Guess]:
    """The best guess for each type, learned from the questions of `scenes` scenes that nobody else sees."""
    learned: dict[Type, list[Question]] = {type: [] for type in TYPES}
    for index in range(scenes):
        rng = generator("train", GUESS_SEED, index)
        scene = make_scene(rng, random_size(rng), world=world)
        for type in TYPES:
            drawn = [scene.question(type, rng) for _ in range(QUESTIONS_A_SCENE)]
            learned[type] += [question for question in drawn if question is not None]
    return {type: best_guess(questions) for type, questions in learned.items()}


def best_guess(questions: Sequence[Question]) -> Guess:
    """Learned on three quarters of the questions; the reading of the text is the one that does best on the rest."""
    half = len(questions) * 3 // 4
    guesses = [_guess(reading, questions[:half]) for reading in READINGS]
    return max(guesses, key=lambda guess: sum(answer_matches(guess(q), q.answer) for q in questions[half:]))


def _guess(reading: Callable[[Question], Hashable], questions: Iterable[Question]) -> Guess:
    """The most frequent answer to questions that read the same; to any question, where none does."""
    seen: dict[Hashable, Counter[str]] = {}
    every: Counter[str] = Counter()
    for question in questions:
        seen.setdefault(reading(question), Counter())[question.answer] += 1
        every[question.answer] += 1
    usual = every.most_common(1)[0][0] if every else ""
    table = {key: answers.most_common(1)[0][0] for key, answers in seen.items()}
    return lambda question: table.get(reading(question), usual)
