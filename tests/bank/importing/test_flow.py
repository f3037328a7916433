"""From the upload to the bank, on both engines: what the worker does, and what its owner decides."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.bank import service
from app.bank.importing import drawing, edits, reading, saving, work
from app.bank.importing.states import Decision
from app.bank.models import ImportItem, Picture, Question, QuestionImport, QuestionVersion
from app.domain.access import Role
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.people.models import Person, RoleGrant
from app.web.db import db
from app.web.uploads import State
from tests import factories
from tests.bank.contents import NOW, QUESTIONS, load, question, write
from tests.bank.importing.papers import begin, docx, items, para, picture, png, read, save

PAPER = """
一、单选题
1、首都是（B）。
A.上海 B.北京 C.广州
解析：宪法写明。
依据：《在会上的讲话》第一条
2、没有解析的题（A）。
A.甲 B.乙 C.丙
3、没有答案的题（ ）。
A.甲 B.乙 C.丁
二、判断题
1、首都是北京。（√）
"""


@pytest.fixture
def author(app: Flask, tmp_path: Path, time: Any) -> Person:
    load(write(tmp_path))
    person = factories.person(name="李作者")
    factories.grant(person, Role.AUTHOR, person.unit)
    db.session.commit()
    return person


def decisions(found: QuestionImport) -> list[str]:
    return [item.decision for item in items(found)]


def newest(code: str) -> QuestionVersion:
    return db.session.get_one(QuestionVersion, question(code).newest_version_id)


def made(found: QuestionImport) -> list[QuestionVersion]:
    """What the items became."""
    ids = [item.question_id for item in items(found) if item.question_id]
    rows = sa.select(QuestionVersion).join(Question, Question.newest_version_id == QuestionVersion.id)
    return list(db.session.scalars(rows.where(Question.id.in_(ids)).order_by(Question.id)))


def test_from_the_paper_into_the_bank(author: Person) -> None:
    found = read(author.id, PAPER)
    assert (found.state, found.source, found.done, found.total) == (State.READY, None, 4, 4)
    assert decisions(found) == ["new", "new", "fault", "new"]
    assert items(found)[0].content["clauses"] == ["five-musts/1"]
    assert ["key", "请填写答案。"] in items(found)[2].faults
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Question)) == 2  # nothing is in it yet
    save(found, send=True)
    assert (found.state, found.done, found.total) == (State.DONE, 3, 3)
    assert found.notes["saved"] == {"new": 3, "merge": 0, "same": 0, "aside": 0, "draft": 2, "sent": 1}
    first, second, third = made(found)
    assert (first.stem, first.answer.key, first.topic, first.created_by) == (
        "首都是（　　）。",
        "b",
        "党章",
        author.id,
    )
    assert first.submitted_at is not None and first.approved_at is None
    assert second.submitted_at is None and third.submitted_at is None
    whose = db.session.execute(
        sa.select(AuditEvent.action, AuditEvent.actor_id).order_by(AuditEvent.id.desc())
    )
    assert [row.action for row in whose][:4] == ["question.send"] + ["question.create"] * 3


def test_what_is_here_already_is_offered_to_be_merged(author: Person) -> None:
    before = Content(
        Kind.SINGLE,
        "首都是（　　）。",
        ("上海", "北京", "广州"),
        "a",
        "误。",
        ("five-musts/2",),
        "旧",
        "easy",
    )
    kept = service.create_question(before, NOW, author.id)
    db.session.commit()
    found = read(author.id, PAPER)
    assert (decisions(found)[0], items(found)[0].like_id) == (Decision.LEAVE, kept.id)
    edits.decide(found, 1, Decision.MERGE)
    save(found)
    version = newest(kept.code)
    assert (version.number, version.answer.key, version.topic) == (2, "b", "旧")  # the paper names no topic
    assert found.notes["saved"]["merge"] == 1


def test_the_same_twice_in_a_file_is_taken_once(author: Person) -> None:
    found = read(author.id, "1、甲乙丙丁（A）。\nA.一 B.二\n2、甲乙丙丁（ A ）。\nA.二 B.一")
    assert decisions(found) == ["new", "leave"]
    assert items(found)[1].faults[0] == ["", "与本次导入的第 1 题相同。"]


def test_own_files_come_back_as_new_versions(author: Person) -> None:
    changed = QUESTIONS.replace("个人权威", "个人的权威")
    found = begin(author.id, changed.encode(), "five-musts.toml")
    work.QUEUE.read_waiting()
    assert decisions(found) == ["merge", "leave"]
    assert items(found)[1].faults[-1] == ["same", "与题库里的这道题相同，没有改动。"]
    save(found)
    assert [newest(code).number for code in ("five-musts-001", "five-musts-002")] == [
        2,
        1,
    ]  # one is unchanged
    assert newest("five-musts-001").options == ["党中央权威", "个人的权威"]


def test_stretches_go_on_where_they_stopped(author: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stretch is all or nothing; what was saved stays, and is not saved again."""
    monkeypatch.setattr(saving, "STRETCH", 2)
    found = read(
        author.id, "判断题\n" + "\n".join(f"{n}、第{n}件事要办好{n * 7}。（√）" for n in range(1, 6))
    )
    edits.confirm(found, False, NOW)
    db.session.commit()
    assert work.QUEUE.save_stretch() == 2
    broken = monkeypatch.context()
    with broken as patch:
        patch.setattr(saving, "_count", lambda *_given: 1 / 0)
        work.QUEUE.save_stretch()
    db.session.expire_all()
    assert (found.state, db.session.scalar(sa.select(sa.func.count()).select_from(Question))) == ("failed", 4)
    assert len(items(found)) == 5 and "接着处理" in found.message  # nothing of what was decided is lost
    edits.reopen(found)
    db.session.commit()
    assert (work.QUEUE.read_waiting(), found.state) == (1, State.READY)
    save(found)
    assert (found.state, len(made(found)), found.notes["saved"]["new"]) == (State.DONE, 5, 5)


