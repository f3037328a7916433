"""Questions with pictures through every format and back."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from app.bank import content, files, pictures, service
from app.bank.exporting import excel, gift, moodle, own, picking
from app.bank.exporting.picking import Exported
from app.bank.importing import drawing, work
from app.bank.importing import files as importing
from app.bank.importing.items import Item
from app.bank.models import Picture
from app.domain.access import Role
from app.domain.questions import Kind, Part
from app.domain.questions import Question as Content
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, question, write
from tests.bank.exporting.samples import ODD, packaged
from tests.bank.importing.papers import begin, items, save

CLAUSES = ("five-musts/1",)
STEM = "见〔图1〕，\n下列哪幅是它，|=1+1,（　　）"


def png(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(out, "PNG")
    return out.getvalue()


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, "JPEG", quality=95)
    return out.getvalue()


@pytest.fixture
def samples(app: Flask, tmp_path: Path) -> list[Exported]:
    """With pictures in the stem, in options, in prompts, in a part of a case, and named nowhere."""
    load(write(tmp_path))
    red, blue, grey = (pictures.keep(data, NOW) for data in (png("red"), png("blue"), jpeg()))
    db.session.commit()

    def asked(
        kind: Kind, stem: str, options: tuple[str, ...], key: object, *names: str, **more: object
    ) -> Content:
        said = Content(kind, stem, options, key, "原文如此。", CLAUSES, "政治纪律", "hard", pictures=names)
        return replace(said, **more)  # type: ignore[arg-type]

    contents = [
        asked(Kind.SINGLE, STEM, (f"〔图2〕{ODD}", "〔图3〕"), "b", red, blue, grey),
        asked(Kind.JUDGE, "这是原文。", (), False, grey),
        asked(Kind.MULTIPLE, "看〔图1〕", ("甲", "〔图1〕", "丙"), ["a", "c"], blue, grey),
        asked(Kind.BLANKS, "〔图1〕维护____和____。", (), [["党中央", "中央"], ["团结"]], red),
        asked(Kind.ORDER, "请排列。", ("〔图1〕", "〔图2〕", "丙"), ["b", "a", "c"], red, blue),
        asked(Kind.MATCH, "请对应〔图1〕。", ("二", "一", "三"), ["b", "a"], red, blue,
              prompts=("〔图2〕", "左二")),
        asked(Kind.SHORT, "简述〔图1〕。", (), ["要点一", "要点二"], red),
        asked(
            Kind.CASE, "某案例〔图1〕。", (), None, red, blue,
            parts=(Part(Kind.SINGLE, "对吗？〔图2〕", ("对的", "不对的"), "a"),
                   Part(Kind.SHORT, "为何？", (), ["甲"])),
        ),
    ]  # fmt: skip
    return [Exported(f"five-musts-{n:03}", one) for n, one in enumerate(contents, 101)]


@pytest.fixture
def author(app: Flask) -> Person:
    person = factories.person(name="李作者")
    factories.grant(person, Role.AUTHOR, person.unit)
    return person


def read(name: str, data: bytes | str) -> list[Item]:
    whole = data if isinstance(data, bytes) else data.encode()
    reading = importing.read(name, whole, importing.Defaults("政治纪律", "hard", ""))
    drawing.keep(reading)
    assert [note for item in reading.items for note in item.notes] == []
    return reading.items


def kept() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Picture)) or 0


def abroad(samples: list[Exported]) -> list[Content]:
    """What another program can hold: no clauses, and each part of a case for itself."""
    whole = [replace(one.content, clauses=()) for one in samples[:-1]]
    case = samples[-1].content
    first, second = (replace(part, stem=f"{case.stem}\n{part.stem}") for part in case.parts)
    parted = [
        replace(case, clauses=(), parts=(), **vars(first)),
        replace(case, clauses=(), parts=(), **vars(second)),
    ]
    return [*whole, *parted]


def meaning(one: Content) -> object:
    """Without the order in which options of order and match stand, and pictures are counted."""
    texts = dict(zip("abcdef", one.options, strict=False))
    key = [texts[name] for name in one.key] if one.kind in (Kind.ORDER, Kind.MATCH) else one.key  # type: ignore[attr-defined]
    options = tuple(sorted(one.options)) if one.kind in (Kind.ORDER, Kind.MATCH) else one.options
    return replace(one, options=options, key=key)


def test_moodle_carries_them(samples: list[Exported]) -> None:
    found = read("题.xml", "".join(moodle.pieces(samples)))
    assert [meaning(item.content) for item in found[:7]] == list(map(meaning, abroad(samples)[:7]))
    assert (found[7].content.stem, found[7].content.pictures) == (
        "某案例〔图1〕。\n对吗？〔图2〕",
        samples[-1].content.pictures,
    )
    assert kept() == 3
    quiz = ElementTree.fromstring("".join(moodle.pieces(samples)))
    single = quiz[1]
    name = samples[0].content.pictures[0]
    assert f'<img src="@@PLUGINFILE@@/{name}.png" alt="图1">，<br>下列' in (
        single.findtext("questiontext/text") or ""
    )
    assert [one.get("name") for one in single.findall("questiontext/file")] == [f"{name}.png"]
    assert [len(one.findall("file")) for one in single.findall("answer")] == [1, 1]


def test_qti_carries_them(samples: list[Exported]) -> None:
    found = read("题.zip", packaged(samples))
    assert list(map(meaning, (item.content for item in found[:7]))) == list(map(meaning, abroad(samples)[:7]))
    assert (found[7].content.stem, found[7].content.pictures) == (
        "某案例〔图1〕。\n对吗？〔图2〕",
        samples[-1].content.pictures,
    )
    assert kept() == 3
    packed = zipfile.ZipFile(io.BytesIO(packaged(samples)))
    manifest = ElementTree.fromstring(packed.read("imsmanifest.xml"))
    listed = {one.get("href", "") for one in manifest.iter() if one.tag.endswith("}resource")}
    assert listed | {"imsmanifest.xml"} == set(packed.namelist())
    named = {one.get("identifier") for one in manifest.iter() if one.tag.endswith("}resource")}
    assert {one.get("identifierref") for one in manifest.iter() if one.tag.endswith("}dependency")} < named


def test_our_own_files_carry_them(samples: list[Exported], tmp_path: Path) -> None:
    out = io.BytesIO()
    own.archive(samples, picking.rule_sets(), out)
    folder = tmp_path / "out"
    zipfile.ZipFile(out).extractall(folder)
    assert content.check(folder) == []
    bank, faults = files.read(folder)
    assert (faults, list(bank.questions.values())) == ([], [one.content for one in samples])
    assert load(folder)["questions_created"] == len(samples)
    assert load(folder) == {}
    stored = [service.content_of(question(one.code).newest) for one in samples]
    assert stored == [one.content for one in samples]
    assert kept() == 3


def test_our_own_archive_may_be_uploaded(samples: list[Exported]) -> None:
    out = io.BytesIO()
    own.archive(samples, picking.rule_sets(), out)
    db.session.execute(sa.delete(Picture))
    found = read("题库.zip", out.getvalue())
    assert found[0].place == "questions/five-musts.toml，第 1 行"
    # The photograph came from elsewhere now, so it is drawn anew.
    assert [item.content.stem for item in found] == [one.content.stem for one in samples]
    assert [len(item.content.pictures) for item in found] == [len(one.content.pictures) for one in samples]
    assert kept() == 3


def test_a_lone_file_of_ours_finds_them_here(samples: list[Exported]) -> None:
    names = pictures.files({name for one in samples for name in one.content.pictures})
    text = "\n".join(own.question(one, names) for one in samples)
    assert [item.content for item in read("题.toml", text)] == [one.content for one in samples]
    db.session.execute(sa.delete(Picture))
    reading = importing.read("题.toml", text.encode(), importing.Defaults())
    drawing.keep(reading)
    assert [len(item.notes) for item in reading.items] == [1] * len(samples)
    assert reading.items[0].content.stem == STEM.replace("〔图1〕", "")


def test_excel_and_gift_say_that_they_do_not(samples: list[Exported]) -> None:
    told = [row[-1] for row in excel.rows(samples)]
    assert told[:2] == [
        "3 张，表格里带不了；按编号再导入时沿用原图",
        "1 张，表格里带不了；按编号再导入时沿用原图",
    ]
    assert "// five-musts-101: 有 3 张图片，GIFT 带不了，没有导出。" in "".join(gift.lines(samples))


def test_what_comes_back_from_excel_keeps_its_pictures(samples: list[Exported], author: Person) -> None:
    for one in samples:
        service.create_question(one.content, NOW, author.id).code = one.code
    db.session.commit()
    changed = [replace(one, content=replace(one.content, explanation="另有说明。")) for one in samples]
    found = begin(author.id, excel.workbook(changed), "试题.xlsx")
    work.QUEUE.read_waiting()
    db.session.expire_all()
    assert [(item.decision, item.faults) for item in items(found)] == [("merge", [])] * len(samples)
    save(found)
    stored = [service.content_of(question(one.code).newest) for one in samples]
    assert stored == [one.content for one in changed]


def test_a_new_question_from_excel_is_told_of_its_lack(samples: list[Exported], author: Person) -> None:
    found = begin(author.id, excel.workbook(samples[:1]), "试题.xlsx")
    work.QUEUE.read_waiting()
    db.session.expire_all()
    [item] = items(found)
    assert (item.decision, item.content["stem"]) == ("new", STEM)
    text = "题目提到〔图1〕〔图2〕〔图3〕，文件里没有这张图。导入后请在试题页上添加。"
    assert item.faults == [["pictures", text]]


def test_the_shell_exports_without_a_limit(samples: list[Exported], app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "all.zip"
    done = app.test_cli_runner().invoke(args=["bank", "export", "toml", str(out)])
    assert done.output == f"已导出 2 道试题：{out}\n"
    assert "questions/five-musts.toml" in zipfile.ZipFile(out).namelist()
    assert out.stat().st_mode & 0o777 == 0o600
