"""Questions: the list, and what is done to many at once."""

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import joinedload

from app.bank import browsing, bulk, queries
from app.bank.blueprint import bp
from app.bank.forms import clean
from app.bank.labels import DIFFICULTIES, KINDS, LEVELS
from app.bank.models import Question
from app.bank.states import CHOICES
from app.domain.access import Action
from app.domain.topics import name, tree
from app.web import clock
from app.web.db import db
from app.web.gate import requires
from app.web.paging import asked_page
from app.web.templating import page_url


def asked_filter() -> browsing.Filter:
    """What the address narrows the list to."""
    names = browsing.Filter.__dataclass_fields__
    return browsing.Filter(**{name: clean(request.args.get(name, "")) for name in names})


@bp.get("/questions")
@requires(Action.BANK_VIEW)
def questions() -> Any:
    return _listed()


def _listed(outcome: bulk.Outcome | None = None, ticked: tuple[int, ...] = ()) -> str:
    """The list; after an act on many, with what was refused, and what stays ticked."""
    wanted, today = asked_filter(), clock.day(clock.now())
    return render_template(
        "bank/manage/questions.html",
        page=browsing.page(wanted, asked_page(), today),
        wanted=wanted,
        sets=[(rule_set.code, rule_set.title) for rule_set in queries.rule_sets()],
        kinds=list(KINDS.items()),
        topics=[(path, "　" * depth + name(path)) for path, depth in tree(browsing.topics())],
        difficulties=list(DIFFICULTIES.items()),
        levels=[(level, text) for level, text in LEVELS.items() if level],
        states=list(CHOICES.items()),
        today=today,
        acts=bulk.AUTHORS,
        refused=outcome.by_reason() if outcome else [],
        ticked=ticked,
    )


@bp.get("/questions/many")
@bp.get("/questions/many/approve")
@requires(Action.BANK_VIEW)
def questions_back() -> Any:
    """What answered an act, asked for by its address: the list."""
    return redirect(page_url(url_for("bank_manage.questions")))


@bp.post("/questions/many")
@requires(Action.BANK_EDIT)
def questions_many() -> Any:
    """One of the acts of an author on the questions that are ticked; what it needs is asked first."""
    name = request.form.get("act", "")
    act, ids = bulk.AUTHORS.get(name), bulk.ticked(request.form.getlist("question"))
    if act is None or not ids:
        return _nothing_ticked()
    if act.form is None:
        return _done(act, ids)
    sure = "sure" in request.form
    form = act.form() if sure else act.form(formdata=None)
    if sure and "list_clauses" not in request.form and form.validate():
        return _done(act, ids, form.data)
    asked = [*form.clauses.data, request.form.get("set", "")] if "clauses" in form else []
    shelves = queries.clauses_of_sets(dict.fromkeys(one.partition("/")[0] for one in asked))
    return render_template(
        "bank/manage/many.html", act=act, name=name, form=form, chosen=_chosen(ids), shelves=shelves,
        sets=queries.rule_sets(), topics=browsing.topics(),
    )  # fmt: skip


@bp.post("/questions/many/approve")
@requires(Action.BANK_REVIEW)
def questions_approve() -> Any:
    ids = bulk.ticked(request.form.getlist("question"))
    return _done(bulk.APPROVE, ids, set(request.form.getlist("seen"))) if ids else _nothing_ticked()


def _chosen(ids: list[int]) -> list[Question]:
    rows = sa.select(Question).where(Question.id.in_(ids)).options(joinedload(Question.newest))
    return list(db.session.scalars(rows.order_by(Question.code)))


def _nothing_ticked() -> Any:
    flash(_("请先勾选试题，再选要做的事。"), "warn")
    return redirect(page_url(url_for("bank_manage.questions")))


def _done(act: bulk.Act, ids: list[int], asked: Any = None) -> Any:
    outcome = bulk.run(act, ids, bulk.Order(clock.now(), current_user.person_id, asked))
    if outcome.done:
        flash(str(act.said) % {"n": outcome.done})
    if act.drafts:  # to be sent for review next
        return _listed(outcome, tuple(ids))
    if outcome.refused:
        return _listed(outcome, tuple(question.id for question, _why in outcome.refused))
    return redirect(page_url(url_for("bank_manage.questions")))
