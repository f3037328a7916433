"""组卷规则: list, create, change, and whether the bank can fill them."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.bank import queries as bank
from app.bank.labels import KINDS
from app.domain import papers as rules
from app.domain.access import Action
from app.domain.papers import Shortage
from app.domain.scoring import format_points
from app.exams import manage_queries as queries
from app.exams import planning
from app.exams.back_office import bp
from app.exams.forms import BlueprintForm
from app.exams.manage_exams import shortage_text
from app.exams.models import Blueprint
from app.exams.papers import section_of
from app.exams.planning import BlueprintFacts
from app.web.choices import choices
from app.web.db import db
from app.web.gate import requires


@bp.get("/blueprints")
@requires(Action.EXAM_EDIT)
def blueprints() -> Any:
    return render_template("exams/manage/blueprints.html", blueprints=queries.blueprints(), kinds=KINDS)


@bp.route("/blueprints/new", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def blueprint_new() -> Any:
    form = _with_sets(BlueprintForm(data={"minutes": 45, "pass_percent": 60}))
    if form.validate_on_submit():
        return _saved(planning.save_blueprint(None, _facts(form)))
    return render_template("exams/manage/blueprint.html", form=form, blueprint=None)


@bp.route("/blueprints/<int:blueprint_id>", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def blueprint_edit(blueprint_id: int) -> Any:
    blueprint = db.session.get(Blueprint, blueprint_id) or abort(404)
    form = _with_sets(BlueprintForm(data=_typed(blueprint)))
    if form.validate_on_submit():
        return _saved(planning.save_blueprint(blueprint, _facts(form)))
    return render_template("exams/manage/blueprint.html", form=form, blueprint=blueprint)


def _typed(blueprint: Blueprint) -> dict[str, Any]:
    """The rules as the form shows them, with one empty section to add to."""
    sections = [
        section
        | {
            "count": str(section["count"]),
            "points": format_points(section["points"]),
            "topics": "、".join(section.get("topics", ())),
        }
        for section in blueprint.sections
    ]
    return {
        "title": blueprint.title,
        "minutes": blueprint.minutes,
        "pass_percent": blueprint.pass_percent,
        "sections": [*sections, {}],
    }


def _with_sets(form: BlueprintForm) -> BlueprintForm:
    sets = choices((found.code, found.title) for found in bank.rule_sets())
    for entry in form.sections:
        entry.form.rule_sets.choices = sets
    return form


def _facts(form: BlueprintForm) -> BlueprintFacts:
    return BlueprintFacts(form.title.data, form.minutes.data, form.pass_percent.data, form.sections_typed())


def _saved(blueprint: Blueprint) -> Any:
    """Say at once whether the bank can fill the rules."""
    try:
        rules.draw([section_of(data) for data in blueprint.sections], bank.candidates(), 0)
        flash(_("组卷规则“%(title)s”已保存，题库里的试题够用。", title=blueprint.title))
    except Shortage as error:
        flash(_("组卷规则“%(title)s”已保存。", title=blueprint.title) + shortage_text(error), "warn")
    return redirect(url_for("exams_manage.blueprints"))
