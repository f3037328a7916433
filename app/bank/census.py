"""What a folder of content files holds, counted: the end of `flask bank check`."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext as _

from app.bank import files
from app.bank.labels import KINDS
from app.domain.questions import Kind


@dataclass(frozen=True)
class Census:
    """Questions in all, by kind, and by the rule set that they cite (one that cites two counts in both)."""

    questions: int
    by_kind: Counter[Kind]
    by_source: Counter[str]
    uncited: int
    unread: int

    @property
    def complete(self) -> bool:
        return not (self.uncited or self.unread)

    def lines(self) -> Iterator[str]:
        yield _("试题 %(n)s 道", n=self.questions)
        yield _("题型：") + "，".join(f"{KINDS[kind]} {n}" for kind, n in self.by_kind.most_common())
        yield _("出处：") + "，".join(f"{title} {n}" for title, n in self.by_source.most_common())
        yield _("没有依据的条款 %(n)s 道", n=self.uncited)
        yield _("没有第二遍审读 %(n)s 道", n=self.unread)


def take(folder: Path) -> Census:
    """Of files that were found without fault."""
    bank, _faults = files.read(folder)
    questions = bank.questions.values()
    cited = [{name.partition("/")[0] for name in question.clauses} for question in questions]
    return Census(
        questions=len(bank.questions),
        by_kind=Counter(question.kind for question in questions),
        by_source=Counter(bank.rule_sets[code].title for sets in cited for code in sets),
        uncited=sum(not sets for sets in cited),
        unread=len(bank.unread),
    )