def test_an_upload_whose_reading_fails_can_be_read_again(
    author: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = begin(author.id, PAPER.encode())
    with monkeypatch.context() as broken:
        broken.setattr(reading, "read", lambda *_given: 1 / 0)
        assert (work.QUEUE.read_waiting(), work.QUEUE.read_waiting()) == (1, 0)
    db.session.expire_all()
    assert (found.state, found.source) == (State.FAILED, PAPER.encode())
    edits.reopen(found)
    db.session.commit()
    work.QUEUE.read_waiting()
    db.session.expire_all()
    assert (found.state, len(items(found))) == (State.READY, 4)


def test_a_file_that_ends_the_worker_is_not_read_for_ever(
    author: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = begin(author.id, PAPER.encode())

    def killed(*_given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(reading, "read", killed)
    for _n in range(3):
        with pytest.raises(KeyboardInterrupt):
            work.QUEUE.read_waiting()
        db.session.rollback()
    assert work.QUEUE.read_waiting() == 1
    db.session.expire_all()
    assert (found.state, found.source) == (State.REFUSED, None) and "都没有读完" in found.message


def test_a_killed_worker_loses_nothing(author: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "STRETCH", 2)
    found = read(
        author.id, "判断题\n" + "\n".join(f"{n}、第{n}件事要办好{n * 7}。（√）" for n in range(1, 6))
    )
    edits.confirm(found, False, NOW)
    db.session.commit()

    def killed(*_given: Any) -> None:
        raise KeyboardInterrupt

    assert work.QUEUE.save_stretch() == 2
    with monkeypatch.context() as patch:
        patch.setattr(saving, "_count", killed)
        with pytest.raises(KeyboardInterrupt):
            work.QUEUE.save_stretch()
    db.session.rollback()
    while work.QUEUE.save_stretch():
        pass
    db.session.expire_all()
    assert (found.state, found.done, len(made(found))) == ("done", 5, 5)


def test_pictures_of_a_paper_are_kept(author: Person) -> None:
    paper = docx(
        para("1、甲（A）", runs=picture("r1")), para("A.一 B.二"),
        para("2、乙（B）", runs=picture("r2")), para("A.三 B.四"), media={"r1": png(), "r2": b"none"},
    )  # fmt: skip
    found = begin(author.id, paper, "试卷.docx")
    work.QUEUE.read_waiting()
    db.session.expire_all()
    first, second = items(found)
    [kept] = db.session.scalars(sa.select(Picture)).all()
    assert (first.content["pictures"], first.content["stem"]) == ([kept.sha256], "甲（　　）〔图1〕")
    assert (second.content["pictures"], second.content["stem"]) == ([], "乙（　　）")
    assert second.faults[0][0] == "pictures" and second.decision == "new"
    save(found)
    assert [version.pictures for version in made(found)] == [[kept.sha256], []]


def test_the_pictures_of_a_file_may_take_only_so_long(
    author: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is limited by itself; five hundred of them would still take hours."""
    monkeypatch.setattr(drawing, "SECONDS", 0.0)
    paper = docx(
        para("1、甲（A）", runs=picture("r1")), para("A.一 B.二"),
        para("2、乙（B）", runs=picture("r2")), para("A.三 B.四"), media={"r1": png(), "r2": png() + b"2"},
    )  # fmt: skip
    found = begin(author.id, paper, "试卷.docx")
    work.QUEUE.read_waiting()
    db.session.expire_all()
    first, second = items(found)
    assert len(first.content["pictures"]) == 1 and second.content["pictures"] == []
    assert "太多或太复杂" in second.faults[0][1]


def test_a_picture_in_many_places_is_drawn_once(author: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, keep = [], drawing.pictures.keep

    def counted(data: bytes, now: Any) -> str:
        calls.append(data)
        return keep(data, now)

    monkeypatch.setattr(drawing.pictures, "keep", counted)
    asked = [
        para(f"{n}、第{n}题（A）", runs=picture("r1") + picture("r2")) + para("A.一 B.二") for n in (1, 2, 3)
    ]
    found = begin(author.id, docx(*asked, media={"r1": png(), "r2": b"none"}), "试卷.docx")
    work.QUEUE.read_waiting()
    db.session.expire_all()
    assert calls == [png(), b"none"] and [len(item.content["pictures"]) for item in items(found)] == [1, 1, 1]
    assert [item.faults[0][0] for item in items(found)] == ["pictures"] * 3


def test_a_file_that_cannot_be_read_says_why(author: Person) -> None:
    found = begin(author.id, b"%PDF-1.7", "试卷.pdf")
    assert work.QUEUE.read_waiting() == 1
    db.session.expire_all()
    assert (found.state, found.source) == (State.REFUSED, None)
    assert found.message.startswith("PDF 里的文字次序不可靠")


def test_given_up_while_it_is_read(author: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    number, whole = begin(author.id, PAPER.encode()).id, reading.read

    def meanwhile(*given: Any) -> Any:
        db.session.execute(sa.delete(QuestionImport))
        db.session.commit()
        return whole(*given)

    monkeypatch.setattr(reading, "read", meanwhile)
    assert work.QUEUE.read_waiting() == 0
    assert db.session.scalars(sa.select(ImportItem)).all() == []
    assert db.session.get(QuestionImport, number) is None


def test_who_may_not_edit_the_bank_any_more_saves_nothing(author: Person) -> None:
    found = read(author.id, PAPER)
    edits.confirm(found, False, NOW)
    db.session.execute(sa.delete(RoleGrant))
    db.session.commit()
    work.QUEUE.save_stretch()
    db.session.expire_all()
    assert (found.state, found.message) == (State.FAILED, "您已没有编辑题库的权限，没有导入。")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Question)) == 2


def test_a_faulty_item_can_only_be_left_out(author: Person) -> None:
    found = read(author.id, PAPER)
    for decision in (Decision.NEW, Decision.MERGE):
        with pytest.raises(edits.NotNow):
            edits.decide(found, 3, decision)
    edits.decide(found, 3, Decision.LEAVE)
    assert edits.decide_all(found, "", "", Decision.NEW) == 0
    assert edits.decide_all(found, "new", "", Decision.LEAVE) == 3
    with pytest.raises(edits.NotNow):
        edits.confirm(found, False, NOW)


def test_no_more_than_five_are_open(author: Person) -> None:
    for _n in range(edits.MAX_OPEN):
        begin(author.id, b"1")
    with pytest.raises(edits.TooMany):
        begin(author.id, b"1")


def test_old_ones_are_forgotten(author: Person, time: Any) -> None:
    old, done = read(author.id, PAPER), read(author.id, PAPER)
    save(done)
    kept = done.id
    time.now = NOW + timedelta(days=8)
    assert work.QUEUE.forget() == 2
    assert db.session.scalars(sa.select(QuestionImport.id)).all() == [kept]
    assert db.session.scalars(sa.select(ImportItem)).all() == [] and old


def test_what_its_owner_still_mends_is_kept(author: Person, time: Any) -> None:
    found = read(author.id, PAPER)
    time.now = NOW + timedelta(days=6)
    edits.decide(found, 1, Decision.LEAVE)
    db.session.commit()
    time.now = NOW + timedelta(days=8)
    assert work.QUEUE.forget() == 0 and decisions(found)[0] == "leave"
    time.now = NOW + timedelta(days=14)
    assert work.QUEUE.forget() == 1
