"""Tags are for those who look for questions. No candidate sees them, so no reviewer is asked about them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from app.audit.service import record
from app.bank import service
from app.bank.models import Question, QuestionVersion
from app.web.db import db


def add_tags(question: Question, tags: Collection[str], now: datetime, by: int) -> bool:
    """A version with them, as far as the one before; whether any of them was new."""
    tagged = service.newest(question)
    before = service.content_of(tagged)
    content = replace(before, tags=tuple(dict.fromkeys([*before.tags, *tags])))
    if content == before:
        return False
    service.make_newest(question, content, tagged.number + 1, now, by, tagged.recipe)
    made = service.newest(question)
    _as_far_as(made, tagged)
    if question.current_version_id == tagged.id:
        question.current_version_id = made.id
    record(
        "question.tag", f"question:{question.id}", f"为试题 {question.code} 加标签",
        before={"tags": before.tags}, after={"tags": content.tags},
    )  # fmt: skip
    db.session.flush()
    return True


def _as_far_as(made: QuestionVersion, tagged: QuestionVersion) -> None:
    """Whoever adds tags has not looked at the clauses: what is to be reviewed stays so."""
    for name in ("submitted_at", "submitted_by", "approved_at", "approved_by"):
        setattr(made, name, getattr(tagged, name))
    rested = {cited.clause_id: cited for cited in tagged.citations}
    for cited in made.citations:
        cited.revision, cited.at = rested[cited.clause_id].revision, rested[cited.clause_id].at
