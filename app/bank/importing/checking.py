"""What is wrong with an item, what it is like, and what shall become of it unless its owner decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.bank import alike
from app.bank.alike import Alike
from app.bank.importing.basis import Shelf
from app.bank.importing.items import Item, stored
from app.bank.importing.states import Decision
from app.bank.labels import fault_text
from app.bank.models import Question
from app.domain.faults import Fault, faults
from app.domain.questions import Question as Content
from app.domain.questions import normalise
from app.web.db import db

LATER = ("explanation", "clauses", "topic", "difficulty", "level")  # what a draft may still lack


def bars(fault: Fault) -> bool:
    """With this it is no question; without an explanation or a clause it is a draft."""
    return fault.field not in LATER


def words(content: Content) -> list[list[str]]:
    """What is wrong, by field, with the cure."""
    found = dict.fromkeys((fault.field, fault_text(fault)) for fault in faults(content))
    return [[field, text] for field, text in found]


@dataclass
class Checker:
    """Of one import: remembers what stood in the file before."""

    shelf: Shelf
    seen: dict[str, int]

    def values(self, items: Sequence[Item], first: int) -> list[dict[str, Any]]:
        """A row of the table for each; `first` is the number of the first of them."""
        contents = {first + at: self._cited(item) for at, item in enumerate(items)}
        like = alike.like_each(contents)
        known = _by_code({item.code for item in items if item.code})
        return [
            self._row(number, item, contents[number], like[number], known.get(item.code))
            for number, item in enumerate(items, first)
        ]

    def _cited(self, item: Item) -> Content:
        given = tuple(name for name in item.content.clauses if name in self.shelf.names)
        found = given or self.shelf.find(item.basis)
        return replace(item.content, clauses=tuple(sorted(set(found))))

    def _row(
        self, number: int, item: Item, content: Content, like: list[Alike], same_id: int | None
    ) -> dict[str, Any]:
        notes = [[note.field, note.text] for note in item.notes]
        if item.basis and not content.clauses:
            text = _("依据“%(text)s”没有对上条款，请手动选择。", text=item.basis[:60])
            notes.append(["clauses", text])
        wrong = any(note.bars for note in item.notes) or any(map(bars, faults(content)))
        decision = Decision.FAULT if wrong else Decision.NEW
        twin = self.seen.setdefault(print_of(content), number)
        if twin != number:
            notes.append(["", _("与本次导入的第 %(n)s 题相同。", n=twin)])
            decision = decision if wrong else Decision.LEAVE
        if same_id:
            decision = decision if wrong else Decision.MERGE
        elif like and not wrong:
            decision = Decision.LEAVE
        return {
            "number": number, "place": item.place, "source": item.source,
            "content": stored(content) | {"code": item.code, "barred": wrong},
            "faults": [*notes, *words(content)], "decision": decision,
            "like_id": same_id or (like[0].question_id if like else None),
        }  # fmt: skip


def print_of(content: Content) -> str:
    """Two items with the same one ask the same, in whatever order their options stand."""
    asked = [normalise(text) for part in content.asked for text in (*part.prompts, *sorted(part.options))]
    return "|".join(
        [normalise(content.stem), *(normalise(part.stem) for part in content.parts), *sorted(asked)]
    )


def _by_code(codes: set[str]) -> dict[str, int]:
    """Questions that have these ids already."""
    if not codes:
        return {}
    rows = db.session.execute(sa.select(Question.code, Question.id).where(Question.code.in_(codes)))
    return {row[0]: row[1] for row in rows}
