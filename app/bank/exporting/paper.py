"""A paper as a school prints it: sealed line, score table, sections with points, answer sheet, key."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from app.bank.answers import answer_text
from app.bank.exporting import answer_sheet
from app.bank.exporting.figures import Figures
from app.bank.exporting.word import CM, TAB, WIDTH, Document, paragraph, run, table
from app.bank.labels import KINDS
from app.bank.pictures import Picture
from app.domain.papers import NUMERALS
from app.domain.places import unnamed
from app.domain.questions import BLANK, Kind, Part, option_keys
from app.domain.scoring import format_points

POINTS = {
    Kind.SINGLE: 20, Kind.MULTIPLE: 30, Kind.JUDGE: 10, Kind.BLANKS: 20, Kind.ORDER: 30, Kind.MATCH: 40,
    Kind.RECITE: 50, Kind.SHORT: 100, Kind.ESSAY: 200, Kind.CASE: 200,
}  # fmt: skip
"""Tenths of a point for each question, where nothing else says so."""
_INDENT = CM
_ROOM = "　　"
_EMPTY = re.compile(r"[（(][\s　]*[)）]")
_TO_MARK = f"（{chr(0xA0) * 6}）"  # spaces at which no line ends


@dataclass(frozen=True)
class Item:
    """A question on the paper. A case has a stem in `part`, and `parts`; `sources`: what it rests on."""

    part: Part
    parts: tuple[Part, ...] = ()
    explanation: str = ""
    sources: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Section:
    """`points`: tenths, each question."""

    title: str
    kind: Kind
    points: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Paper:
    """`minutes` None: not stated. `with_key`: followed by answers and explanations."""

    school: str
    title: str
    minutes: int | None
    sections: tuple[Section, ...]
    with_key: bool = False


def docx(paper: Paper) -> bytes:
    document = Document(edge=_sealed_edge())
    document.add(*_head(paper))
    number = 0
    for place, section in enumerate(paper.sections):
        document.add(paragraph(run(section_head(section, place)), "Head"))
        for item in section.items:
            number += 1
            _add_item(document, number, item, section.kind)
    document.add(*answer_sheet.pages(_asked(paper)))
    if paper.with_key:
        document.add(*_key(paper))
    return document.save()


def _asked(paper: Paper) -> list[tuple[str, list[tuple[str, Part]]]]:
    """By section head, what is answered under which number; the parts of a case as 12（1）, 12（2） …"""
    found = []
    number = 0
    for place, section in enumerate(paper.sections):
        rows: list[tuple[str, Part]] = []
        for item in section.items:
            number += 1
            rows += [(f"{number}（{n}）", part) for n, part in enumerate(item.parts, 1)] or [
                (str(number), item.part)
            ]
        found.append((section_head(section, place), rows))
    return found


def _sealed_edge() -> str:
    """Along the left edge, read from the right: who sits the exam, and the line that is folded and sealed."""
    blank = "_" * 14
    fields = _ROOM.join(f"{name}{blank}" for name in (_("单位："), _("姓名："), _("证号：")))
    dots = "…" * 10
    line = f"{dots}{_('密')}{dots}{_('封')}{dots}{_('线')}{dots}"
    inside = paragraph(run(fields), "Note") + paragraph(run(line), "Note")
    return (
        '<w:p><w:r><w:pict><v:rect style="position:absolute;margin-left:-70pt;margin-top:0;width:58pt;'
        "height:700pt;z-index:1;mso-position-horizontal-relative:margin;mso-position-vertical-relative:margin"
        '" filled="f" stroked="f"><v:textbox style="layout-flow:vertical;mso-layout-flow-alt:bottom-to-top" '
        f'inset="0,0,0,0"><w:txbxContent>{inside}</w:txbxContent></v:textbox></v:rect></w:pict></w:r></w:p>'
    )


def _head(paper: Paper) -> Iterator[str]:
    if paper.school:
        yield paragraph(run(paper.school), "Note")
    yield paragraph(run(paper.title), "Title")
    full = sum(section.points * len(section.items) for section in paper.sections)
    words = [_("满分：%(n)s 分", n=format_points(full))]
    if paper.minutes:
        words.insert(0, _("考试时间：%(n)s 分钟", n=paper.minutes))
    yield paragraph(run(_ROOM.join(words)), "Note")
    columns = [_("题号"), *(numeral(n) for n in range(len(paper.sections))), _("总分")]
    names = CM * 8 // 5
    width = min((WIDTH - names) // (len(columns) - 1), 2 * CM)
    empty = [""] * (len(columns) - 1)
    rows = [[run(name) for name in columns], [run(_("得分")), *empty], [run(_("评卷人")), *empty]]
    yield table(rows, [names, *[width] * len(empty)])


def numeral(place: int) -> str:
    return NUMERALS[place] if place < len(NUMERALS) else str(place + 1)


def section_head(section: Section, place: int) -> str:
    """一、单项选择题（共 20 题，每题 2 分，共 40 分）; a title that counts already is left as it is."""
    title = section.title or str(KINDS[section.kind])
    if not (title[0] in NUMERALS and title[1:2] in ("、", "十")):
        title = f"{numeral(place)}、{title}"
    count = len(section.items)
    counted = _(
        "（共 %(n)s 题，每题 %(each)s 分，共 %(all)s 分）", n=count, each=format_points(section.points),
        all=format_points(section.points * count),
    )  # fmt: skip
    return f"{title}{counted}"


def _add_item(document: Document, number: int, item: Item, kind: Kind) -> None:
    lead, figures = f"{number}．", Figures(document, item.pictures)
    texts = (text for part in (item.part, *item.parts) for text in part.texts)
    left = dict.fromkeys(unnamed(texts, len(item.pictures)), "")
    _add_part(document, lead, item.part, figures, left)
    for n, part in enumerate(item.parts, start=1):
        _add_part(document, f"（{n}）", part, figures, {})


def _add_part(document: Document, lead: str, part: Part, figures: Figures, left: dict[int, str]) -> None:
    """The stem with its options, pictures between; they stay on one page where they fit."""
    text, below = figures.cut(part.stem)
    below |= left
    keep = bool(part.options or below or part.kind is Kind.CASE)
    inside = run(lead) + stem(replace(part, stem=text), figures)
    document.add(paragraph(inside, left=_INDENT, hanging=_INDENT, keep=keep))
    document.add(*figures.paragraphs(below.items()))
    if part.kind is Kind.MATCH:
        document.add(_two_columns(part, figures))
        places = [f"{n}—____" for n in range(1, len(part.prompts) + 1)]
        document.add(paragraph(run(_("答：") + _ROOM.join(places)), left=_INDENT))
        return
    document.add(*option_lines(part.options, figures))
    if part.kind is Kind.ORDER:
        document.add(paragraph(run(_("答：") + " → ".join("____" for _one in part.options)), left=_INDENT))


def stem(part: Part, figures: Figures) -> str:
    """Blanks as room underlined, brackets that no line end tears; after a judgement brackets to mark."""
    pieces = part.stem.split(BLANK) if part.kind is Kind.BLANKS else [part.stem]
    whole = [_EMPTY.sub(_TO_MARK, piece) for piece in pieces]
    if part.kind is Kind.JUDGE and _TO_MARK not in whole[-1]:
        whole[-1] += _TO_MARK
    return run("　" * 5, underline=True).join(map(figures.inline, whole))


def option_lines(options: Sequence[str], figures: Figures) -> Iterator[str]:
    """Four on a line where they are short, two where they are not long, else one each."""
    longest = max(map(figures.width, options), default=0)
    columns = 4 if longest <= 7 and len(options) <= 4 else 2 if longest <= 17 else 1
    step = (WIDTH - _INDENT) // columns
    keys = option_keys(len(options))
    lettered = [f"{key.upper()}．{text}" for key, text in zip(keys, options, strict=True)]
    for start in range(0, len(lettered), columns):
        row = lettered[start : start + columns]
        tabs = [_INDENT + step * n for n in range(1, len(row))]
        hanging = CM * 3 // 4 if columns == 1 else 0
        last = start + columns >= len(lettered)
        yield paragraph(
            TAB.join(map(figures.inline, row)),
            left=_INDENT + hanging,
            hanging=hanging,
            tabs=tabs,
            keep=not last,
        )


def _two_columns(part: Part, figures: Figures) -> str:
    left = [f"{n}．{prompt}" for n, prompt in enumerate(part.prompts, start=1)]
    keys = option_keys(len(part.options))
    right = [f"{key.upper()}．{text}" for key, text in zip(keys, part.options, strict=True)]
    rows = max(len(left), len(right))
    left += [""] * (rows - len(left))
    right += [""] * (rows - len(right))
    room = WIDTH - _INDENT
    widths = [room * 2 // 5, room - room * 2 // 5]
    rows_shown = [[figures.inline(a), figures.inline(b)] for a, b in zip(left, right, strict=True)]
    return table(rows_shown, widths, lines=False, centred=False, left=_INDENT)


def _key(paper: Paper) -> Iterator[str]:
    yield paragraph(run(_("参考答案与解析")), "Title", new_page=True)
    number = 0
    for place, section in enumerate(paper.sections):
        yield paragraph(run(section_head(section, place)), "Head")
        for item in section.items:
            number += 1
            yield from _solution(f"{number}．", item)


def _solution(lead: str, item: Item) -> Iterator[str]:
    answers = [f"（{n}）{_answer(part)}" for n, part in enumerate(item.parts, start=1)]
    whole = "\n".join(answers) or _answer(item.part)
    yield paragraph(run(lead) + run(whole, bold=True), left=_INDENT, hanging=_INDENT, keep=True)
    if item.explanation:
        yield paragraph(run(_("解析：") + item.explanation), left=_INDENT, keep=bool(item.sources))
    if item.sources:
        yield paragraph(run(_("依据：") + "；".join(item.sources)), left=_INDENT)


def _answer(part: Part) -> str:
    """A point a line, so that whoever marks sees each."""
    if part.kind in (Kind.SHORT, Kind.ESSAY) and isinstance(part.key, list):
        return "\n".join(f"{n}. {point}" for n, point in enumerate(part.key, start=1))
    return answer_text(part)
