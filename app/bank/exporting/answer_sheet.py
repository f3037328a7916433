"""答题卡: a page to answer on, beside the paper."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from app.bank.exporting.word import CM, WIDTH, paragraph, run, table
from app.domain.questions import BLANK, CHOICES, Kind, Part, option_keys

_ACROSS = 4  # questions beside each other
_WIDEST = 11  # digits and, twice, marks of what goes so
_BOXES = (*CHOICES, Kind.JUDGE)
_LINES = {Kind.SHORT: 6, Kind.ESSAY: 18}
_ON_A_LINE = 34  # characters of handwriting
Asked = Sequence[tuple[str, list[tuple[str, Part]]]]  # by section head, number and what is asked


def pages(sections: Asked) -> Iterator[str]:
    yield paragraph(run(_("答题卡")), "Title", new_page=True)
    fields = (_("单位："), _("姓名："), _("证号："), _("得分："))
    yield table([[run(f"{name}　　　　　　") for name in fields]], [WIDTH // 4] * 4, centred=False)
    yield paragraph(
        run(_("选择题、判断题请涂黑所选的方框；其余各题请在相应位置书写，写在别处无效。")), "Note"
    )
    for head, rows in sections:
        yield paragraph(run(head), "Head")
        boxed = [(number, part) for number, part in rows if part.kind in _BOXES]
        if boxed:
            yield _boxes(boxed)
        for number, part in rows:
            if part.kind not in _BOXES:
                yield from _room(number, part)


def _boxes(rows: list[tuple[str, Part]]) -> str:
    cells = [
        run(f"{number}　") + run(" ".join(f"[{mark}]" for mark in _marks(part))) for number, part in rows
    ]
    wide = max(len(number) + 2 * len(_marks(part)) for number, part in rows) > _WIDEST
    across = _ACROSS // 2 if wide else _ACROSS
    cells += [""] * (-len(cells) % across)
    grid = [cells[start : start + across] for start in range(0, len(cells), across)]
    return table(grid, [WIDTH // across] * across, centred=False)


def _marks(part: Part) -> Sequence[str]:
    return "√×" if part.kind is Kind.JUDGE else [key.upper() for key in option_keys(len(part.options))]


def _room(number: str, part: Part) -> Iterator[str]:
    """Room for as much as the answer takes."""
    match part.kind:
        case Kind.BLANKS:
            blanks = "　".join(f"{n}. {'_' * 16}" for n in range(1, part.stem.count(BLANK) + 1))
            yield paragraph(run(f"{number}　{blanks}"), left=CM, hanging=CM)
        case Kind.ORDER:
            yield paragraph(run(f"{number}　" + " → ".join("____" for _one in part.options)))
        case Kind.MATCH:
            yield paragraph(
                run(f"{number}　" + "　".join(f"{n}—____" for n in range(1, len(part.prompts) + 1)))
            )
        case _:
            text = part.key.get("text", "") if isinstance(part.key, dict) else ""
            lines = _LINES.get(part.kind) or max(2, -(-len(text) * 3 // 2 // _ON_A_LINE))
            yield paragraph(run(number), keep=True)
            yield from (paragraph("", ruled=True) for _line in range(lines))
