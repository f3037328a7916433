"""Where a question is filed: its tags, its topic, the clauses it rests on; what it asks stays as it is.

Who files a question has not looked at its clauses anew: what is to be reviewed stays so.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from app.audit.service import record
from app.bank import service
from app.bank.models import Question, QuestionVersion
from app.domain.questions import Question as Content
from app.web.db import db


def add_tags(question: Question, tags: Collection[str], now: datetime, by: int) -> bool:
    """A version with them, as far as the one before; whether any of them was new.

    No candidate sees tags, so no reviewer is asked about them.
    """
    tagged = service.newest(question)
    before = service.content_of(tagged)
    content = replace(before, tags=tuple(dict.fromkeys([*before.tags, *tags])))
    if content == before:
        return False
    service.make_newest(question, content, tagged.number + 1, now, by, tagged.recipe)
    made = service.newest(question)
    know_the_same(made, tagged)
    for name in ("submitted_at", "submitted_by", "approved_at", "approved_by"):
        setattr(made, name, getattr(tagged, name))
    if question.current_version_id == tagged.id:
        question.current_version_id = made.id
    record(
        "question.tag", f"question:{question.id}", f"为试题 {question.code} 加标签",
        before={"tags": before.tags}, after={"tags": content.tags},
    )  # fmt: skip
    db.session.flush()
    return True


def set_topic(question: Question, topic: str, now: datetime, by: int) -> bool:
    """A draft with this topic; False where it has it already."""
    return _edited(question, replace(service.content_of(service.newest(question)), topic=topic), now, by)


def cite(question: Question, names: Collection[str], instead: bool, now: datetime, by: int) -> bool:
    """A draft that rests on these clauses, too, or on these instead; False where it does already."""
    before = service.content_of(service.newest(question))
    cited = names if instead else [*before.clauses, *names]
    return _edited(question, replace(before, clauses=tuple(sorted(set(cited)))), now, by)


def _edited(question: Question, content: Content, now: datetime, by: int) -> bool:
    before = service.newest(question)
    if content == service.content_of(before):
        return False
    service.edit_question(question.id, content, before.number, now, by, before.recipe)
    know_the_same(service.newest(question), before)
    return True


def know_the_same(made: QuestionVersion, before: QuestionVersion) -> None:
    """Nobody looked anew at the clauses that both rest on."""
    known = {cited.clause_id: cited for cited in before.citations}
    for cited in made.citations:
        if earlier := known.get(cited.clause_id):
            cited.revision, cited.at = earlier.revision, earlier.at
