"""Our own content files (question_bank/README.md), always in one order, so that a diff shows what changed."""

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import IO, Any

from app.bank import pictures
from app.bank.citing import remark
from app.bank.exporting.archives import add
from app.bank.exporting.picking import Exported
from app.bank.files import CODE
from app.bank.labels import fault_text
from app.bank.models import Clause, RuleSet
from app.domain.faults import faults
from app.domain.questions import Kind, Part

_SOURCE = ("document", "issuer", "number", "dated", "place", "note", "effective", "superseded_on")
_NAMES = {"dated": "date"}
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_ONE_LINE = 60  # characters that a list may have on one line


def text(value: str) -> str:
    """A TOML string on one line."""
    return '"' + _UNSAFE.sub(lambda one: _ESCAPES.get(one[0], f"\\u{ord(one[0]):04x}"), value) + '"'


def value_text(value: Any) -> str:
    """Any value that a content file holds."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return text(value)
        case date():
            return value.isoformat()
        case dict():
            return "{ " + ", ".join(f"{name} = {value_text(item)}" for name, item in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(map(value_text, value)) + "]"
    return str(value)


def _line(name: str, value: Any) -> str:
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        whole = f"{name} = {value_text(value)}"
        if len(whole) > _ONE_LINE and len(value) > 1:
            return f"{name} = [\n" + "".join(f"    {text(item)},\n" for item in value) + "]\n"
    return f"{name} = {value_text(value)}\n"


def _table(head: str, values: Iterable[tuple[str, Any]]) -> str:
    """A table with those of the values that are there; what is not said has no line."""
    kept = ((name, value) for name, value in values if value not in (None, "", (), []))
    return (f"{head}\n" if head else "") + "".join(_line(name, value) for name, value in kept)


def _asked(part: Part) -> list[tuple[str, Any]]:
    return [
        ("options", part.options),
        ("prompts", part.prompts),
        ("last", part.last or None),
        ("key", part.key),
    ]


def question(one: Exported, files: Mapping[str, str] = MappingProxyType({})) -> str:
    """`files`: what its pictures are called."""
    content = one.content
    own = _asked(content.asked[0]) if content.kind is not Kind.CASE else []
    head: list[tuple[str, Any]] = [("id", one.code), ("kind", content.kind.value), ("stem", content.stem)]
    head.append(("pictures", [files[name] for name in content.pictures if name in files]))
    rest: list[tuple[str, Any]] = [
        ("explanation", content.explanation), ("clauses", content.clauses), ("topic", content.topic),
        ("difficulty", content.difficulty), ("level", content.level), ("tags", content.tags),
    ]  # fmt: skip
    parts = (
        "\n" + _table("[[question.part]]", [("kind", p.kind.value), ("stem", p.stem), *_asked(p)])
        for p in content.parts
    )
    return _table("[[question]]", [*head, *own, *rest]) + "".join(parts)


def rule_set(row: RuleSet) -> str:
    flags = [(name, getattr(row, name)) for name in ("excerpt", "ordered", "local") if getattr(row, name)]
    head = [("code", row.code), ("title", row.title), ("summary", row.summary), ("order", row.position)]
    facts = {name: getattr(row, name) for name in _SOURCE}
    facts["note"] = "".join([row.note, *(_amended(clause) for clause in row.clauses if clause.amendment)])
    source = [(_NAMES.get(name, name), value) for name, value in facts.items()]
    by = row.superseded_by.code if row.superseded_by else ""
    lines = [_table("", [*head, *flags]), _table("[source]", [*source, ("superseded_by", by)])]
    clauses = (
        _table("[[clause]]", [(name, getattr(c, name)) for name in ("code", "heading", "locator", "text",
                                                                    "superseded_on")])
        for c in row.clauses
    )  # fmt: skip
    return "\n".join([*lines, *clauses])


def _amended(clause: Clause) -> str:
    """What a file has no field for: that a clause is not in the words of the document."""
    said = remark(clause, clause.amendment)
    return f"第 {clause.code} 条：{said}。" if said else ""


def home(one: Exported, sets: Iterable[str]) -> str:
    """The set in whose file the question stands: that of its stable id, or of the first clause it cites."""
    own = one.code.rpartition("-")[0]
    return own if own in sets else one.content.clauses[0].partition("/")[0]


def obstacle(one: Exported) -> str:
    """Why no file can hold the question; "" where one can."""
    return "".join(map(fault_text, faults(one.content))) or ("" if CODE.fullmatch(one.code) else "？")


def texts(questions: Sequence[Exported], sets: Iterable[RuleSet]) -> dict[str, str]:
    """Path → text of everything."""
    files = pictures.files({name for one in questions for name in one.content.pictures})
    known = {row.code: row for row in sets}
    made = {f"rule_sets/{code}.toml": rule_set(row) for code, row in known.items()}
    grouped: dict[str, list[str]] = defaultdict(list)
    for one in sorted(questions, key=lambda one: one.code):
        grouped[home(one, known)].append(question(one, files))
    return made | {f"questions/{code}.toml": "\n".join(grouped[code]) for code in sorted(grouped)}


def archive(questions: Iterable[Exported], sets: Iterable[RuleSet], out: IO[bytes]) -> None:
    """The folder as a .zip file; what was left out is named in it."""
    kept: list[Exported] = []
    left: list[str] = []
    for one in questions:
        if why := obstacle(one):
            left.append(f"{one.code}：{why}")
        else:
            kept.append(one)
    made = texts(kept, sets)
    if left:
        made["未导出.txt"] = "\n".join(sorted(left)) + "\n"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, whole in made.items():
            add(packed, path, whole)
        for name in sorted({name for one in kept for name in one.content.pictures}):
            for picture in pictures.fetch([name]).values():
                add(packed, f"pictures/{picture.file}", picture.data)
