"""Sittings of an exam: rooms with their times, seats dealt and moved, the invigilator's start."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action, is_root
from app.exams import invigilators, seating, tickets
from app.exams import manage_queries as managing
from app.exams import seat_queries as queries
from app.exams.back_office import bp, load_exam
from app.exams.models import Exam
from app.exams.seat_forms import DealForm, InvigilatorForm, MoveForm, SittingForm
from app.exams.seat_models import Sitting
from app.web import clock, gate, pdf
from app.web.choices import choices
from app.web.gate import requires


def load_sitting(exam_id: int, sitting_id: int) -> tuple[Exam, Sitting]:
    exam = load_exam(exam_id)
    return exam, queries.sitting_of(exam.id, sitting_id) or abort(404)


def watched(sitting: Sitting, action: Action) -> bool:
    """The whole room is for its invigilators and for who may act on everybody."""
    everywhere = any(is_root(path) for path in gate.scope(action))
    return everywhere or queries.watches(sitting.id, current_user.person_id)


def sitting_choices(sittings: Sequence[Sitting]) -> list[Any]:
    return choices((one.id, f"{one.room} {clock.beijing(one.opens_at):%m-%d %H:%M}") for one in sittings)


@bp.route("/<int:exam_id>/sittings", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def sittings(exam_id: int) -> Any:
    exam, paths = load_exam(exam_id), gate.scope(Action.EXAM_EDIT)
    form = SittingForm(exam)
    if form.validate_on_submit():
        made = seating.create(exam, form.facts)
        flash(_("已新建“%(room)s”。", room=made.room))
        return redirect(url_for("exams_manage.sittings", exam_id=exam.id))
    return render_template(
        "exams/manage/sittings.html", exam=exam, form=form, sittings=queries.sittings(exam.id),
        counts=queries.counts(exam.id), deal=_deal_form(exam, formdata=None),
        unseated=len(queries.unseated(exam.id, paths)),
        entrants=managing.counts([exam.id], paths)[exam.id].entrants,
    )  # fmt: skip


def _deal_form(exam: Exam, **options: Any) -> DealForm:
    form = DealForm(prefix="deal", **options)
    everywhere = choices([(0, _("各场次，依次坐满"))])
    form.sitting_id.choices = [*everywhere, *sitting_choices(queries.sittings(exam.id))]
    return form


@bp.post("/<int:exam_id>/sittings/deal")
@requires(Action.EXAM_EDIT)
def sittings_deal(exam_id: int) -> Any:
    exam, paths = load_exam(exam_id), gate.scope(Action.EXAM_EDIT)
    form = _deal_form(exam)
    if form.validate_on_submit():
        rooms = [one for one in queries.sittings(exam.id) if form.sitting_id.data in (0, one.id)]
        people = queries.unseated(exam.id, paths, form.unit_id.unit, form.rank.data)
        _say(seating.deal(exam, people, rooms))
    else:
        flash(next(iter(form.errors.values()))[0], "warn")
    return redirect(url_for("exams_manage.sittings", exam_id=exam.id))


def _say(done: seating.Outcome) -> None:
    flash(_("排好 %(n)s 人。", n=done.seated) if done.seated else _("没有排座。"))
    if done.left:
        flash(_("座位不够，还有 %(n)s 人没有排上。请增加场次或座位。", n=done.left), "warn")
    if done.busy:
        names = "、".join(done.busy[:10])
        text = _(
            "同一时间在别的考试有座位、没有排的：%(names)s（共 %(n)s 人）。", names=names, n=len(done.busy)
        )
        flash(text, "warn")


@bp.get("/<int:exam_id>/sittings/<int:sitting_id>")
@requires(Action.EXAM_VIEW)
def sitting(exam_id: int, sitting_id: int) -> Any:
    exam, found = load_sitting(exam_id, sitting_id)
    return sitting_page(exam, found)


def sitting_page(exam: Exam, found: Sitting, **forms: Any) -> Any:
    scope = None if watched(found, Action.EXAM_VIEW) else gate.scope(Action.EXAM_VIEW)
    seats = queries.seats(found.id, scope)
    forms.setdefault("move", _move_form(exam, found, formdata=None))
    forms.setdefault("watch", InvigilatorForm(prefix="watch", formdata=None))
    return render_template(
        "exams/manage/sitting.html", exam=exam, sitting=found, seats=seats,
        invigilators=invigilators.of(found.id),
        parts=[seats[first : first + tickets.BATCH] for first in range(0, len(seats), tickets.BATCH)],
        may_start=current_user.can(Action.EXAM_RUN) and watched(found, Action.EXAM_RUN), **forms,
    )  # fmt: skip


def _move_form(exam: Exam, found: Sitting, **options: Any) -> MoveForm:
    form = MoveForm(prefix="move", data={"sitting_id": found.id}, **options)
    form.seat_id.choices = choices(
        (seat.id, f"{seat.number} 号 {seat.person.name}（{seat.person.unit.name}）")
        for seat in queries.seats(found.id)
    )
    form.sitting_id.choices = sitting_choices(queries.sittings(exam.id))
    return form


@bp.route("/<int:exam_id>/sittings/<int:sitting_id>/edit", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def sitting_edit(exam_id: int, sitting_id: int) -> Any:
    exam, found = load_sitting(exam_id, sitting_id)
    form = SittingForm(exam, found)
    if form.validate_on_submit():
        try:
            longer = seating.change(found, form.facts, clock.now())
            flash(_("已保存。准考证已经印发的，请重新打印。"))
            if longer:
                flash(_("正在答题的 %(n)s 人一并延长，考生页面一分钟内更新倒计时。", n=longer))
            return redirect(url_for("exams_manage.sitting", exam_id=exam.id, sitting_id=found.id))
        except seating.Impossible as error:
            form.opens_at.errors = [str(error)]
    return render_template("exams/manage/sitting_edit.html", exam=exam, sitting=found, form=form)


@bp.post("/<int:exam_id>/sittings/<int:sitting_id>/remove")
@requires(Action.EXAM_EDIT)
def sitting_remove(exam_id: int, sitting_id: int) -> Any:
    exam, found = load_sitting(exam_id, sitting_id)
    try:
        seating.remove(found)
        flash(_("已删除场次。"))
    except seating.Impossible as error:
        flash(str(error), "warn")
    return redirect(url_for("exams_manage.sittings", exam_id=exam.id))


@bp.post("/<int:exam_id>/sittings/<int:sitting_id>/move")
@requires(Action.EXAM_EDIT)
def seat_move(exam_id: int, sitting_id: int) -> Any:
    exam, found = load_sitting(exam_id, sitting_id)
    form = _move_form(exam, found)
    if not form.validate_on_submit():
        return sitting_page(exam, found, move=form)
    seat = queries.seat_in(found.id, form.seat_id.data) or abort(404)
    target = queries.sitting_of(exam.id, form.sitting_id.data) or abort(404)
    try:
        other = seating.move(seat, target, form.number.data)
        flash(_("已换座。") if other is None else _("已与%(name)s对换。", name=other.person.name))
    except seating.Impossible as error:
        flash(str(error), "warn")
    return redirect(url_for("exams_manage.sitting", exam_id=exam.id, sitting_id=found.id))


@bp.post("/<int:exam_id>/sittings/<int:sitting_id>/seats/<int:seat_id>/remove")
@requires(Action.EXAM_EDIT)
def seat_remove(exam_id: int, sitting_id: int, seat_id: int) -> Any:
    exam, found = load_sitting(exam_id, sitting_id)
    seat = queries.seat_in(found.id, seat_id) or abort(404)
    try:
        seating.take(exam, seat)
        flash(_("已撤去座位，可以重新排。"))
    except seating.Impossible as error:
        flash(str(error), "warn")
    return redirect(url_for("exams_manage.sitting", exam_id=exam.id, sitting_id=found.id))


@bp.post("/<int:exam_id>/sittings/<int:sitting_id>/tickets.pdf")
@requires(Action.EXAM_EDIT)
def sitting_tickets(exam_id: int, sitting_id: int) -> Any:
    """准考证 of the sitting; of a large one, the part that the form names."""
    exam, found = load_sitting(exam_id, sitting_id)
    part = max(request.form.get("part", type=int) or 0, 0)
    seats = queries.seats(found.id)[part * tickets.BATCH :][: tickets.BATCH]
    if not seats:
        flash(_("这里没有要印的准考证。"), "warn")
        return redirect(url_for("exams_manage.sitting", exam_id=exam.id, sitting_id=found.id))
    name = f"{_('准考证')}-{found.room}-{seats[0].number}-{seats[-1].number}.pdf"
    return pdf.response(name, tickets.document(exam, found, seats))


@bp.post("/<int:exam_id>/sittings/<int:sitting_id>/start")
@requires(Action.EXAM_RUN)
def sitting_start(exam_id: int, sitting_id: int) -> Any:
    """The invigilator says go; the whole room is nobody else's."""
    exam, found = load_sitting(exam_id, sitting_id)
    if not watched(found, Action.EXAM_RUN):
        abort(404)
    try:
        started = seating.start(found, current_user.person_id, clock.now())
        flash(_("已宣布开考，考生页面会在几秒内自动开始。") if started else _("先前已经宣布开考。"))
    except seating.Impossible as error:
        flash(str(error), "warn")
    return redirect(url_for("exams_manage.room", exam_id=exam.id, sitting=found.id))


@bp.post("/<int:exam_id>/sittings/<int:sitting_id>/seats/<int:seat_id>/arrive")
@requires(Action.EXAM_RUN)
def seat_arrive(exam_id: int, sitting_id: int, seat_id: int) -> Any:
    """For who cannot say the code of the room but sits in it."""
    exam, found = load_sitting(exam_id, sitting_id)
    if not watched(found, Action.EXAM_RUN):
        abort(404)
    seat = queries.seat_in(found.id, seat_id) or abort(404)
    try:
        seating.arrived(seat, clock.now())
        flash(_("已确认%(name)s到场。", name=seat.person.name))
    except seating.Impossible as error:
        flash(str(error), "warn")
    url = url_for("exams_manage.sitting", exam_id=exam.id, sitting_id=found.id, _anchor=f"seat-{seat.id}")
    return redirect(url)
