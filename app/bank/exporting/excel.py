"""A question a row, with the columns that the import reads: the same bank comes back."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _

from app.bank.exporting.picking import Exported
from app.bank.labels import DIFFICULTIES, KINDS, LEVELS
from app.domain.faults import MAX_OPTIONS
from app.domain.quality import closing
from app.domain.questions import Kind, Part
from app.domain.questions import Question as Content
from app.web.sheets import write_xlsx


def headers() -> list[str]:
    letters = [_("选项%(letter)s", letter=letter) for letter in "ABCDEFGH"[:MAX_OPTIONS]]
    return [
        _("编号"), _("题型"), _("题干"), *letters, _("末尾固定项数"), _("待匹配项"), _("答案"), _("要点"),
        _("解析"), _("依据"), _("知识点"), _("难度"), _("认知层次"), _("标签"), _("图片"),
    ]  # fmt: skip


def rows(questions: Iterable[Exported]) -> Iterator[list[Any]]:
    """A case in a row of its own, its parts in the rows below."""
    for one in questions:
        content = one.content
        yield [one.code, str(KINDS[content.kind]), *_asked(_whole(content)), *_rest(content)]
        for part in content.parts:
            kind = f"{KINDS[Kind.CASE]}·{KINDS[part.kind]}"
            yield [None, kind, *_asked(part), *[None] * 7]


def _whole(content: Content) -> Part:
    return Part(content.kind, content.stem, (), None) if content.kind is Kind.CASE else content.asked[0]


def _asked(part: Part) -> list[str | None]:
    room = [None] * (MAX_OPTIONS - len(part.options))
    phrases = part.key["phrases"] if part.kind is Kind.RECITE and isinstance(part.key, dict) else []
    return [
        part.stem, *part.options, *room, _last(part), "\n".join(part.prompts) or None, answer(part),
        "\n".join(phrases) or None,
    ]  # fmt: skip


def _last(part: Part) -> str | None:
    """Where nothing is said, the import keeps those last that speak of the others."""
    said = part.last or closing(part.kind, part.options)
    return str(part.last) if said else None


def _rest(content: Content) -> list[str | None]:
    return [
        content.explanation, "；".join(content.clauses), content.topic,
        str(DIFFICULTIES.get(content.difficulty, "")),
        str(LEVELS.get(content.level, "")) if content.level else None, "；".join(content.tags) or None,
        _pictures(content),
    ]  # fmt: skip


def _pictures(content: Content) -> str | None:
    """A note for people; the import passes it over."""
    n = len(content.pictures)
    return _("%(n)s 张，表格里带不了；按编号再导入时沿用原图", n=n) if n else None


def answer(part: Part) -> str | None:
    """As an author types it: B; ACD; 对; a line a blank, bars between its variants; a line a point."""
    key = part.key
    match part.kind, key:
        case _, bool():
            return str(_("对")) if key else str(_("错"))
        case Kind.BLANKS, list():
            return "\n".join(map(_variants, key))
        case ((Kind.MULTIPLE | Kind.ORDER), list()):
            return "".join(map(str, key)).upper()
        case Kind.MATCH, list():
            return " ".join(f"{n}-{str(one).upper()}" for n, one in enumerate(key, start=1))
        case Kind.RECITE, {"text": text}:
            return str(text)
        case _, list():
            return "\n".join(map(str, key))
    return None if key is None else str(key).upper()


def _variants(blank: list[object]) -> str:
    """A slash stands between variants, too, unless there is a bar."""
    said = " | ".join(map(str, blank))
    return f"{said} |" if "/" in said and "|" not in said else said


def workbook(questions: Iterable[Exported]) -> bytes:
    """Every cell text, so that what begins like a formula is none."""
    return write_xlsx(_("试题"), headers(), rows(questions))
