"""Scores of one exam, per person and per unit, and the same as a spreadsheet."""

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, render_template, request
from flask_babel import gettext as _

from app.audit.exports import export
from app.domain.access import Action
from app.exams import candidates
from app.exams.candidates import Candidate
from app.exams.manage_board import points_number, sees_scores, told
from app.exams.manage_queries import timed_exams
from app.exams.models import Exam
from app.people import queries as people
from app.people.models import Unit
from app.people.unit_field import UnitFilter, unit_filter
from app.reports import figures
from app.reports.blueprint import bp
from app.reports.figures import Figures, Outcome
from app.reports.labels import OUTCOMES
from app.web import clock
from app.web.gate import requires
from app.web.intake import number
from app.web.paging import asked_page, page_of


@bp.get("/scores")
@requires(Action.SCORE_VIEW)
def scores() -> Any:
    exams = timed_exams()
    exam = _chosen(exams, number("exam"))
    if exam is None:
        return render_template("reports/no_scores.html")
    where = unit_filter(Action.SCORE_VIEW)
    if request.args.get("by") == "unit":
        return _per_unit(exam, exams, where)
    return _per_person(exam, exams, where)


def _chosen(exams: Sequence[Exam], exam_id: int | None) -> Exam | None:
    """The exam asked for; without one, the last that has opened, else the last of all."""
    if exam_id is not None:
        return next((exam for exam in exams if exam.id == exam_id), None) or abort(404)
    opened = (exam for exam in exams if exam.opens_at <= clock.now())
    return next(opened, exams[0] if exams else None)


@bp.post("/scores/<int:exam_id>.xlsx")
@requires(Action.SCORE_VIEW)
def scores_export(exam_id: int) -> Response:
    """What the page shows, all pages of it."""
    exam, where = _chosen(timed_exams(), exam_id) or abort(404), unit_filter(Action.SCORE_VIEW)
    if request.args.get("by") == "unit":
        return _unit_sheet(exam, _units(exam, where)[1])
    return _person_sheet(exam, _people(exam, where)[1])


def _everyone(exam: Exam, where: UnitFilter, text: str = "") -> list[Candidate]:
    return candidates.candidates(exam, where.paths, clock.now(), text, told=told(exam))


def _people(exam: Exam, where: UnitFilter) -> tuple[list[Candidate], list[Candidate]]:
    """Everybody whom the address asks for, and among them those with the outcome it names."""
    everyone = _everyone(exam, where, request.args.get("q", "").strip())
    wanted = request.args.get("outcome", "")
    return everyone, [one for one in everyone if wanted in ("", figures.outcome(one))]


def _units(exam: Exam, where: UnitFilter) -> tuple[list[Candidate], list[tuple[Unit, Figures]]]:
    everyone = _everyone(exam, where)
    units = people.units_above({one.unit_path for one in everyone}, where.paths)
    return everyone, figures.by_unit(everyone, units)


def _per_person(exam: Exam, exams: Sequence[Exam], where: UnitFilter) -> Any:
    everyone, shown = _people(exam, where)
    return render_template(
        "reports/scores.html", exam=exam, exams=exams, where=where, outcomes=OUTCOMES,
        page=page_of(shown, asked_page()), outcome=figures.outcome,
        total=figures.total(everyone), held=not sees_scores(exam),
    )  # fmt: skip


def _per_unit(exam: Exam, exams: Sequence[Exam], where: UnitFilter) -> Any:
    everyone, rows = _units(exam, where)
    return render_template(
        "reports/scores_by_unit.html", exam=exam, exams=exams, where=where, page=page_of(rows, asked_page()),
        depth=lambda unit: people.depth(unit, where.paths), total=figures.total(everyone),
        held=not sees_scores(exam),
    )  # fmt: skip


def _person_sheet(exam: Exam, shown: Sequence[Candidate]) -> Response:
    headers = [_("姓名"), _("用户名"), _("单位"), _("职务"), _("职级"), _("成绩"), _("满分"), _("结果"),
               _("补考"), _("有效期至"), _("考试次数"), _("最后交卷时间")]  # fmt: skip
    title = f"{exam.title} {_('成绩')}"
    return export("score.export", f"exam:{exam.id}", title, headers, (_person_cells(one) for one in shown))


def _person_cells(one: Candidate) -> list[Any]:
    result = one.result
    return [
        one.name, one.username, one.unit_name, one.post, one.rank, _points(result.points if result else None),
        _points(result.full if result else None), str(OUTCOMES[Outcome(figures.outcome(one))]),
        _("是") if result and result.makeup else "", str(result.valid_until or "") if result else "",
        one.attempts, one.handed_in_at,
    ]  # fmt: skip


def _unit_sheet(exam: Exam, rows: Sequence[tuple[Unit, Figures]]) -> Response:
    headers = [_("单位（含下属）"), _("应考"), _("实考"), _("缺考"), _("参考率"), _("合格"), _("合格率"),
               _("平均分"), _("最高分"), _("最低分")]  # fmt: skip
    cells = (
        [
            unit.name, f.entrants, f.sat, f.absent, f.attendance, f.passed, f.pass_rate,
            _points(f.average), _points(f.highest), _points(f.lowest),
        ]
        for unit, f in rows
    )  # fmt: skip
    return export("score.export", f"exam:{exam.id}", f"{exam.title} {_('各单位成绩')}", headers, cells)


def _points(tenths: int | None) -> float | None:
    return None if tenths is None else points_number(tenths)
