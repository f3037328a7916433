"""The second reading of questions in files: somebody else answered them from the cited clauses alone.

A reading holds for the very words that were read, question and clauses, and counts when its answer is right.
Only then is a question from a file published without a reviewer here (question_bank/README.md).
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from app.bank.labels import KINDS
from app.domain.likeness import shingles
from app.domain.questions import MARKED_BY_HAND, Kind, Part, Question, option_keys
from app.domain.scoring import is_correct
from app.web.content import ContentError, Fault, read_folder

FOLDER = "readings"


@dataclass(frozen=True)
class Reading:
    """`words` is the digest of what was read; `answer` as the reader gave it (a case: one per part)."""

    on: date | None
    words: str
    answer: object


def words(question: Question, clauses: Mapping[str, str]) -> str:
    """A digest of what a reader has before them: the question without its key, and the clauses' texts."""
    shown = [[part.kind, *part.texts] for part in question.asked]
    read = [question.kind, question.stem, shown, [clauses[name] for name in sorted(question.clauses)]]
    if question.pictures:
        read.append(question.pictures)
    return hashlib.sha256(json.dumps(read, ensure_ascii=False).encode()).hexdigest()[:16]


def read(folder: Path, known: Iterable[str], found: list[Fault]) -> dict[str, Reading]:
    """The readings kept with the files, by question; what is wrong with them goes to `found`."""
    questions, readings = set(known), dict[str, Reading]()
    for _path, table in read_folder(folder, f"{FOLDER}/*.toml", found):
        for code in table.data:
            entry = table.table(code)
            readings[code] = Reading(entry.day("on"), entry.text("words"), entry.any("answer"))
            entry.refuse_unknown()
            if code not in questions:
                entry.fault("", _("没有编号为 %(code)s 的试题。", code=code))
    return readings


def holds(question: Question, reading: Reading | None, clauses: Mapping[str, str]) -> bool:
    """Whether this reading speaks for the question as it stands."""
    return (
        reading is not None and reading.words == words(question, clauses) and agrees(question, reading.answer)
    )


def agrees(question: Question, answer: object) -> bool:
    """Whether the reader's answer is the key's; of what is marked by hand, whether it has every point."""
    answers = answer if question.kind is Kind.CASE else [answer]
    parts = question.asked
    return (
        isinstance(answers, list)
        and len(answers) == len(parts)
        and all(_agrees(part, one) for part, one in zip(parts, answers, strict=True))
    )


def _agrees(part: Part, answer: object) -> bool:
    if part.kind not in MARKED_BY_HAND:
        return is_correct(part.kind, part.key, answer)
    if not isinstance(answer, list) or not isinstance(part.key, list):
        return False
    given = shingles(text for text in answer if isinstance(text, str))
    # However the reader cut the answer into points, most of what a point says is in it.
    points = [shingles([point]) for point in part.key]
    return all(4 * len(given & point) >= 3 * len(point) for point in points)


_SHAPES = {
    Kind.MULTIPLE: '填 ["a", "c"]',
    Kind.JUDGE: "填 true 或 false",
    Kind.BLANKS: '每空一个答案，填 ["甲", "乙"]',
    Kind.ORDER: '按正确顺序填 ["c", "a", "b"]',
    Kind.MATCH: '依次填各项所配，如 ["b", "a"]',
    Kind.RECITE: "填原文",
    Kind.SHORT: '每个要点一条，填 ["……", "……"]',
    Kind.ESSAY: '每个要点一条，填 ["……", "……"]',
}
"""How a reader writes an answer; that to a single choice is its letter."""


def sheet(questions: Mapping[str, Question], clauses: Mapping[str, str], sources: Mapping[str, str]) -> str:
    """What a reader fills in: question, clauses and sources without key and explanation, as TOML."""
    return "\n".join(_entry(code, question, clauses, sources) for code, question in questions.items())


def _entry(code: str, question: Question, clauses: Mapping[str, str], sources: Mapping[str, str]) -> str:
    sets = dict.fromkeys(name.partition("/")[0] for name in question.clauses)
    told = [f"出处 {name}：{sources[name]}" for name in sets]
    told += [f"条款 {name}：{clauses[name]}" for name in question.clauses]
    told += [f"图 {n}：pictures 里以 {name[:12]} 开头的文件" for n, name in enumerate(question.pictures, 1)]
    if question.kind is Kind.CASE:
        told += [f"案例：{question.stem}", '  每问一个答案，填 [true, "c"]']
    for part in question.asked:
        told.append(f"{KINDS[part.kind]}：{part.stem}")
        told += [f"  第 {number} 项：{prompt}" for number, prompt in enumerate(part.prompts, 1)]
        told += [
            f"  {key}. {text}" for key, text in zip(option_keys(len(part.options)), part.options, strict=True)
        ]
        told += [f"  {_SHAPES[part.kind]}"] if part.kind in _SHAPES else []
    comment = "\n".join(f"# {line}" for text in told for line in text.splitlines())
    return f'[{code}]\n{comment}\nwords = "{words(question, clauses)}"\nanswer = ""\n'


def enter(
    folder: Path, sheet: Path, bank: Mapping[str, tuple[str, Question]], clauses: Mapping[str, str], on: date
) -> list[str]:
    """Keep the readings of a filled-in sheet whose answers are right; the codes of the others.

    `bank`: by code, the name of the question's file and the question. An answer left empty is no reading.
    Raises ContentError when the sheet cannot be read, names a question that is not there, or was printed
    before the question or its clauses were changed.
    """
    now = {code: words(question, clauses) for code, (_home, question) in bank.items()}
    given = _given(sheet, now)
    wrong = [code for code, answer in given.items() if not agrees(bank[code][1], answer)]
    for name in {bank[code][0] for code in given}:
        path = folder / FOLDER / f"{name}.toml"
        kept = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        for code, answer in given.items():
            if bank[code][0] == name and code not in wrong:
                kept[code] = {"on": on, "words": now[code], "answer": answer}
        path.parent.mkdir(exist_ok=True)
        path.write_text(_written(kept), encoding="utf-8")
    return wrong


def _given(sheet: Path, now: Mapping[str, str]) -> dict[str, Any]:
    found: list[Fault] = []
    given: dict[str, Any] = {}
    for _path, table in read_folder(sheet.parent, sheet.name, found):
        for code in table.data:
            entry = table.table(code)
            given[code], read = entry.any("answer"), entry.text("words")
            entry.refuse_unknown()
            if code not in now:
                entry.fault("", _("没有编号为 %(code)s 的试题。", code=code))
            elif read != now[code]:
                entry.fault("words", _("题目或条款在印表以后改过，请重新印表审读。"))
    if found:
        raise ContentError(found)
    return {code: answer for code, answer in given.items() if answer not in ("", [], None)}


def _written(kept: Mapping[str, Mapping[str, Any]]) -> str:
    entries = (
        f'[{code}]\non = {one["on"]}\nwords = "{one["words"]}"\n'
        f"answer = {json.dumps(one['answer'], ensure_ascii=False)}\n"
        for code, one in sorted(kept.items())
    )
    return "\n".join(entries)
