"""The forms of an exam side by side: how hard they are, what they are about, what they have in common."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.bank import queries as bank
from app.domain import assembly
from app.domain.papers import Candidate, Section
from app.domain.questions import DIFFICULTIES, Kind
from app.domain.scoring import PRESETS
from app.exams import papers
from app.exams.models import ExamForm


@dataclass(frozen=True)
class Column:
    """A form in numbers. `difficulty`: 1 (all easy) to 3 (all hard)."""

    number: int
    count: int
    points: int
    difficulty: float
    levels: Mapping[str, int]
    topics: Mapping[str, int]
    rule_sets: Mapping[str, int]
    clauses: Mapping[str, int]
    shared: Mapping[int, int]  # with the form of that number


@dataclass(frozen=True)
class Comparison:
    columns: tuple[Column, ...]

    def keys(self, what: str) -> list[str]:
        """Everything that some form has, what most have first."""
        whole: Counter[str] = Counter()
        for column in self.columns:
            whole.update(getattr(column, what))
        return sorted(whole, key=lambda key: (-whole[key], key))

    @property
    def levels(self) -> list[str]:
        return [level for level in DIFFICULTIES if any(column.levels[level] for column in self.columns)]


def versions(paper_id: int, slots: Sequence[int] | None = None) -> list[int]:
    """The questions of a paper, or of some of its slots, in their order: the parts of a case are one."""
    of = papers.slots(paper_id)
    return list(dict.fromkeys(of[n].version_id for n in (of if slots is None else slots)))


def held(paper_ids: Sequence[int]) -> dict[int, list[Candidate]]:
    """The same, as they may be drawn."""
    ids = {paper: versions(paper) for paper in paper_ids}
    found = bank.candidates_of({version for ones in ids.values() for version in ones})
    return {paper: [found[version] for version in ones] for paper, ones in ids.items()}


def sections(paper_id: int) -> list[Section]:
    """What the sections of a paper are."""
    return [_section(head, paper_id) for head in papers.document(paper_id)["sections"]]


def _section(head: Mapping[str, Any], paper_id: int) -> Section:
    kind, first = Kind(head["kind"]), papers.slots(paper_id)[head["slots"][0]]
    preset = PRESETS[kind][0] if first.part else first.preset  # parts are scored as their own kinds are
    return Section(head["title"], kind, head["points"], preset)


def by_section(paper_id: int, ones: Sequence[Candidate]) -> list[list[Candidate]]:
    """So many of these questions as each section of the paper holds."""
    left = iter(ones)
    heads = papers.document(paper_id)["sections"]
    return [[next(left) for _ in versions(paper_id, head["slots"])] for head in heads]


def compare(forms: Sequence[ExamForm]) -> Comparison:
    ones = held([form.paper_id for form in forms])
    ids = {form.number: {one.question_id for one in ones[form.paper_id]} for form in forms}
    columns = []
    for form in forms:
        shared = {n: len(ids[form.number] & ids[n]) for n in ids if n != form.number}
        columns.append(_column(form, ones[form.paper_id], shared))
    return Comparison(tuple(columns))


def _column(form: ExamForm, ones: Sequence[Candidate], shared: Mapping[int, int]) -> Column:
    return Column(
        form.number,
        len(ones),
        sum(slot.points for slot in papers.slots(form.paper_id).values()),
        round(sum(map(assembly.weight, ones)) / len(ones) / 10, 2) if ones else 0.0,
        Counter(one.difficulty for one in ones),
        Counter(one.topic for one in ones),
        Counter(code for one in ones for code in one.rule_sets),
        Counter(code for one in ones for code in one.clauses),
        shared,
    )
