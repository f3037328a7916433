import io
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.bank import browsing, content, files, service
from app.bank.exporting import excel, own, picking
from app.bank.importing import files as importing
from app.bank.importing.basis import Shelf
from app.domain.questions import Question
from tests.bank.contents import NOW, load, write
from tests.bank.exporting.samples import CONTENTS, QUESTIONS

CONTENT = Path(__file__).parents[3] / "question_bank"


def unpacked(data: bytes, folder: Path) -> Path:
    zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return folder


def archive(questions: list[picking.Exported]) -> bytes:
    out = io.BytesIO()
    own.archive(questions, picking.rule_sets(), out)
    return out.getvalue()


def in_excel(questions: list[picking.Exported]) -> dict[str, Question]:
    """As the import reads the workbook of them."""
    shelf = Shelf()
    reading = importing.read("试题.xlsx", excel.workbook(questions), importing.Defaults())
    return {
        item.code: service.by_clause_name(replace(item.content, clauses=shelf.find(item.basis)))
        for item in reading.items
    }


@given(st.text())
def test_any_text_comes_back(value: str) -> None:
    stored = value.encode("utf-8", "replace").decode()
    assert tomllib.loads(f"x = {own.text(stored)}") == {"x": stored}


def test_every_kind_comes_back(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    data = archive(QUESTIONS)
    bank, faults = files.read(unpacked(data, tmp_path / "out"))
    assert faults == []
    assert list(bank.questions.values()) == list(CONTENTS.values())


def test_the_same_bank_gives_the_same_bytes_whatever_the_order(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    assert archive(QUESTIONS) == archive(list(reversed(QUESTIONS)))


def test_the_whole_content_comes_back(app: Flask, tmp_path: Path) -> None:
    bank, _faults = files.read(CONTENT)
    content.load(CONTENT, NOW)
    questions = list(picking.picked(browsing.Filter(state="all"), NOW.date()))
    data = archive(questions)
    again, faults = files.read(unpacked(data, tmp_path))
    assert faults == []
    assert again.rule_sets == bank.rule_sets
    whole = {code: service.by_clause_name(one) for code, one in bank.questions.items()}
    assert again.questions == whole
    assert in_excel(questions) == whole


def test_a_draft_that_no_file_can_hold_is_named(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    draft = picking.Exported("own-1", replace(CONTENTS["judge"], clauses=()))
    packed = zipfile.ZipFile(io.BytesIO(archive([draft, *QUESTIONS])))
    assert packed.read("未导出.txt").decode() == "own-1：请至少选一条依据。\n"
    held = [packed.read(name).decode() for name in packed.namelist() if name.startswith("questions/")]
    assert held and "own-1" not in "".join(held)
