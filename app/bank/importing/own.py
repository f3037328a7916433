"""Questions of our own content files (question_bank/README.md)."""

from dataclasses import replace

from flask_babel import gettext as _

from app.bank import files
from app.bank.importing.items import Item, Line, Note
from app.domain.questions import Kind, Part, Question
from app.web.content import Fault, parse_toml


class BadToml(Exception):
    """The text is no TOML; the message says where."""


def questions(text: str) -> tuple[list[Item], list[Line]]:
    """Each with its id, so that one that is here already becomes a new version. Raises BadToml."""
    try:
        table = parse_toml(text, "")
    except RecursionError as error:
        raise BadToml(_("文件的结构太复杂，读不了。")) from error
    except ValueError as error:  # a number of thousands of digits
        raise BadToml(_("文件里有太长的数字，读不了。")) from error
    if isinstance(table, Fault):
        raise BadToml(_("第 %(n)s 行：%(what)s", n=table.line, what=table.message))
    lines = text.split("\n")
    found: list[Item] = []
    tables = table.tables("question")
    starts = [part.line() for part in tables]
    for part, start, end in zip(tables, starts, [*starts[1:], len(lines) + 1], strict=True):
        before = len(table.faults)
        code, content = files.read_question(part)
        content = _showable(content)
        notes = [Note(fault.field, fault.message, bars=True) for fault in table.faults[before:]]
        source = "\n".join(lines[start - 1 : end - 1]).strip()
        place = str(_("第 %(n)s 行", n=start))
        found.append(Item(place, source, content, "", notes, code))
    return found, []


def _showable(content: Question) -> Question:
    """A key that is no key of any kind stands as the text it is, for its owner to see what is wrong."""
    parts = tuple(replace(part, key=_key(part)) for part in content.parts)
    return replace(content, key=_key(content), parts=parts)


def _key(asked: Part | Question) -> object:
    match asked.key:
        case None | bool() | str():
            return asked.key
        case list() if all(map(_is_texts if asked.kind is Kind.BLANKS else _is_text, asked.key)):
            return asked.key
        case {"text": str(), "phrases": phrases} if asked.kind is Kind.RECITE and _is_texts(phrases):
            return asked.key
    return str(asked.key)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))
