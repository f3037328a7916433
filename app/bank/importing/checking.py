"""What is wrong with an item, what it is like, and what shall become of it unless its owner decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.bank import alike, service
from app.bank.alike import Alike
from app.bank.importing import merging
from app.bank.importing.basis import Shelf
from app.bank.importing.items import Item, Note, stored
from app.bank.importing.states import Decision
from app.bank.labels import fault_text
from app.bank.models import Question, QuestionVersion
from app.bank.question_form import LONGEST, LONGEST_TAG, MOST_PICTURES, MOST_TAGS
from app.domain.faults import Fault, faults
from app.domain.places import lost, place
from app.domain.questions import Question as Content
from app.domain.questions import normalise
from app.web.db import db

SAME = "same"  # instead of a field: the item says what the question that is here says already
LATER = ("explanation", "clauses", "topic", "difficulty", "level")  # what a draft may still lack


def bars(fault: Fault) -> bool:
    """With this it is no question; without an explanation or a clause it is a draft."""
    return fault.field not in LATER


def words(content: Content) -> list[list[str]]:
    """What is wrong, by field, with the cure."""
    found = dict.fromkeys((fault.field, fault_text(fault)) for fault in faults(content))
    return [[field, text] for field, text in found]


def too_long(content: Content) -> Iterator[Note]:
    """What would not fit the form in which a question is written."""
    texts: list[tuple[str, object]] = [
        ("explanation", content.explanation),
        ("topic", content.topic),
        ("stem", content.stem),
    ]
    for part in content.asked:
        texts += [("stem", part.stem), ("options", (*part.options, *part.prompts)), ("key", part.key)]
    for field, given in dict.fromkeys((field, _size(text)) for field, text in texts):
        if given > LONGEST[field]:
            text = _("有 %(n)s 字，最多 %(most)s 字，请缩短。", n=given, most=LONGEST[field])
            yield Note(field, text, bars=True)
    if len(content.pictures) > MOST_PICTURES:
        text = _("一道题最多 %(n)s 张图片，这道题有 %(m)s 张。", n=MOST_PICTURES, m=len(content.pictures))
        yield Note("pictures", text, bars=True)
    if len(content.tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in content.tags):
        text = _("最多 %(n)s 个标签，每个不超过 %(m)s 个字。", n=MOST_TAGS, m=LONGEST_TAG)
        yield Note("tags", text, bars=True)


def _size(value: object) -> int:
    """Characters of a text, or of texts a line each."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return sum(_size(one) + 1 for one in value) - bool(value)
    return len(value) if isinstance(value, str) else 0


@dataclass
class Checker:
    """Of one import: remembers what stood in the file before."""

    shelf: Shelf
    seen: dict[str, int]
    ids: dict[str, int]

    def values(self, items: Sequence[Item], first: int) -> list[dict[str, Any]]:
        """A row of the table for each; `first` is the number of the first of them."""
        items = [self._once(number, item) for number, item in enumerate(items, first)]
        contents = {first + at: self._cited(item) for at, item in enumerate(items)}
        like = alike.like_each(contents)
        known = _by_code({item.code for item in items if item.code})
        here = merging.newest(known.values())
        rows = [
            self._row(number, item, contents[number], like[number], here.get(known.get(item.code, 0)))
            for number, item in enumerate(items, first)
        ]
        stand = merging.stand([row["like_id"] for row in rows])
        for row in rows:
            row["content"] |= merging.met(stand.get(row["like_id"]), row["content"]["kind"])
            if row["content"]["unlike"]:
                row["faults"].append(["", _("案例分析题与单独的题不能合并。")])
                row["decision"] = Decision.LEAVE if row["decision"] == Decision.MERGE else row["decision"]
        return rows

    def _once(self, number: int, item: Item) -> Item:
        """A row that was copied and typed over bears the id of another: it is a question of its own."""
        if not item.code or (first := self.ids.setdefault(item.code, number)) == number:
            return item
        text = _("编号与第 %(n)s 题相同，作为没有编号的题处理。", n=first)
        return replace(item, code="", notes=[*item.notes, Note("", text)])

    def _cited(self, item: Item) -> Content:
        given = tuple(name for name in item.content.clauses if name in self.shelf.names)
        found = given or self.shelf.find(item.basis)
        return replace(item.content, clauses=tuple(sorted(set(found))))

    def _row(
        self, number: int, item: Item, content: Content, like: list[Alike], here: QuestionVersion | None
    ) -> dict[str, Any]:
        said = [*item.notes, *too_long(content)]
        notes = [[note.field, note.text] for note in said]
        if item.basis and not content.clauses:
            text = _("依据“%(text)s”没有对上条款，请手动选择。", text=item.basis[:60])
            notes.append(["clauses", text])
        if not here and (missing := "".join(map(place, lost(content.texts, len(content.pictures))))):
            text = _("题目提到%(places)s，文件里没有这张图。导入后请在试题页上添加。", places=missing)
            notes.append(["pictures", text])
        wrong = any(note.bars for note in said) or any(map(bars, faults(content)))
        decision = Decision.FAULT if wrong else Decision.NEW
        twin = self.seen.setdefault(print_of(content), number)
        if twin != number:
            notes.append(["", _("与本次导入的第 %(n)s 题相同。", n=twin)])
            decision = decision if wrong else Decision.LEAVE
        whole = content
        if here and not wrong:
            before = service.content_of(here)
            whole, decision = merging.filled_up(content, before, item.assumed), Decision.MERGE
            if not merging.changes(whole, before):
                notes.append([SAME, _("与题库里的这道题相同，没有改动。")])
                decision = Decision.LEAVE
        elif like and not wrong:
            decision = Decision.LEAVE
        kept = {"code": item.code, "barred": wrong, "assumed": list(item.assumed)}
        return {
            "number": number, "place": item.place, "source": item.source,
            "content": stored(content) | kept,
            "faults": [*notes, *words(whole)], "decision": decision,
            "like_id": here.question_id if here else like[0].question_id if like else None,
        }  # fmt: skip


def print_of(content: Content) -> str:
    """Two items with the same one ask the same, in whatever order their options stand."""
    asked = [normalise(text) for part in content.asked for text in (*part.prompts, *sorted(part.options))]
    return "|".join(
        [normalise(content.stem), *(normalise(part.stem) for part in content.parts), *sorted(asked)]
    )


def like(content: Content, code: str) -> tuple[int | None, bool]:
    """The question of this id, or the one most like the content; whether it is that of the id."""
    if code and (here := _by_code({code}).get(code)):
        return here, True
    found = alike.like(content)
    return (found[0].question_id if found else None), False


def _by_code(codes: set[str]) -> dict[str, int]:
    """Questions that have these ids already."""
    if not codes:
        return {}
    rows = db.session.execute(sa.select(Question.code, Question.id).where(Question.code.in_(codes)))
    return {row[0]: row[1] for row in rows}
