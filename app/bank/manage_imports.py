"""The import of questions: upload, progress, preview beside the source, decisions, saving, result."""

from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.audit.fields import field_label
from app.bank import browsing
from app.bank import queries as bank_queries
from app.bank.blueprint import bp
from app.bank.importing import edits, preview, queries
from app.bank.importing.forms import ImportForm
from app.bank.importing.states import DECISIONS, Decision
from app.bank.manage_writing import missing, shelves
from app.bank.models import QuestionImport
from app.bank.question_form import ItemForm, filled
from app.domain.access import Action
from app.domain.questions import Question as Content
from app.web import clock
from app.web.gate import requires
from app.web.paging import asked_page
from app.web.uploads import STATES, State, TooMany


def _load(upload_id: int) -> QuestionImport:
    """404 for anybody else's."""
    return queries.own(upload_id, current_user.person_id) or abort(404)


def _go_on(found: QuestionImport, **where: Any) -> Any:
    return redirect(url_for("bank_manage.import_", upload_id=found.id, **where))


def _here() -> dict[str, Any]:
    """What the preview is narrowed to, so that an act leads back to it."""
    group, field = request.values.get("group"), request.values.get("field", "")
    return {
        "group": group if group in ("", *queries.GROUPS) else None,
        "field": field if field in queries.FIELDS else None,
        "page": request.values.get("page", type=int),
    }


@bp.get("/imports")
@requires(Action.BANK_EDIT)
def imports() -> Any:
    page = queries.page_of_own(current_user.person_id, asked_page())
    return render_template("bank/manage/imports.html", page=page, states=STATES)


@bp.route("/imports/new", methods=["GET", "POST"])
@requires(Action.BANK_EDIT)
def import_new() -> Any:
    form = ImportForm()
    if form.validate_on_submit():
        try:
            return _go_on(edits.begin(current_user.person_id, *form.upload, form.defaults, clock.now()))
        except TooMany as error:
            form.file.errors = [error.message]
    return render_template("bank/manage/import_new.html", form=form, topics=browsing.topics())


@bp.get("/imports/<int:upload_id>")
@requires(Action.BANK_EDIT)
def import_(upload_id: int) -> Any:
    found = _load(upload_id)
    state = State(found.state)
    if state is State.READY:
        return _preview(found)
    page = "progress" if state in (State.WAITING, State.SAVING) else "result"
    left = queries.counts(upload_id) if page == "result" else {}
    return render_template(f"bank/manage/import_{page}.html", found=found, state=state, left=left)


def _preview(found: QuestionImport) -> str:
    here, counts = _here(), queries.counts(found.id)
    first = next((name for name in ("fault", "told", "like") if counts[name]), "")
    group = first if here["group"] is None else here["group"]
    page = queries.items_page(found.id, group, here["field"] or "", asked_page())
    return render_template(
        "bank/manage/import_preview.html", found=found, counts=counts, group=group, field=here["field"] or "",
        page=page, lines=preview.lines(page.items), decisions=DECISIONS, label=field_label,
        groups=preview.GROUPS, fields=queries.FIELDS,
    )  # fmt: skip


@bp.get("/imports/<int:upload_id>/state")
@requires(Action.BANK_EDIT)
def import_state(upload_id: int) -> Any:
    """For the page that shows progress."""
    found = _load(upload_id)
    return jsonify(state=found.state, done=found.done, total=found.total)


def _decision() -> Decision:
    wanted = request.form.get("decision", "")
    return Decision(wanted) if wanted in (Decision.NEW, Decision.MERGE, Decision.LEAVE) else abort(400)


@bp.route("/imports/<int:upload_id>/items/<int:at>", methods=["GET", "POST"])
@requires(Action.BANK_EDIT)
def import_item(upload_id: int, at: int) -> Any:
    found = _load(upload_id)
    if request.method == "POST":
        edits.held_item(found, at)
    item = queries.item(upload_id, at) or abort(404)
    [row] = preview.lines([item])
    if found.state != State.READY or item.question_id is not None:
        return render_template("bank/manage/import_item_shown.html", found=found, item=item, row=row)
    form = filled(row.content, 0, None, ItemForm)
    if not form.reshaped() and form.validate_on_submit():
        return _amended(found, at, form.content(), item.decision == Decision.FAULT)
    return render_template(
        "bank/manage/import_item.html", found=found, item=item, row=row, form=form, label=field_label,
        sets=bank_queries.rule_sets(), shelves=shelves(form), topics=browsing.topics(), here=_here(),
    )  # fmt: skip


def _amended(found: QuestionImport, at: int, content: Content, was_faulty: bool) -> Any:
    """On to the next faulty item after one of them; else back to where the item was looked at."""
    item, lacks = edits.amend(found, at, content), missing(content)
    told = _("第 %(n)s 题已保存。", n=at)
    if item.decision == Decision.FAULT:
        flash(_("第 %(n)s 题已保存，但还有错误，请继续更正。", n=at), "warn")
        return redirect(url_for("bank_manage.import_item", upload_id=found.id, at=at, **_here()))
    if item.decision == Decision.LEAVE and item.like_id:
        told += _("题库里有相似的题，请决定收不收。")
    elif lacks:
        told += _("还缺：%(fields)s，先收为草稿。", fields=lacks)
    flash(told)
    if was_faulty and (after := queries.next_fault(found.id, at)):
        return redirect(url_for("bank_manage.import_item", upload_id=found.id, at=after, **_here()))
    return _go_on(found) if was_faulty else _go_on(found, **_here(), _anchor=f"item-{at}")


@bp.post("/imports/<int:upload_id>/items/<int:at>/decide")
@requires(Action.BANK_EDIT)
def import_decide(upload_id: int, at: int) -> Any:
    found = _load(upload_id)
    edits.decide(found, at, _decision())
    return _go_on(found, **_here(), _anchor=f"item-{at}")


@bp.post("/imports/<int:upload_id>/decide")
@requires(Action.BANK_EDIT)
def import_decide_all(upload_id: int) -> Any:
    found, here = _load(upload_id), _here()
    n = edits.decide_all(found, here["group"] or "", here["field"] or "", decision := _decision())
    flash(_("%(n)s 道题改为“%(what)s”。", n=n, what=DECISIONS[decision]))
    return _go_on(found, **here)


@bp.post("/imports/<int:upload_id>/save")
@requires(Action.BANK_EDIT)
def import_save(upload_id: int) -> Any:
    found = _load(upload_id)
    edits.confirm(found, "send" in request.form, clock.now())
    return _go_on(found)


@bp.post("/imports/<int:upload_id>/reopen")
@requires(Action.BANK_EDIT)
def import_reopen(upload_id: int) -> Any:
    found = _load(upload_id)
    edits.reopen(found)
    return _go_on(found)


@bp.post("/imports/<int:upload_id>/discard")
@requires(Action.BANK_EDIT)
def import_discard(upload_id: int) -> Any:
    edits.discard(_load(upload_id))
    flash(_("已放弃这次导入。"))
    return redirect(url_for("bank_manage.imports"))
