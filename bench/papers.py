"""Ten parallel papers of a hundred questions from a bank of three thousand, as the worker makes them."""

import random
import time

from app.domain.assembly import AtLeast, Cell, Papers, Plan, Wanted, breaches
from app.domain.papers import Candidate
from app.domain.questions import DIFFICULTIES, Kind
from app.exams import assembling

QUESTIONS, FORMS, SEED = 3_000, 10, 1
_KINDS = [Kind.SINGLE] * 5 + [Kind.MULTIPLE] * 3 + [Kind.JUDGE] * 2


def pool(rng: random.Random) -> list[Candidate]:
    """Of eight topics with four below each, on ten rule sets of nine clauses."""
    return [
        Candidate(
            n, f"q{n:04}", rng.choice(_KINDS), f"t{rng.randrange(8)}/u{rng.randrange(4)}", (f"s{n % 10}",),
            rng.choice(DIFFICULTIES), tuple(f"s{n % 10}/{rng.randrange(9)}" for _ in range(n % 3)),
        )
        for n in range(QUESTIONS)
    ]  # fmt: skip


def plan() -> Plan:
    """A hundred questions of a point each: a grid of kind × topic × difficulty, two conditions on top."""
    counts = ((Kind.SINGLE, (6, 4, 2)), (Kind.MULTIPLE, (3, 3, 2)), (Kind.JUDGE, (2, 2, 1)))
    cells = [
        Cell(number, Wanted(kind, (f"t{topic}",), level), count, 10)
        for number, (kind, levels) in enumerate(counts)
        for topic in range(4)
        for level, count in zip(DIFFICULTIES, levels, strict=True)
    ]
    rules = (AtLeast(Wanted(clauses=("s1/1", "s1/2")), 2), AtLeast(Wanted(rule_sets=("s2",)), 9))
    return Plan(tuple(cells), rules, FORMS)


def bench() -> dict[str, float]:
    """Seconds from order to papers, the process and all; the questions in common, and how far that may be
    from the least there is. Once with enough of everything, once from a bank a third as large.
    """
    figures: dict[str, float] = {}
    for name, share in (("plenty", 1), ("scarce", 3)):
        rng = random.Random(SEED)  # noqa: S311
        ones = rng.sample(pool(rng), QUESTIONS // share)
        enemies = [{one.question_id for one in rng.sample(ones, 2)} for _ in range(100)]
        begun = time.perf_counter()
        found = assembling.assemble(plan(), ones, SEED, enemies=enemies)
        seconds = time.perf_counter() - begun
        assert isinstance(found, Papers)
        assert breaches(plan(), found.forms, enemies) == []
        figures |= {
            f"papers.{name}.seconds": seconds, f"papers.{name}.overlap": found.overlap,
            f"papers.{name}.gap": found.gap,
        }  # fmt: skip
    return figures
