"""组卷规则: list, create, change, and whether the bank can fill them."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.bank import browsing
from app.bank.labels import KINDS
from app.domain.access import Action
from app.exams import blueprints as rules
from app.exams import grids
from app.exams import manage_queries as queries
from app.exams.back_office import bp
from app.exams.bases import Bases
from app.exams.blueprint_forms import BlueprintForm, rows_of, typed
from app.exams.blueprints import BlueprintFacts
from app.exams.grids import Grid
from app.exams.models import Blueprint
from app.web.db import db
from app.web.gate import requires


@bp.get("/blueprints")
@requires(Action.EXAM_EDIT)
def blueprints() -> Any:
    return render_template("exams/manage/blueprints.html", blueprints=queries.blueprints(), kinds=KINDS)


@bp.route("/blueprints/new", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def blueprint_new() -> Any:
    return _page(None, {"minutes": 45, "pass_percent": 60, "total": "100"})


@bp.route("/blueprints/<int:blueprint_id>", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def blueprint_edit(blueprint_id: int) -> Any:
    blueprint = db.session.get(Blueprint, blueprint_id) or abort(404)
    facts = {name: getattr(blueprint, name) for name in ("title", "minutes", "pass_percent")}
    return _page(blueprint, facts | typed(grids.of(blueprint), Bases()))


def _page(blueprint: Blueprint | None, data: dict[str, Any]) -> Any:
    """Asked for more lines it has them; asked to count, it says what the bank has; else it saves."""
    bases, topics = Bases(), browsing.topics()
    form, more = BlueprintForm(data=data, bases=bases, topics=topics), request.form.get("more", "")
    grid = None
    if not more and form.validate_on_submit():
        grid = form.grid()
        if "count" not in request.form:
            return _saved(rules.save(blueprint, _facts(form, grid)))
    elif request.method == "GET" and blueprint is not None:
        grid = grids.of(blueprint)
    _lengthen(form, more)
    return render_template(
        "exams/manage/blueprint.html", form=form, blueprint=blueprint, bases=bases, topics=topics,
        fitting=_fitting(grid) if grid else None, counted="count" in request.form and grid is not None,
    )  # fmt: skip


def _facts(form: BlueprintForm, grid: Grid) -> BlueprintFacts:
    return BlueprintFacts(form.title.data, form.minutes.data, form.pass_percent.data, **grid)


def _lengthen(form: BlueprintForm, more: str) -> None:
    """One more line where it was asked for: "sections", "at_least", or the number of a section."""
    if more in ("sections", "at_least"):
        form[more].append_entry()
    elif more.isdigit() and int(more) < len(form.sections):
        form.sections[int(more)].form.rows.append_entry()


def _fitting(grid: Grid) -> dict[str, int]:
    """By the name of the field: how many questions in use there are."""
    cells, conditions = rules.available(grid)
    left, found = iter(cells), {}
    for number, section in enumerate(grid["sections"]):
        have = [next(left) for _cell in section["cells"]]
        for place, row in enumerate(rows_of(section["cells"])):
            for column, cell in row:
                found[f"sections-{number}-rows-{place}-{column}"] = have[cell]
    return found | {f"at_least-{number}-count": have for number, have in enumerate(conditions)}


def _saved(blueprint: Blueprint) -> Any:
    flash(_("组卷规则“%(title)s”已保存。", title=blueprint.title))
    return redirect(url_for("exams_manage.blueprint_edit", blueprint_id=blueprint.id))
