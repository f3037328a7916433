"""How far a question is: from its facts, as a row and as a condition."""

from enum import StrEnum

import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.bank.models import Question, QuestionVersion


class State(StrEnum):
    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    REVISED = "revised"  # published, and a newer version is a draft or in review
    RETIRED = "retired"


STATES: dict[str, LazyString] = {
    State.DRAFT: _l("草稿"),
    State.REVIEW: _l("待审"),
    State.PUBLISHED: _l("已发布"),
    State.REVISED: _l("已发布（有新稿）"),
    State.RETIRED: _l("已停用"),
}
TONES = {State.PUBLISHED: "good", State.REVISED: "good", State.REVIEW: "warn", State.RETIRED: "bad"}


def state(question: Question) -> State:
    """Its newest version is loaded."""
    if question.retired_at is not None:
        return State.RETIRED
    if question.current_version_id is not None:
        newest = question.current_version_id == question.newest_version_id
        return State.PUBLISHED if newest else State.REVISED
    return State.DRAFT if question.newest.submitted_at is None else State.REVIEW


def version_state(version: QuestionVersion) -> State:
    """Of one version by itself."""
    if version.approved_at is not None:
        return State.PUBLISHED
    return State.DRAFT if version.submitted_at is None else State.REVIEW


_IN_USE = Question.retired_at.is_(None)
_SENT, _APPROVED = QuestionVersion.submitted_at.is_not(None), QuestionVersion.approved_at.is_not(None)
# Questions to look for, the newest version joined. Work in hand is found whether or not an older version is
# in use: a question that is published and has a new draft is among the drafts, too.
CONDITIONS: dict[str, tuple[sa.ColumnElement[bool], ...]] = {
    "": (_IN_USE,),
    State.DRAFT: (_IN_USE, ~_SENT),
    State.REVIEW: (_IN_USE, _SENT, ~_APPROVED),
    State.PUBLISHED: (_IN_USE, Question.current_version_id.is_not(None)),
    State.REVISED: (
        _IN_USE,
        Question.current_version_id.is_not(None),
        Question.current_version_id != Question.newest_version_id,
    ),
    State.RETIRED: (~_IN_USE,),
    "all": (),
}
CHOICES: dict[str, LazyString] = {
    "": _l("使用中（未停用）"), State.DRAFT: _l("草稿"), State.REVIEW: _l("待审"),
    State.PUBLISHED: _l("已发布"), State.REVISED: _l("已发布（有新稿）"), State.RETIRED: _l("已停用"),
    "all": _l("全部"),
}  # fmt: skip
