"""Rosters to download: an empty one to fill in, and one's own with a column that says what is wrong."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from app.domain.ranks import RANKS
from app.domain.roster import Field
from app.people.labels import POLITICAL, ROSTER_FIELDS, SEXES, roster_label
from app.people.models import RosterRow
from app.people.roster import cells
from app.people.roster.files import MAX_PEOPLE
from app.people.roster.places import Places
from app.web.sheets import Sheet, write_workbook

MAX_UNITS = 2000  # listed in a template
_OFFERED = tuple(name for name in Field if name is not Field.MEMBER)  # 政治面貌 says more


def template(places: Places) -> bytes:
    """Sheets: people, explanations, options for the lists, the units."""
    headers = [str(ROSTER_FIELDS[name]) for name in ROSTER_FIELDS if name in _OFFERED]
    options = [
        [str(text) for text in SEXES.values()],
        list(RANKS),
        [str(text) for text in POLITICAL.values()],
    ]
    titles = [ROSTER_FIELDS[name] for name in (Field.SEX, Field.RANK, Field.POLITICAL)]
    lists = {
        headers.index(str(title)): f"=选项!${letter}$2:${letter}${len(column) + 1}"
        for title, letter, column in zip(titles, "ABC", options, strict=True)
    }
    longest = max(map(len, options))
    table = list(zip(*(column + [""] * (longest - len(column)) for column in options), strict=True))
    units = [[places.path(place.id), place.code] for place in list(places.all.values())[:MAX_UNITS]]
    return write_workbook(
        [
            Sheet("人员", headers, text=True, lists=lists),
            Sheet("说明", [_("填表说明")], [[note] for note in _notes()]),
            Sheet("选项", [str(title) for title in titles], table, text=True),
            Sheet("单位", [_("单位"), _("单位编码")], units, text=True),
        ]
    )


def _notes() -> list[str]:
    return [
        _("每人一行，姓名必填；身份证号、工号、手机号最好至少填一项，以便下次更新时认出同一个人。"),
        _("已有的人员按身份证号查找，没有的按工号，再没有的按用户名；查到的更新，查不到的新增。"),
        _("留空的格子不改动原有内容。"),
        _(
            "单位填名称即可；有重名的，填“上级/本级”，或填单位编码，见“单位”页。单位不同于现在的，按调动办理。"
        ),
        _("日期写成 2019-07-01 或 2019-07。"),
        _("单位或职务有变动的，请填任现职务时间；调动没有填的，从导入当天算起，只改职务没有填的，算作更正。"),
        _("任现职务时间不能早于已登记的另一单位、另一职务的起始日期；登记有误的，请先在其人员页面更正。"),
        _("新增的人员没有填任现职务时间的，按导入当天记，以后可以更正。"),
        _("职级有变动的，请填任现职级时间；不填的，从导入当天算起。"),
        _("用户名用于登录，可以不填：取工号，没有工号的取姓名拼音加数字。"),
        _("表中没有列出的人员，不会被自动删除或停用。"),
        _("一次最多 %(n)s 人。各列已设为文本格式，请不要改成数字。", n=MAX_PEOPLE),
    ]


def with_faults(rows: Iterable[RosterRow]) -> bytes:
    """The rows as they were uploaded, what is wrong with each in front; to be mended and uploaded again."""
    opened = [(cells.unseal(row.number, row.sealed)[0], cells.unseal_faults(row.faults)) for row in rows]
    used = {name for row, _faults in opened for name in row.cells}
    names = [name for name in ROSTER_FIELDS if name in used]
    body = [
        [_in_words(faults), *("" if name in row.lost else row.cells.get(name, "") for name in names)]
        for row, faults in opened
    ]
    headers = [_("问题"), *(str(ROSTER_FIELDS[name]) for name in names)]
    return write_workbook([Sheet("人员", headers, body, text=True)])


def _in_words(faults: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"{roster_label(name)}：{text}" if name else text for name, text in faults)
