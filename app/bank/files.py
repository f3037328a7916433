"""The bank's content files as values, and everything that is wrong in them (question_bank/README.md)."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from flask_babel import gettext as _

from app.bank import readings
from app.bank.labels import KINDS, fault_text
from app.bank.readings import Reading
from app.domain.faults import faults
from app.domain.places import lost
from app.domain.questions import Kind, Part, Question
from app.web.content import Fault, Table, read_folder

PICTURES = "pictures"  # the folder of their files
CODE = re.compile(r"(?=.{1,80}$)[a-z0-9]+(-[a-z0-9]+)*")  # no index keeps one of any length


@dataclass(frozen=True)
class ClauseText:
    code: str
    heading: str
    locator: str
    text: str
    superseded_on: date | None = None


@dataclass(frozen=True)
class RuleSetText:
    """A rule set as its file has it; the fields are those of the table."""

    code: str
    title: str
    summary: str
    position: int
    excerpt: bool
    local: bool
    ordered: bool
    document: str
    issuer: str
    number: str
    dated: date | None
    place: str
    note: str
    effective: date | None
    superseded_on: date | None
    superseded_by: str  # code of the set that took its place, "" for none
    clauses: tuple[ClauseText, ...]


@dataclass(frozen=True)
class Bank:
    """What a folder of content files holds: sets by code, questions and readings by the question's stable id.

    `homes`: the name of the file that a question stands in. `pictures`: files by the digest of what is in
    them, which is how the questions name them.
    """

    rule_sets: dict[str, RuleSetText]
    questions: dict[str, Question]
    homes: dict[str, str]
    readings: dict[str, Reading]
    pictures: dict[str, Path]

    @cached_property
    def clauses(self) -> dict[str, str]:
        """Texts by `<set code>/<clause code>`."""
        sets = self.rule_sets.items()
        return {f"{code}/{clause.code}": clause.text for code, made in sets for clause in made.clauses}

    @cached_property
    def sources(self) -> dict[str, str]:
        """By set code, what a reader has to know of the document."""
        return {
            code: "，".join(
                str(fact)
                for fact in (made.document, made.issuer, made.number, made.dated, made.place, made.note)
                if fact
            )
            for code, made in self.rule_sets.items()
        }

    @cached_property
    def unread(self) -> frozenset[str]:
        """Questions that nobody else has answered rightly as they stand."""
        return frozenset(
            code
            for code, question in self.questions.items()
            if not readings.holds(question, self.readings.get(code), self.clauses)
        )


class Shelf:
    """The pictures beside the files, each read once."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files, self._digests = folder, dict[str, Path](), dict[str, str]()

    def named(self, table: Table, question: Question) -> tuple[str, ...]:
        """The question's pictures by their digests; what is wrong with them goes to the table's faults."""
        for n in lost(question.texts, len(question.pictures)):
            table.fault("pictures", _("题目里有〔图%(n)s〕，pictures 里没有第 %(n)s 张。", n=n))
        found = [self._digest(name) for name in question.pictures]
        for name, digest in zip(question.pictures, found, strict=True):
            if not digest:
                table.fault("pictures", _("pictures 文件夹里没有 %(name)s 这个文件。", name=name))
        if len(set(found)) < len(found):
            table.fault("pictures", _("同一张图写了不止一次。"))
        return tuple(found)

    def _digest(self, name: str) -> str:
        """ "" where there is no such file."""
        path = self.folder / name
        if name not in self._digests:
            there = path.parent == self.folder and path.is_file()
            self._digests[name] = sha256(path.read_bytes()).hexdigest() if there else ""
        if digest := self._digests[name]:
            self.files.setdefault(digest, path)
        return self._digests[name]


def read(folder: Path) -> tuple[Bank, list[Fault]]:
    """The bank below `folder`; usable only when there are no faults."""
    found: list[Fault] = []
    sets: dict[str, RuleSetText] = {}
    for path, table in read_folder(folder, "rule_sets/*.toml", found):
        made = _rule_set(table)
        if made.code != path.stem:
            table.fault("code", _("应与文件名（%(name)s）相同。", name=path.stem))
        sets[path.stem] = made
    for code, made in sets.items():
        if made.superseded_by and made.superseded_by not in sets:
            message = _("没有名为 %(name)s 的规矩条目集。", name=made.superseded_by)
            found.append(Fault(f"rule_sets/{code}.toml", 1, "superseded_by", message))
    cited = {f"{code}/{clause.code}" for code, made in sets.items() for clause in made.clauses}
    questions: dict[str, Question] = {}
    homes: dict[str, str] = {}
    shelf = Shelf(folder / PICTURES)
    for path, table in read_folder(folder, "questions/*.toml", found):
        if path.stem not in sets:
            found.append(Fault(table.file, 1, "", _("没有名为 %(name)s 的规矩条目集。", name=path.stem)))
        for part in table.tables("question"):
            _read_question(part, cited, questions, shelf)
        homes |= dict.fromkeys(questions.keys() - homes.keys(), path.stem)
        table.refuse_unknown()
    read_again = readings.read(folder, questions, found)
    return Bank(sets, questions, homes, read_again, shelf.files), found


