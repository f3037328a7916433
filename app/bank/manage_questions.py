"""Questions: the list, and what is done to many at once."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.bank import browsing, bulk, queries
from app.bank.blueprint import bp
from app.bank.forms import clean
from app.bank.labels import DIFFICULTIES, KINDS, LEVELS
from app.bank.states import CHOICES
from app.domain.access import Action
from app.domain.topics import name, tree
from app.web import clock
from app.web.gate import requires
from app.web.paging import asked_page
from app.web.templating import page_url

_VALUES = {"tag": "tags", "review_on": "review_on"}  # the field that goes with an act


def asked_filter() -> browsing.Filter:
    """What the address narrows the list to."""
    names = browsing.Filter.__dataclass_fields__
    return browsing.Filter(**{name: clean(request.args.get(name, "")) for name in names})


@bp.get("/questions")
@requires(Action.BANK_VIEW)
def questions() -> Any:
    wanted = asked_filter()
    return render_template(
        "bank/manage/questions.html",
        page=browsing.page(wanted, asked_page(), clock.day(clock.now())),
        wanted=wanted,
        sets=[(rule_set.code, rule_set.title) for rule_set in queries.rule_sets()],
        kinds=list(KINDS.items()),
        topics=[(path, "　" * depth + name(path)) for path, depth in tree(browsing.topics())],
        difficulties=list(DIFFICULTIES.items()),
        levels=[(level, text) for level, text in LEVELS.items() if level],
        states=list(CHOICES.items()),
        today=clock.day(clock.now()),
    )


@bp.post("/questions/many")
@requires(Action.BANK_EDIT)
def questions_many() -> Any:
    """One of the acts of an author on the questions that are ticked."""
    name = request.form.get("act", "")
    return _done(bulk.AUTHORS.get(name), request.form.get(_VALUES.get(name, ""), ""))


@bp.post("/questions/many/approve")
@requires(Action.BANK_REVIEW)
def questions_approve() -> Any:
    return _done(bulk.approve)


def _done(act: bulk.Act | None, value: str = "") -> Any:
    back = redirect(page_url(url_for("bank_manage.questions")))
    ids = bulk.ticked(request.form.getlist("question"))
    if act is None or not ids:
        flash(_("请先勾选试题，再选要做的事。"), "warn")
        return back
    try:
        outcome = bulk.run(act, ids, bulk.Order(clock.now(), current_user.person_id, value))
    except bulk.Unusable as error:
        flash(str(error), "warn")
        return back
    if outcome.done:
        flash(_("%(n)s 题：已办理。", n=outcome.done))
    for reason, codes in outcome.refused.items():
        flash(bulk.in_words(reason, codes), "warn")
    return back
