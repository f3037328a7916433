"""The forms of an exam by hand: another question for one, and whole forms put together."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.bank import browsing
from app.bank import queries as bank
from app.bank.browsing import Filter
from app.bank.labels import DIFFICULTIES
from app.domain.access import Action
from app.domain.assembly import FULL, MOST_FORMS
from app.domain.papers import Section
from app.domain.questions import Kind
from app.domain.scoring import Preset, format_points
from app.domain.topics import name, tree
from app.exams import making, minimums_form, papers, picking, service, swapping
from app.exams.back_office import bp, load_exam, load_form
from app.exams.grid_fields import HeadForm
from app.exams.labels import form_name
from app.exams.models import Exam
from app.web import clock
from app.web.gate import requires
from app.web.paging import asked_page

_SHOWN = 50  # offers on a page
_FILTER = ("q", "topic", "rule_set", "difficulty")
_KEPT = ("section", "page", *_FILTER)


@bp.get("/<int:exam_id>/forms/<int:number>/slots/<int:slot>")
@requires(Action.EXAM_EDIT)
def offers(exam_id: int, number: int, slot: int) -> Any:
    exam = load_exam(exam_id)
    form = load_form(exam, number)
    shown = next((one for one in papers.document(form.paper_id)["slots"] if one["slot"] == slot), None)
    if shown is None:
        abort(404)
    text = request.args.get("q", "").strip()
    found = [one for one in swapping.offers(exam, form, slot, clock.now()) if text in one.stem]
    return render_template(
        "exams/manage/swap.html", exam=exam, form=form, slot=shown, offers=found[:_SHOWN], many=len(found),
        begun=making.begun(exam.id),
    )  # fmt: skip


@bp.post("/<int:exam_id>/forms/<int:number>/slots/<int:slot>")
@requires(Action.EXAM_EDIT)
def swap(exam_id: int, number: int, slot: int) -> Any:
    exam = load_exam(exam_id)
    form = load_form(exam, number)
    if slot not in papers.slots(form.paper_id):
        abort(404)
    coming, seen = request.form.get("version", 0, int), request.form.get("seen", 0, int)
    try:
        swapping.swap(exam, form, slot, coming, seen, clock.now())
        flash(_("%(form)s第 %(n)s 题已换。", form=form_name(number), n=slot))
    except making.Begun:
        flash(_("已有人开始答题，试卷不能再换。"), "warn")
    except swapping.Moved:
        flash(_("没有换题：请先选一道题；如果试卷刚才有人改过，请看过现在的试卷再换。"), "warn")
        return redirect(url_for("exams_manage.offers", exam_id=exam.id, number=number, slot=slot))
    url = url_for("exams_manage.paper", exam_id=exam.id, form=number, _anchor=f"question-{slot}")
    return redirect(url)


@bp.get("/<int:exam_id>/forms/<int:number>/pick")
@requires(Action.EXAM_EDIT)
def pick(exam_id: int, number: int) -> Any:
    exam = _with_room(exam_id, number)
    return _picking(exam, number, HeadForm(formdata=None))


def _with_room(exam_id: int, number: int) -> Exam:
    """The exam, if it has a form of that number or could have one."""
    exam = load_exam(exam_id)
    if not 1 <= number <= min(len(exam.forms) + 1, MOST_FORMS):
        abort(404)
    return exam


def _picking(exam: Exam, number: int, head: HeadForm) -> str:
    chosen = picking.draft(exam, number)
    place = request.args.get("section", 0, int)
    section = chosen[place] if 0 <= place < len(chosen) else None
    asked = {field: request.args.get(field, "").strip() for field in _FILTER}
    page, versions = None, {}
    if section is not None:
        wanted = Filter(kind=section.head.kind.value, state="published", **asked)
        page = browsing.page(wanted, asked_page(), clock.day(clock.now()))
        versions = bank.candidates_of({question.current_version_id for question in page})
    shown = [one.version_id for part in chosen for one in part.ones] + list(versions)
    return render_template(
        "exams/manage/pick.html", exam=exam, number=number, chosen=chosen, place=place, section=section,
        asked=asked, page=page, versions=versions, contents=bank.contents(shown), head=head,
        total=picking.total(chosen), full=_full(exam), begun=making.begun(exam.id),
        alikes=picking.alikes(chosen), taken={one.question_id for part in chosen for one in part.ones},
        sets=[(one.code, one.title) for one in bank.rule_sets()], difficulties=list(DIFFICULTIES.items()),
        topics=[(path, "　" * depth + name(path)) for path, depth in tree(browsing.topics())],
    )  # fmt: skip


def _full(exam: Exam) -> int:
    return exam.blueprint.total if exam.blueprint else FULL


@bp.post("/<int:exam_id>/forms/<int:number>/pick")
@requires(Action.EXAM_EDIT)
def pick_act(exam_id: int, number: int) -> Any:
    exam, act = _with_room(exam_id, number), request.form.get("act", "")
    try:
        if act == "section":
            return _section_added(exam, number)
        if act == "use":
            return _used(exam, number)
        _done(exam, number, act)
    except making.Begun:
        flash(_("已有人开始答题，试卷不能再换。"), "warn")
    except picking.Stays:
        flash(_("没有改动：这个大题已经不在了，或者还没有选题。"), "warn")
    return redirect(_here(exam, number))


def _done(exam: Exam, number: int, act: str) -> None:
    ticked = {int(one) for one in request.form.getlist("version") if one.isdigit()}
    place = request.args.get("section", 0, int)
    if act == "add":
        added = picking.add(exam, number, place, ticked)
        flash(_("已选入 %(n)s 题。", n=added), "message" if added else "warn")
    elif act == "remove":
        picking.remove(exam, number, ticked)
    elif act == "drop":
        picking.drop_section(exam, number, place)
    elif act == "discard":
        picking.discard(exam, number)
    else:
        abort(400)


def _here(exam: Exam, number: int) -> str:
    kept: dict[str, Any] = {field: value for field, value in request.args.items() if field in _KEPT}
    return url_for("exams_manage.pick", exam_id=exam.id, number=number, **kept)


def _section_added(exam: Exam, number: int) -> Any:
    head = HeadForm()
    if not head.validate():
        return _picking(exam, number, head)
    kind, preset = Kind(head.kind.data), Preset(head.preset.data)
    picking.add_section(exam, number, Section(head.title.data, kind, head.tenths, preset))
    return redirect(_here(exam, number))


def _used(exam: Exam, number: int) -> Any:
    """As a form of the exam: of exactly the full points, unless told otherwise."""
    full = _full(exam)
    try:
        picking.use(exam, number, None if "anyway" in request.form else full, clock.now())
    except picking.Uneven as uneven:
        flash(
            _("现在合计 %(points)s 分，不是 %(full)s 分。确实要这样，请勾选“不是满分也采用”。",
              points=format_points(uneven.points), full=format_points(full)),
            "warn",
        )  # fmt: skip
        return redirect(_here(exam, number))
    except service.Unreachable as lost:
        flash(minimums_form.unreachable(lost.sections), "warn")
        return redirect(_here(exam, number))
    flash(_("%(form)s已采用。", form=form_name(number)))
    return redirect(url_for("exams_manage.paper", exam_id=exam.id, form=number))