def _rule_set(table: Table) -> RuleSetText:
    local = table.flag("local", False)
    code, title, summary = _code(table, "code"), table.text("title"), table.text("summary")
    position, excerpt, ordered = (
        table.whole("order"),
        table.flag("excerpt", False),
        table.flag("ordered", False),
    )
    source, clauses = table.table("source"), _clauses(table)
    needed = "" if local else None  # a local set is empty until its county fills it in
    dated = source.day("date")
    if dated is None and not local and "date" not in source.data:
        source.fault("date", _("缺少日期。"))
    if not clauses and not local:
        table.fault("clause", _("至少要有一条条款。"))
    made = RuleSetText(
        code, title, summary, position, excerpt, local, ordered, source.text("document", needed),
        source.text("issuer", needed), source.text("number", ""), dated, source.text("place", ""),
        source.text("note", ""), source.day("effective"), source.day("superseded_on"),
        source.text("superseded_by", ""), clauses,
    )  # fmt: skip
    if made.superseded_by and made.superseded_on is None:
        source.fault("superseded_on", _("写明由哪一集取代的，也要写明自哪一天起不再施行。"))
    table.refuse_unknown()
    source.refuse_unknown()
    return made


def _clauses(table: Table) -> tuple[ClauseText, ...]:
    made: list[ClauseText] = []
    for part in table.tables("clause"):
        clause = ClauseText(
            _code(part, "code"),
            part.text("heading", ""),
            part.text("locator", ""),
            part.text("text"),
            part.day("superseded_on"),
        )
        if clause.code in {earlier.code for earlier in made}:
            part.fault("code", _("编号 %(code)s 用了不止一次。", code=clause.code))
        part.refuse_unknown()
        made.append(clause)
    return tuple(made)


def _code(table: Table, field: str) -> str:
    code = table.text(field)
    if code and not CODE.fullmatch(code):
        table.fault(field, _("只能用小写字母、数字和连字符，最多 80 个。"))
    return code


def read_question(table: Table) -> tuple[str, Question]:
    """Its id and what it says, pictures by their files; what is no text where one is due is a fault."""
    code, asked = _code(table, "id"), _part(table)
    inner = table.tables("part")
    parts = tuple(map(_part, inner))
    question = Question(
        **vars(asked), parts=parts, explanation=table.text("explanation"),
        clauses=tuple(table.texts("clauses")), topic=table.text("topic"),
        difficulty=table.text("difficulty"), level=table.text("level", ""),
        tags=tuple(table.texts("tags", [])), pictures=tuple(table.texts("pictures", [])),
    )  # fmt: skip
    table.refuse_unknown()
    for part in inner:
        part.refuse_unknown()
    return code, question


def _read_question(table: Table, cited: set[str], questions: dict[str, Question], shelf: "Shelf") -> None:
    """Add the question to `questions`, or note what is wrong with it."""
    before = len(table.faults)
    name, question = read_question(table)
    if name in questions:
        table.fault("id", _("编号 %(code)s 用了不止一次。", code=name))
    for clause, times in Counter(question.clauses).items():
        if clause not in cited:
            table.fault("clauses", _("没有 %(clause)s 这一条款。", clause=clause))
        elif times > 1:
            table.fault("clauses", _("%(clause)s 写了不止一次。", clause=clause))
    question = replace(question, pictures=shelf.named(table, question))
    if len(table.faults) > before:
        return
    for fault in faults(question):
        table.fault(fault.field, fault_text(fault))
    questions[name] = question


def _part(table: Table) -> Part:
    """What is asked; a kind that does not exist is a fault, and then stands for single."""
    kind = table.text("kind")
    if kind and kind not in KINDS:
        table.fault("kind", _("题型只能是 %(names)s。", names="、".join(KINDS)))
    return Part(
        Kind(kind) if kind in KINDS else Kind.SINGLE, table.text("stem"), tuple(table.texts("options", [])),
        table.any("key"), tuple(table.texts("prompts", [])), table.whole("last", 0),
    )  # fmt: skip
