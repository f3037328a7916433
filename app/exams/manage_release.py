"""公布: what candidates see of their results and when; publishing them by hand and taking them back."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.domain.access import Action
from app.domain.releasing import Part, When
from app.exams import publishing, words
from app.exams.back_office import bp, load_exam
from app.exams.forms import ReasonForm
from app.exams.labels import PARTS
from app.exams.models import Exam
from app.exams.result_forms import ReleaseForm
from app.web import clock
from app.web.gate import requires


@bp.route("/<int:exam_id>/release", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def release(exam_id: int) -> Any:
    exam = load_exam(exam_id)
    form = ReleaseForm(data=ReleaseForm.filled(publishing.rules_of(exam), exam.appeal_days))
    if form.validate_on_submit():
        publishing.set_rules(exam, form.rules(), form.appeal_days.data)
        flash(_("已保存。"))
        return redirect(url_for("exams_manage.release", exam_id=exam.id))
    return _page(exam, form=form)


def _page(exam: Exam, form: ReleaseForm | None = None, taking: ReasonForm | None = None) -> Any:
    now, rules = clock.now(), publishing.rules_of(exam)
    form = form or ReleaseForm(None, data=ReleaseForm.filled(rules, exam.appeal_days))
    return render_template(
        "exams/manage/release.html", exam=exam, form=form, taking=taking or ReasonForm(None),
        parts=PARTS, told=words.release(exam), ends=publishing.finished([exam]).get(exam.id),
        open_parts=publishing.open_parts(exam, now), unfinished=publishing.unfinished(exam.id),
        by_hand=[PARTS[part] for part, rule in rules.items() if rule.when is When.BY_HAND],
        Part=Part, early=publishing.too_early(exam, now),
    )  # fmt: skip


@bp.post("/<int:exam_id>/release/publish")
@requires(Action.EXAM_EDIT)
def publish(exam_id: int) -> Any:
    """While somebody may still sit, only on a second word: what is out goes from mouth to mouth."""
    exam, now = load_exam(exam_id), clock.now()
    if publishing.too_early(exam, now) and not request.form.get("early"):
        flash(_("考试还没有结束，没有公布。确要提前公布，请再按“确定，现在公布”。"), "warn")
    elif publishing.publish(exam, now):
        flash(_("已公布。考生现在就能看到。"))
    else:
        flash(_("先前已经公布，没有重复办理。"))
    return redirect(url_for("exams_manage.release", exam_id=exam.id))


@bp.post("/<int:exam_id>/release/withdraw")
@requires(Action.EXAM_EDIT)
def withdraw(exam_id: int) -> Any:
    exam, form = load_exam(exam_id), ReasonForm()
    if not form.validate_on_submit():
        return _page(exam, taking=form)
    if publishing.withdraw(exam, form.reason.data, clock.now()):
        flash(_("已收回。考生暂时看不到，重新公布后才能看到。"))
    else:
        flash(_("现在没有公布任何内容，不必收回。"))
    return redirect(url_for("exams_manage.release", exam_id=exam.id))
