"""Questions being written: a new one, a new version; saved as a draft, or sent for review at once."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.bank import browsing, queries, service
from app.bank.blueprint import bp
from app.bank.labels import FIELDS, fault_text
from app.bank.manage_question import advised, load, page_of, shown
from app.bank.models import Question
from app.bank.question_form import QuestionForm, filled
from app.domain.access import Action
from app.domain.faults import faults
from app.web import clock
from app.web.gate import requires


def _page(form: QuestionForm, found: Question | None) -> str:
    """The form; with the question as a learner would see it, where that was asked for."""
    preview = None
    if "preview" in request.form and not form.errors:
        preview = form.content()
    return render_template(
        "bank/manage/question_form.html", form=form, question=found, sets=queries.rule_sets(),
        shelves=shelves(form), topics=browsing.topics(), shown=shown(preview) if preview else None,
        missing=missing(preview) if preview else "",
        advised=advised(preview, found.id if found else None) if preview else None,
    )  # fmt: skip


def missing(content: Any) -> str:
    """What a draft still lacks, by the names of the fields."""
    return "、".join(dict.fromkeys(str(FIELDS[fault.field]) for fault in faults(content)))


def shelves(form: QuestionForm) -> list[Any]:
    """The sets to choose clauses from: those that the question rests on, and the one that is asked for."""
    wanted = dict.fromkeys(name.partition("/")[0] for name in form.clauses.data or ())
    asked = request.values.get("set", "")
    return queries.clauses_of_sets([*wanted, *([asked] if asked and asked not in wanted else [])])


def _save(form: QuestionForm, found: Question | None) -> Question:
    """The question with its new version. Raises service.Stale."""
    now, by, content = clock.now(), current_user.person_id, form.content()
    if found is None:
        found = service.create_question(content, now, by)
    else:
        service.edit_question(found.id, content, form.based_on.data, now, by)
    service.plan_review(found, form.review_on.data)
    newest = service.newest(found)
    if "send" in request.form and newest.submitted_at is None:
        service.submit(found, newest.number, now, by)
        flash(_("已送审。审定以后才会用于组卷。"))
    elif lacks := missing(content):
        flash(_("已存为草稿。送审前还要补齐：%(fields)s。", fields=lacks))
    else:
        flash(_("已保存。"))
    return found


@bp.route("/questions/new", methods=["GET", "POST"])
@requires(Action.BANK_EDIT)
def question_new() -> Any:
    form = QuestionForm()
    if form.reshaped() or not form.validate_on_submit() or "preview" in request.form:
        return _page(form, None)
    return page_of(_save(form, None))


@bp.route("/questions/<int:question_id>/edit", methods=["GET", "POST"])
@requires(Action.BANK_EDIT)
def question_edit(question_id: int) -> Any:
    found = load(question_id)
    form = filled(service.content_of(found.newest), found.newest.number, found.review_on)
    if form.reshaped() or not form.validate_on_submit() or "preview" in request.form:
        return _page(form, found)
    try:
        return page_of(_save(form, found))
    except service.Stale:
        form.form_errors.append(_("您打开以后，这道题已被别人修改。请另开一页查看新版本，再重新修改。"))
        return _page(form, found)


@bp.get("/clauses")
@requires(Action.BANK_VIEW)
def clauses() -> Any:
    """The clauses of one set to choose from: what the form's script puts in its place."""
    found = queries.clauses_of_sets([request.args.get("set", "")])
    return render_template("bank/manage/clauses.html", shelves=found)


@bp.post("/questions/<int:question_id>/send")
@requires(Action.BANK_EDIT)
def question_send(question_id: int) -> Any:
    found = load(question_id)
    try:
        service.submit(found, found.newest.number, clock.now(), current_user.person_id)
    except service.Unfit as error:
        flash(_("还不能送审：%(texts)s", texts="".join(map(fault_text, error.faults))), "warn")
        return redirect(url_for("bank_manage.question_edit", question_id=found.id))
    except service.Stale:
        flash(_("这一版已经送审。"), "warn")
        return page_of(found)
    flash(_("已送审。审定以后才会用于组卷。"))
    return page_of(found)
