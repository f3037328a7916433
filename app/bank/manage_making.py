"""Questions made from clauses: choose a set and recipes, look at what they give, take drafts."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup, escape

from app.bank import browsing, bulk, making, queries, service
from app.bank.answers import answer_text
from app.bank.blueprint import bp
from app.bank.labels import RECIPES
from app.bank.making_forms import LARGEST_SEED, MakingForm
from app.bank.models import RuleSet
from app.bank.states import State
from app.domain.access import Action
from app.web import clock
from app.web.gate import requires


@bp.get("/making")
@requires(Action.BANK_EDIT)
def making_sets() -> Any:
    shelf = [entry for entry in queries.shelf() if entry.clauses and entry.rule_set.superseded_on is None]
    return render_template("bank/manage/making_sets.html", shelf=shelf, outdated=len(making.outdated()))


def load_set(code: str) -> RuleSet:
    """A set in force: nothing more is asked of the others."""
    found = queries.set_named(code)
    if found is None or found.superseded_on is not None:
        abort(404)
    return found


def _form(code: str) -> MakingForm:
    form = MakingForm(request.values)
    if not form.asked:
        form.recipe.data, form.seed.data, form.topic.data = list(RECIPES), 1, making.usual_topic(code)
    return form


def _address(code: str, form: MakingForm, seed: int) -> str:
    asked = {"recipe": form.recipe.data, "topic": form.topic.data, "count": form.count.data, "seed": seed}
    return url_for("bank_manage.making", code=code, **asked)


@bp.get("/making/<code>", endpoint="making")
@requires(Action.BANK_EDIT)
def make(code: str) -> Any:
    found, form = load_set(code), _form(code)
    order = form.order(code) if form.asked and form.validate() else None
    return render_template(
        "bank/manage/making.html", rule_set=found, form=form, answer_text=answer_text, recipes=RECIPES,
        proposals=making.propose(order) if order else None, topics=browsing.topics(),
        another=_address(code, form, order.seed % LARGEST_SEED + 1) if order else None,
        left_out=making.left_out(found.clauses),
    )  # fmt: skip


@bp.post("/making/<code>")
@requires(Action.BANK_EDIT)
def making_take(code: str) -> Any:
    load_set(code)
    form = MakingForm(request.form)
    if not form.validate():
        abort(400)
    marks = request.form.getlist("take")
    taken = making.take(form.order(code), marks, clock.now(), current_user.person_id)
    if not marks:
        flash(_("还没有勾选试题。"), "warn")
    elif taken:
        flash(_taken(code, len(taken)))
    if len(taken) < len(marks):
        left = len(marks) - len(taken)
        flash(_("有 %(n)s 道没有收下：已经在题库里，或条文刚刚改动过。", n=left), "warn")
    return redirect(_address(code, form, form.seed.data or 1))


def _taken(code: str, n: int) -> Markup:
    """With the way to them: the drafts on the set that this author holds."""
    mine = {"rule_set": code, "state": State.DRAFT, "author": current_user.username}
    text = _("已收下 %(n)s 道试题的草稿，送审后由他人审定。", n=n)
    link = url_for("bank_manage.questions", **mine)
    return escape(text) + Markup(' <a href="{}">{}</a>').format(link, _("去看这些草稿"))


@bp.get("/remaking")
@requires(Action.BANK_EDIT)
def remaking() -> Any:
    found = making.outdated()
    answers = [
        [answer_text(one.asked[0]) for one in (each.before, each.now and each.now.question) if one]
        for each in found
    ]
    return render_template(
        "bank/manage/remaking.html", outdated=found, answers=answers, shown=making.STALE_SHOWN
    )


@bp.post("/remaking")
@requires(Action.BANK_EDIT)
def remake() -> Any:
    ids = bulk.ticked(request.form.getlist("question"))
    try:
        made = making.make_again(ids, clock.now(), current_user.person_id)
    except service.Stale:
        flash(_("其中有的试题刚刚被别人修改，没有重新出题。请再看一遍。"), "warn")
        abort(409)
    flash(_("已按现在的条文重新出题 %(n)s 道，都是草稿，送审后由他人审定。", n=len(made)))
    return redirect(url_for("bank_manage.remaking"))
