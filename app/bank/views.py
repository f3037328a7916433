"""The learner's face: the rule sets, set for reading, each clause with its source."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from app.bank import queries, reading
from app.bank.citing import chinese_date, source_line, titled
from app.bank.emphasis import emphasised
from app.bank.forms import clean
from app.bank.labels import DIFFICULTIES, KINDS
from app.domain import topics
from app.domain.access import Action
from app.web.gate import requires
from app.web.paging import asked_page

bp = Blueprint("bank", __name__, url_prefix="/rules", template_folder="templates")


bp.add_app_template_filter(lambda kind: str(KINDS[kind]), "kind_label")
bp.add_app_template_filter(lambda difficulty: str(DIFFICULTIES[difficulty]), "difficulty_label")
bp.add_app_template_filter(topics.name, "topic_name")
bp.add_app_template_filter(chinese_date, "chinese_date")
bp.add_app_template_filter(source_line, "source_line")
bp.add_app_template_filter(titled, "titled")
bp.add_app_template_filter(emphasised)
bp.add_app_template_filter(reading.marked, "marked")


@bp.get("/")
@requires(Action.LEARN)
def index() -> Any:
    return render_template("bank/index.html", shelf=queries.shelf())


@bp.get("/<code>")
@requires(Action.LEARN)
def rule_set(code: str) -> Any:
    found = queries.clauses_of_sets([code])
    if not found:
        abort(404)
    shown, clauses = found[0]
    wordings = reading.earlier_wordings(clauses)
    # Exams stand to the right of the bank: this page knows the quiz by its address alone.
    has_quiz = queries.question_count(code) >= queries.QUIZ_MINIMUM
    quiz = url_for("exams.quiz_on", code=code) if has_quiz else None
    return render_template(
        "bank/rule_set.html", rule_set=shown, clauses=clauses, quiz=quiz, wordings=wordings,
        amendments=reading.amendments(),
    )  # fmt: skip


@bp.get("/search")
@requires(Action.LEARN)
def search() -> Any:
    words = reading.words(clean(request.args.get("q", "")))
    page = reading.search(words, asked_page()) if words else None
    return render_template("bank/search.html", words=words, page=page, amendments=reading.amendments())


@bp.get("/clause/<set_code>/<code>")
@requires(Action.LEARN)
def clause(set_code: str, code: str) -> Any:
    """A clause's stable address, as lessons link to it."""
    if queries.clause_named(set_code, code) is None:
        abort(404)
    return redirect(url_for("bank.rule_set", code=set_code, _anchor=f"clause-{code}"))
