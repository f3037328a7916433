"""Questions: list, create, edit as a new version, look at as a learner, retire and restore."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.bank import browsing, queries, service, typed
from app.bank.blueprint import bp
from app.bank.forms import QuestionForm, ReviewForm, clean
from app.bank.labels import DIFFICULTIES, KINDS
from app.bank.models import Question
from app.domain.access import Action
from app.domain.questions import Part, option_keys
from app.domain.questions import Question as Content
from app.web import clock
from app.web.db import hold
from app.web.gate import requires
from app.web.intake import number
from app.web.paging import asked_page


def load(question_id: int) -> Question:
    """The bank belongs to the whole school: whoever may see it sees all of it."""
    question = browsing.question(question_id)
    if question is None:
        abort(404)
    return question


def shown(content: Content) -> dict[str, Any]:
    """The arguments of the macro that shows a question to a learner."""
    parts = [_shown(n, part) for n, part in enumerate(content.parts, 1)]
    more = {"name": "preview", "pictures": content.pictures, "parts": parts}
    return _shown(1, content) | more


def _shown(slot: int, part: Content | Part) -> dict[str, Any]:
    keys = option_keys(len(part.options))
    options = [{"key": key, "text": text} for key, text in zip(keys, part.options, strict=True)]
    return {
        "slot": slot, "kind": part.kind, "stem": part.stem, "options": options, "prompts": part.prompts,
    }  # fmt: skip


@bp.get("/questions")
@requires(Action.BANK_VIEW)
def questions() -> Any:
    args = request.args
    wanted = browsing.Filter(
        **{name: clean(args.get(name, "")) for name in browsing.Filter.__dataclass_fields__}
    )
    page = browsing.page(wanted, asked_page())
    return render_template(
        "bank/manage/questions.html",
        page=page,
        sets=[(rule_set.code, rule_set.title) for rule_set in queries.rule_sets()],
        kinds=list(KINDS.items()),
        topics=[(topic, topic) for topic in browsing.topics()],
        difficulties=list(DIFFICULTIES.items()),
    )


@bp.get("/questions/<int:question_id>")
@requires(Action.BANK_VIEW)
def question(question_id: int) -> Any:
    found = load(question_id)
    history = browsing.history(question_id)
    wanted = number("version") or history[0].version.number
    entry = next((e for e in history if e.version.number == wanted), None)
    if entry is None:
        abort(404)
    content = service.content_of(entry.version)
    return render_template(
        "bank/manage/question.html", question=found, history=history, entry=entry, content=content,
        shown=shown(content), key=typed.typed_key(content.kind, content.key),
        clauses=browsing.cited(entry.version.id),
    )  # fmt: skip


def _page(form: QuestionForm, found: Question | None, preview: Content | None = None) -> str:
    return render_template(
        "bank/manage/question_form.html", form=form, question=found, shelves=browsing.shelves(),
        topics=browsing.topics(), shown=shown(preview) if preview else None,
    )  # fmt: skip


@bp.route("/questions/new", methods=["GET", "POST"])
@requires(Action.BANK_EDIT)
def question_new() -> Any:
    form = QuestionForm()
    if not form.validate_on_submit():
        return _page(form, None)
    if "preview" in request.form:
        return _page(form, None, form.content())
    made = service.create_question(form.content(), clock.now(), current_user.person_id)
    flash(_("已新建试题 %(code)s。", code=made.code))
    return redirect(url_for("bank_manage.question", question_id=made.id))


@bp.route("/questions/<int:question_id>/edit", methods=["GET", "POST"])
@requires(Action.BANK_EDIT)
def question_edit(question_id: int) -> Any:
    found = load(question_id)
    form = _filled(found)
    if not form.validate_on_submit():
        return _page(form, found)
    content = form.content()
    if "preview" in request.form:
        return _page(form, found, content)
    try:
        service.edit_question(found.id, content, form.based_on.data, clock.now(), current_user.person_id)
    except service.Stale:
        form.form_errors.append(_("您打开以后，这道题已被别人修改。请另开一页查看新版本，再重新修改。"))
        return _page(form, found)
    flash(_("已保存。旧版本仍保留，已经生成的试卷不受影响。"))
    return redirect(url_for("bank_manage.question", question_id=found.id))


def _filled(found: Question) -> QuestionForm:
    """The form with the current version; `based_on` says which one the author had before them."""
    content = service.content_of(found.newest)
    return QuestionForm(
        based_on=found.newest.number, kind=content.kind, stem=content.stem,
        options="\n".join(content.options), key=typed.typed_key(content.kind, content.key),
        explanation=content.explanation, clauses=list(content.clauses), topic=content.topic,
        difficulty=content.difficulty,
    )  # fmt: skip


@bp.post("/questions/<int:question_id>/confirm")
@requires(Action.BANK_EDIT)
def question_confirm(question_id: int) -> Any:
    """Looked at again, from the list of what is due."""
    found, form = load(question_id), ReviewForm()
    hold(found)
    try:
        if form.validate_on_submit():
            day, by = form.review_on.data, current_user.person_id
            service.confirm(found, form.number.data or 0, day, clock.now(), by)
        flash(*form.outcome())
    except service.Stale:
        flash(_("这道题已有新的版本，请打开试题查看。"), "warn")
    return redirect(url_for("reports.due"))


@bp.post("/questions/<int:question_id>/retire")
@requires(Action.BANK_EDIT)
def question_retire(question_id: int) -> Any:
    service.retire(load(question_id), clock.now())
    flash(_("已停用，以后组卷不再抽取这道题。"))
    return redirect(url_for("bank_manage.question", question_id=question_id))


@bp.post("/questions/<int:question_id>/restore")
@requires(Action.BANK_EDIT)
def question_restore(question_id: int) -> Any:
    service.restore(load(question_id))
    flash(_("已恢复，组卷时可以抽取这道题。"))
    return redirect(url_for("bank_manage.question", question_id=question_id))
