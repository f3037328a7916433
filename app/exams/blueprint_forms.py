"""组卷规则 as typed: sections, each a grid of 知识点 by 难度, and what holds for the whole paper."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, NumberRange, Optional

from app.domain.assembly import LARGEST
from app.domain.questions import DIFFICULTIES, Kind
from app.domain.scoring import Preset, format_points
from app.domain.topics import close, meant, tree
from app.exams.bases import Bases, Unknown
from app.exams.forms import MINUTES, PERCENT, TITLE, stripped
from app.exams.grid_fields import LEVELS, ConditionForm, RowForm, SectionForm, preset_of, tenths, whole
from app.exams.grids import Grid
from app.web.editing import EditForm


class BlueprintForm(EditForm):
    title = StringField(_l("名称"), TITLE, filters=[stripped])
    minutes = IntegerField(_l("限时（分钟）"), [InputRequired(_l("请填写限时。")), MINUTES])
    pass_percent = IntegerField(
        _l("合格线（满分的百分之几）"), [InputRequired(_l("请填写合格线。")), PERCENT]
    )
    total = StringField(_l("满分"), filters=[stripped], default="100", render_kw={"inputmode": "decimal"})
    sections = FieldList(FormField(SectionForm), _l("大题"), min_entries=1)
    at_least = FieldList(FormField(ConditionForm), _l("整卷条件"), min_entries=1)
    rest_days = IntegerField(
        _l("多少天内考过的题不用"),
        [Optional(), NumberRange(0, 3650, _l("要在 0 至 3650 之间。"))],
        description=_l("按考试的开始时间算；0 表示不限。"),
    )
    rest_exams = IntegerField(
        _l("最近几场考试用过的题不用"),
        [Optional(), NumberRange(0, 100, _l("要在 0 至 100 之间。"))],
        description=_l("不分组卷规则；0 表示不限。"),
    )
    enemies = TextAreaField(
        _l("不能同卷的试题"),
        filters=[stripped],
        description=_l("每行一组试题编号，用顿号或空格隔开。相近的试题不必写，本来就不会同卷。"),
        render_kw={"rows": 2},
    )

    def __init__(self, *args: Any, bases: Bases, topics: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bases, self._topics = bases, [path for path, _depth in tree(topics)]

    def validate_sections(self, field: FieldList) -> None:
        made = self.sections_typed()
        if not made:
            raise ValidationError(_("请至少填写一个大题。"))
        if sum(cell["count"] for section in made for cell in section["cells"]) > LARGEST:
            raise ValidationError(_("一份试卷最多 %(n)s 题。", n=LARGEST))

    def validate_at_least(self, field: FieldList) -> None:
        self.conditions_typed()

    def validate_total(self, field: StringField) -> None:
        """Exactly that many points, if the sections can be read at all."""
        total = tenths(field.data or "", _("满分"), 10_000)
        try:
            sections = self.sections_typed()
        except ValidationError:
            return
        points = sum(s["points"] * cell["count"] for s in sections for cell in s["cells"])
        if sections and points != total:
            raise ValidationError(
                _("各大题合计 %(points)s 分，不是 %(total)s 分。请改题数、分值，或改这里的满分。",
                  points=format_points(points), total=format_points(total))
            )  # fmt: skip

    def sections_typed(self) -> list[dict[str, Any]]:
        """The sections as a blueprint stores them; empty ones left out. Raises ValidationError."""
        numbered = enumerate((entry.form for entry in self.sections), 1)
        return [self._section(form, number) for number, form in numbered if not form.empty]

    def _section(self, form: SectionForm, number: int) -> dict[str, Any]:
        place = _("第 %(n)s 个大题", n=number)
        if not form.title.data:
            raise ValidationError(_("%(place)s没有标题。", place=place))
        if form.kind.data not in set(Kind) or form.preset.data not in set(Preset):
            raise ValidationError(_("%(place)s的题型或评分办法不对。", place=place))
        cells = [cell for row in form.rows for cell in self._cells(row.form, place)]
        if not cells:
            raise ValidationError(_("%(place)s没有题数。", place=place))
        return {
            "title": form.title.data,
            "kind": form.kind.data,
            "points": tenths(form.points.data or "", _("%(place)s的分值", place=place), 1000),
            "preset": preset_of(Kind(form.kind.data), Preset(form.preset.data), place),
            "cells": cells,
        }

    def _cells(self, row: RowForm, place: str) -> Iterator[dict[str, Any]]:
        if row.empty:
            return
        asked = self._asked(row, place)
        for name, level in LEVELS.items():
            if row[name].data and row[name].data != "0":
                yield {"count": whole(row[name].data, place), "difficulty": level, **asked}

    def _asked(self, row: RowForm | ConditionForm, place: str) -> dict[str, list[str]]:
        try:
            sets, clauses = self._bases.read(row.basis.data or "")
        except Unknown as unknown:
            raise ValidationError(
                _("%(place)s：没有叫“%(name)s”的条目集或条款。", place=place, name=unknown.name)
            ) from unknown
        typed = (row.topics.data or "").replace("，", "、").split("、")
        named = [self._topic(one.strip(), place) for one in typed if one.strip()]
        return {"topics": list(dict.fromkeys(named)), "rule_sets": sets, "clauses": clauses}

    def _topic(self, text: str, place: str) -> str:
        """The topic as the bank calls it. Raises ValidationError."""
        found = meant(text, self._topics)
        if len(found) == 1:
            return found[0]
        if found:
            said = _("%(place)s：叫“%(name)s”的知识点不止一个，请写全：%(found)s。")
        elif found := close(text, self._topics):
            said = _("%(place)s：没有叫“%(name)s”的知识点，是否指%(found)s？")
        else:
            said = _("%(place)s：没有叫“%(name)s”的知识点。")
        listed = "、".join(f"“{path}”" for path in found[:3])
        raise ValidationError(said % {"place": place, "name": text, "found": listed})

    def conditions_typed(self) -> list[dict[str, Any]]:
        """What holds for the whole paper, as a blueprint stores it. Raises ValidationError."""
        made = []
        for number, entry in enumerate(self.at_least, 1):
            form, place = entry.form, _("第 %(n)s 个整卷条件", n=number)
            if form.kind.data not in {"", *Kind} or form.difficulty.data not in {"", *DIFFICULTIES}:
                raise ValidationError(_("%(place)s的题型或难度不对。", place=place))
            if form.count.data:
                said = {"kind": form.kind.data, "difficulty": form.difficulty.data}
                made.append({"count": whole(form.count.data, place), **said, **self._asked(form, place)})
            elif form.topics.data or form.basis.data:
                raise ValidationError(_("%(place)s没有题数。", place=place))
        return made

    def enemies_typed(self) -> list[list[str]]:
        text = (self.enemies.data or "").replace("、", " ").replace("，", " ")
        lines = (line.split() for line in text.splitlines())
        return [sorted(set(line)) for line in lines if line]

    def grid(self) -> Grid:
        """Of a form that is valid."""
        return {
            "sections": self.sections_typed(),
            "at_least": self.conditions_typed(),
            "enemies": self.enemies_typed(),
            "total": tenths(self.total.data or "", "", 10_000),
            "rest_days": self.rest_days.data or 0,
            "rest_exams": self.rest_exams.data or 0,
        }


def typed(grid: Grid, bases: Bases) -> dict[str, Any]:
    """A grid as the form shows it."""
    return {
        "total": format_points(grid["total"]),
        "sections": [
            section | {"points": format_points(section["points"]), "rows": _rows(section["cells"], bases)}
            for section in grid["sections"]
        ],
        "at_least": [
            {"count": str(rule["count"]), "kind": rule["kind"], "difficulty": rule["difficulty"]}
            | _written(rule, bases)
            for rule in grid["at_least"]
        ],
        "rest_days": grid["rest_days"],
        "rest_exams": grid["rest_exams"],
        "enemies": "\n".join("、".join(group) for group in grid["enemies"]),
    }


def rows_of(cells: list[dict[str, Any]]) -> Iterator[list[tuple[str, int]]]:
    """The cells of a section in the rows of the form: [(column, place of the cell in the section), …]."""
    columns = {level: name for name, level in LEVELS.items()}
    order = list(LEVELS.values())
    row: list[tuple[str, int]] = []
    for place, cell in enumerate(cells):
        before = cells[row[-1][1]] if row else cell
        same = all(before[name] == cell[name] for name in ("topics", "rule_sets", "clauses"))
        if row and not (same and order.index(cell["difficulty"]) > order.index(before["difficulty"])):
            yield row
            row = []
        row.append((columns[cell["difficulty"]], place))
    if row:
        yield row


def _rows(cells: list[dict[str, Any]], bases: Bases) -> list[dict[str, str]]:
    return [
        _written(cells[row[0][1]], bases) | {column: str(cells[place]["count"]) for column, place in row}
        for row in rows_of(cells)
    ]


def _written(said: Mapping[str, Any], bases: Bases) -> dict[str, str]:
    return {"topics": "、".join(said["topics"]), "basis": bases.written(said["rule_sets"], said["clauses"])}
