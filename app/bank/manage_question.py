"""One question: as a learner sees it, its answer, what it rests on, its versions; retire and restore it."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.bank import alike, browsing, comparing, grounds, service, terms, typed
from app.bank.blueprint import bp
from app.bank.forms import ReviewForm, clean
from app.bank.labels import advice_text
from app.bank.models import Question
from app.domain import quality
from app.domain.access import Action
from app.domain.questions import Part, option_keys
from app.domain.questions import Question as Content
from app.web import clock
from app.web.db import hold
from app.web.gate import requires
from app.web.intake import number


def load(question_id: int) -> Question:
    """The bank belongs to the whole school: whoever may see it sees all of it. Locked where it is changed."""
    question = browsing.question(question_id)
    if question is None:
        abort(404)
    if request.method == "POST":
        hold(question)
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


def advised(content: Content, question_id: int | None) -> dict[str, Any]:
    """What to look at again: weaknesses in words, and questions in use that are much like this one."""
    found = [advice_text(one) for one in quality.advice(content, terms.outdated())]
    return {"texts": found, "alike": alike.like(content, question_id)}


def page_of(question: Question) -> Any:
    return redirect(url_for("bank_manage.question", question_id=question.id))


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
    against = _against(found, history, entry)
    return render_template(
        "bank/manage/question.html", question=found, history=history, entry=entry, content=content,
        shown=shown(content), answers=_answers(content), grounds=grounds.of(entry.version),
        against=against, changes=comparing.changes(against.version, entry.version) if against else (),
        advised=advised(content, found.id), hands=service.hands(found), today=clock.day(clock.now()),
    )  # fmt: skip


def _against(
    found: Question, history: list[browsing.HistoryEntry], entry: browsing.HistoryEntry
) -> browsing.HistoryEntry | None:
    """What the version is compared with: the earlier one asked for, else the one in use, else the last."""
    earlier = [past for past in history if past.version.number < entry.version.number]
    asked = number("with")
    for past in earlier:
        if past.version.number == asked or (asked is None and past.version.id == found.current_version_id):
            return past
    return earlier[0] if earlier else None


def _answers(content: Content) -> list[tuple[Part, str]]:
    return [(part, typed.answer(part)) for part in content.asked]


@bp.post("/questions/<int:question_id>/comments")
@requires(Action.BANK_VIEW)
def question_comment(question_id: int) -> Any:
    """By authors and reviewers alike: what they say changes nothing of the question."""
    found = load(question_id)
    text = clean(request.form.get("text", ""))
    if not text or len(text) > 1000:
        flash(_("请写批注，最多 1000 个字。"), "warn")
        return page_of(found)
    service.say(found, found.newest.number, text, clock.now(), current_user.person_id)
    flash(_("已写上批注。"))
    return page_of(found)


@bp.post("/questions/<int:question_id>/confirm")
@requires(Action.BANK_EDIT)
def question_confirm(question_id: int) -> Any:
    """Looked at again, from the list of what is due."""
    found, form = load(question_id), ReviewForm()
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
    found = load(question_id)
    service.retire(found, clock.now())
    flash(_("已停用，以后组卷不再抽取这道题。"))
    return page_of(found)


@bp.post("/questions/<int:question_id>/restore")
@requires(Action.BANK_EDIT)
def question_restore(question_id: int) -> Any:
    found = load(question_id)
    service.restore(found)
    flash(_("已恢复，组卷时可以抽取这道题。"))
    return page_of(found)
