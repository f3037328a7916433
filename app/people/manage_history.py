"""What happens to a person by date: transfer, promotion, secondment, leaving, return; mistakes taken back."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.domain.access import Action
from app.domain.careers import Leaving
from app.people import corrections, grants, history, postings, promotions
from app.people.blueprint import bp
from app.people.history import Place
from app.people.manage_person import attempt, load_editable, load_other, show_refusal
from app.people.models import Person, Posting
from app.people.person_forms import LeavingForm, PlaceForm, RankForm, SecondmentForm, TransferForm
from app.web import clock, gate
from app.web.gate import requires


def _done(form: FlaskForm, act: Callable[[], None]) -> bool:
    """The form was sent, was right, and the act was not refused."""
    if not form.validate_on_submit():
        return False
    try:
        act()
    except history.Refused as refused:
        show_refusal(form, refused)
        return False
    return True


def _back(person: Person, message: str) -> Any:
    flash(message)
    return redirect(url_for("people_manage.person", person_id=person.id))


def _ask(name: str, person: Person, form: FlaskForm, **more: Any) -> str:
    return render_template(f"people/manage/{name}.html", person=person, form=form, **more)


def _place(form: PlaceForm) -> Place:
    return Place(form.unit_id.unit or abort(404), form.post.data, form.note.data)


def _check_roles(person: Person) -> None:
    """Roles do not move with a person: whoever moves one is told to look at them."""
    if grants.grants_of(person.id):
        text = _("%(name)s原有的角色没有随之改变，请到“授权”页核对。", name=person.name)
        flash(text, "warn")


@bp.route("/people/<int:person_id>/transfer", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def person_transfer(person_id: int) -> Any:
    person = load_editable(person_id)
    form = TransferForm(obj=person)
    if _done(form, lambda: history.transfer(person, _place(form), form.since.data, clock.now())):
        _check_roles(person)
        return _back(person, _("已办理 %(name)s 的调动。", name=person.name))
    return _ask("transfer", person, form)


@bp.post("/people/<int:person_id>/transfer/undo")
@requires(Action.PEOPLE_EDIT)
def person_transfer_undo(person_id: int) -> Any:
    person = load_editable(person_id)
    paths = gate.scope(Action.PEOPLE_EDIT)
    return attempt(person, lambda: corrections.undo_transfer(person, paths), _("已撤销最近一次调动。"))


@bp.route("/people/<int:person_id>/rank", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def person_rank(person_id: int) -> Any:
    person, form = load_editable(person_id), RankForm()
    if _done(form, lambda: history.promote(person, form.rank.data, form.since.data, clock.now())):
        return _back(person, _("已记下职级，现职级：%(rank)s。", rank=person.rank))
    return _ask("rank", person, form)


@bp.post("/people/<int:person_id>/ranks/<int:change_id>/remove")
@requires(Action.PEOPLE_EDIT)
def person_rank_remove(person_id: int, change_id: int) -> Any:
    person = load_editable(person_id)
    change = promotions.one(person.id, change_id) or abort(404)
    corrections.remove_rank(person, change)
    return _back(person, _("已删去这条职级记录。"))


def _second(person: Person, form: SecondmentForm, change: Posting | None) -> None:
    history.second(person, _place(form), form.since.data, form.until.data, clock.now(), change)


@bp.route("/people/<int:person_id>/secondment", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def person_second(person_id: int) -> Any:
    person, form = load_editable(person_id), SecondmentForm()
    if _done(form, lambda: _second(person, form, None)):
        return _back(person, _("已记下 %(name)s 的借调。", name=person.name))
    return _ask("secondment", person, form, lent=None)


@bp.route("/people/<int:person_id>/secondments/<int:posting_id>", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def person_second_edit(person_id: int, posting_id: int) -> Any:
    person = load_editable(person_id)
    lent = postings.secondment(person.id, posting_id) or abort(404)
    form = SecondmentForm(obj=lent)
    if _done(form, lambda: _second(person, form, lent)):
        return _back(person, _("已保存借调记录。"))
    return _ask("secondment", person, form, lent=lent)


@bp.post("/people/<int:person_id>/secondments/<int:posting_id>/remove")
@requires(Action.PEOPLE_EDIT)
def person_second_remove(person_id: int, posting_id: int) -> Any:
    person = load_editable(person_id)
    corrections.remove_secondment(person, postings.secondment(person.id, posting_id) or abort(404))
    return _back(person, _("已删去这条借调记录。"))


@bp.route("/people/<int:person_id>/leave", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def person_leave(person_id: int) -> Any:
    person, form = load_other(person_id, _("不能办理自己的离开，请由其他管理员办理。")), LeavingForm()
    if _done(form, lambda: history.leave(person, Leaving(form.reason.data), form.day.data, clock.now())):
        return _back(person, _("已办理 %(name)s 的离开。记录都保留着。", name=person.name))
    return _ask("leave", person, form)


@bp.post("/people/<int:person_id>/leave/undo")
@requires(Action.PEOPLE_EDIT)
def person_leave_undo(person_id: int) -> Any:
    person = load_editable(person_id)

    def undo() -> None:
        if corrections.undo_leaving(person, gate.scope(Action.PEOPLE_EDIT)):
            text = _("离开当天结束的借调没有随之恢复。仍在借调的，请在“任职经历”中改结束日期。")
            flash(text, "warn")

    return attempt(person, undo, _("已撤销离开：任职照旧，账号已启用，本人可重新登录。"))


@bp.route("/people/<int:person_id>/return", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def person_return(person_id: int) -> Any:
    person = load_editable(person_id)
    form = TransferForm(obj=person)
    if not form.is_submitted():
        form.since.data = clock.day(clock.now())
    if _done(form, lambda: history.come_back(person, _place(form), form.since.data, clock.now())):
        _check_roles(person)
        return _back(person, _("已办理 %(name)s 的返回，账号已启用。", name=person.name))
    return _ask("return", person, form)
