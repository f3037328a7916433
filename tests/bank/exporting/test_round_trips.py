"""What goes out comes back in: every format through the readers of the import."""

from dataclasses import replace
from pathlib import Path

from flask import Flask

from app.bank.exporting import excel, gift, moodle, own
from app.bank.exporting.picking import Exported
from app.bank.importing import files
from app.bank.importing.basis import Shelf
from app.bank.importing.items import Item
from app.domain.questions import Question
from tests.bank.contents import load, write
from tests.bank.exporting.samples import CONTENTS, QUESTIONS, packaged

ABROAD = ("single", "multiple", "judge", "blank", "match")  # said alike by every format


def read(name: str, data: bytes | str) -> list[Item]:
    whole = data if isinstance(data, bytes) else data.encode()
    return files.read(name, whole, files.Defaults("政治纪律", "hard", "")).items


def bare(*kinds: str, keeps: bool = False) -> list[Question]:
    """What a foreign format can say of these: no clauses, and without `keeps` no tags and no level."""
    lost = {"clauses": ()} if keeps else {"clauses": (), "tags": (), "level": ""}
    return [replace(CONTENTS[kind], **lost) for kind in kinds]  # type: ignore[arg-type]


def test_excel_brings_the_same_bank_back(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    shelf, items = Shelf(), read("试题.xlsx", excel.workbook(QUESTIONS))
    assert [item.code for item in items] == [one.code for one in QUESTIONS]
    assert [replace(item.content, clauses=shelf.find(item.basis)) for item in items] == list(
        CONTENTS.values()
    )
    assert [note for item in items for note in item.notes] == []


def test_a_slash_in_excel_stays_in_its_word(app: Flask) -> None:
    key = [["km/h"], ["党员/干部", "干部"], ["1/7"]]
    content = replace(CONTENTS["blanks"], stem="____，____，____。", key=key)
    [item] = read("试题.xlsx", excel.workbook([replace(QUESTIONS[0], content=content)]))
    assert item.content.key == key


def test_our_own_file_brings_the_same_bank_back(app: Flask) -> None:
    items = read("five-musts.toml", "\n".join(map(own.question, QUESTIONS)))
    assert [(item.code, item.content) for item in items] == [(one.code, one.content) for one in QUESTIONS]
    assert [note for item in items for note in item.notes] == []


def test_moodle_xml_brings_back_what_it_can_say(app: Flask) -> None:
    found = [item.content for item in read("题.xml", "".join(moodle.pieces(QUESTIONS)))]
    wanted = bare(
        "single", "multiple", "judge", "blanks", "blank", "match", "recite", "short", "essay", keeps=True
    )
    assert [one for one in found if one in wanted] == wanted
    order = next(one for one in found if one.stem == "请排列。")
    assert [order.options["abc".index(key)] for key in order.key] == ["甲", "乙", "丙"]


def test_gift_brings_back_what_it_can_say(app: Flask) -> None:
    found = [item.content for item in read("题.txt", "".join(gift.lines(QUESTIONS)))]
    assert [one for one in found if one in bare(*ABROAD)] == bare(*ABROAD)


def test_qti_brings_back_what_it_can_say(app: Flask) -> None:
    found = [item.content for item in read("题.zip", packaged(QUESTIONS))]
    kinds = (*ABROAD[:3], "blanks", "blank", "order", "match", "short")
    assert [one for one in found if one in bare(*kinds)] == bare(*kinds)


def test_no_question_gets_the_topic_of_the_one_before(app: Flask) -> None:
    topics = ("党的组织/发展党员", "", "廉洁纪律")
    asked = [
        Exported(f"own-{at}", replace(CONTENTS["judge"], topic=name, stem=f"第 {at} 件事。"))
        for at, name in enumerate(topics)
    ]
    items = read("题.xml", "".join(moodle.pieces(asked)))
    assert [item.content.topic for item in items] == ["党的组织/发展党员", "政治纪律", "廉洁纪律"]
    assert ["topic" in item.assumed for item in items] == [False, True, False]
    items = read("题.txt", "".join(gift.lines(asked)))
    assert [item.content.topic for item in items] == ["党的组织／发展党员", "政治纪律", "廉洁纪律"]


def test_what_stays_last_comes_back(app: Flask) -> None:
    said = replace(CONTENTS["multiple"], clauses=(), last=2)
    told = replace(CONTENTS["multiple"], clauses=(), tags=(), options=("甲", "乙", "以上都对"), last=1)
    free = replace(told, last=0)
    for content in (said, told, free):
        one = Exported("five-musts-001", content)
        [by_sheet] = read("试题.xlsx", excel.workbook([one]))
        [by_file] = read("试题.toml", own.question(one))
        assert [by_sheet.content.last, by_file.content.last] == [content.last] * 2
    one = Exported("five-musts-001", told)
    data = packaged([one])
    foreign = (("题.xml", "".join(moodle.pieces([one]))), ("题.gift", "".join(gift.lines([one]))),
               ("题.zip", data))  # fmt: skip
    assert [read(name, text)[0].content.last for name, text in foreign] == [1, 1, 1]
