"""Two versions of a question side by side: field by field, what changed."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from app.bank import typed
from app.bank.labels import DIFFICULTIES, KINDS, LEVELS
from app.bank.models import Clause, QuestionVersion
from app.bank.service import content_of
from app.domain.changes import Piece, pieces
from app.domain.questions import Part, Question

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Change:
    """A field of which the versions say different things."""

    label: str
    pieces: list[Piece]


def changes(before: QuestionVersion, after: QuestionVersion) -> list[Change]:
    """In the order of the form; both with answer and citations loaded."""
    old, new = _said(before), _said(after)
    labels = list(dict.fromkeys([*new, *old]))
    texts = [(label, old.get(label, ""), new.get(label, "")) for label in labels]
    return [Change(label, pieces(one, other)) for label, one, other in texts if one != other]


def _said(version: QuestionVersion) -> dict[str, str]:
    """What a version says, by label, as lines of text."""
    content = content_of(version)
    cited = sorted(
        (row.clause.rule_set.position, row.clause.position, _clause(row.clause)) for row in version.citations
    )
    return {
        _("题型"): str(KINDS[content.kind]),
        **dict(_asked(content, "")),
        **{label: text for n, part in enumerate(content.parts, 1) for label, text in _of_part(part, n)},
        _("图片"): "\n".join(name[:12] for name in content.pictures),
        _("解析"): content.explanation,
        _("依据"): "\n".join(name for *_place, name in cited),
        _("知识点"): content.topic,
        _("难度"): str(DIFFICULTIES[content.difficulty]),
        _("认知层次"): str(LEVELS[content.level]),
        _("标签"): "、".join(content.tags),
    }


def _clause(clause: Clause) -> str:
    return f"{clause.rule_set.title} · {clause.heading or clause.locator or clause.code}"


def _of_part(part: Part, n: int) -> Iterable[tuple[str, str]]:
    prefix = _("小题 %(n)s ", n=n)
    yield prefix + _("题型"), str(KINDS[part.kind])
    yield from _asked(part, prefix)


def _asked(asked: Part | Question, prefix: str) -> Iterable[tuple[str, str]]:
    options = "\n".join(f"{letter}. {text}" for letter, text in zip(LETTERS, asked.options, strict=False))
    yield prefix + _("题干"), asked.stem
    yield prefix + _("待匹配的各项"), "\n".join(asked.prompts)
    yield prefix + _("选项"), options
    yield prefix + _("留在最后的选项"), str(asked.last or "")
    yield prefix + _("答案"), typed.answer(asked)
