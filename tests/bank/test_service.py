"""From draft to published: who may take which step, and what is drawn meanwhile."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.bank import filing, grounds, queries, reviewing, service, stale
from app.bank.models import Comment, Picture, Question, QuestionVersion
from app.domain.questions import Kind, Part
from app.domain.questions import Question as Content
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, publish, question, write

JUDGE = Content(Kind.JUDGE, "对吗？", (), True, "对。", ("five-musts/1",), "政治纪律", "easy")
CASE = Content(
    Kind.CASE, "某支部……", (), None, "见条款。", ("five-musts/1", "five-musts/2"), "组织原则", "hard",
    parts=(
        Part(Kind.SINGLE, "错在哪里？", ("甲", "乙"), "b"),
        Part(Kind.MATCH, "对上。", ("一", "二", "三"), ["c", "a"], ("子", "丑")),
        Part(Kind.SHORT, "应当怎么办？", (), ["依规", "依纪"]),
    ),
    level="apply", tags=("案例",), pictures=("0" * 64,),
)  # fmt: skip


@pytest.fixture
def bank(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))


def newest(made: Question) -> QuestionVersion:
    return db.session.get_one(QuestionVersion, made.newest_version_id)


def drawn(made: Question) -> list[int]:
    return [c.version_id for c in queries.candidates() if c.question_id == made.code]


@pytest.mark.parametrize("content", [JUDGE, CASE], ids=["judge", "case"])
def test_what_was_written_comes_back(bank: None, content: Content) -> None:
    for name in content.pictures:
        factories.save(
            Picture(sha256=name, mime="image/png", width=1, height=1, data=b"x", created_at=factories.CREATED)
        )
    made = service.create_question(content, NOW, factories.person().id)
    db.session.commit()
    assert service.content_of(newest(made)) == content


def test_a_question_is_drawn_once_somebody_else_has_approved_it(bank: None) -> None:
    author, reviewer = factories.person(), factories.person()
    made = service.create_question(JUDGE, NOW, author.id)
    with pytest.raises(service.Stale):
        service.approve(made, 1, NOW, reviewer.id)  # nobody has submitted it
    service.submit(made, 1, NOW, author.id)
    with pytest.raises(service.Stale):
        service.submit(made, 1, NOW, author.id)
    with pytest.raises(service.OwnWork):
        service.approve(made, 1, NOW, author.id)
    assert drawn(made) == []
    service.approve(made, 1, NOW, reviewer.id)
    assert drawn(made) == [made.newest_version_id]
    assert (newest(made).approved_by, newest(made).approved_at) == (reviewer.id, NOW)
    with pytest.raises(service.Stale):
        service.approve(made, 1, NOW, reviewer.id)
    actions = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[-3:] == ["question.create", "question.send", "question.approve"]


def test_who_submits_for_an_author_does_not_approve_either(bank: None) -> None:
    author, helper = factories.person(), factories.person()
    made = service.create_question(JUDGE, NOW, author.id)
    service.submit(made, 1, NOW, helper.id)
    for by in (author, helper):
        with pytest.raises(service.OwnWork):
            service.approve(made, 1, NOW, by.id)


def test_the_published_version_is_drawn_until_the_next_is_approved(bank: None) -> None:
    made = publish(JUDGE)
    first = made.newest_version_id
    service.edit_question(made.id, replace(JUDGE, stem="真的对吗？"), 1, NOW, factories.person().id)
    assert drawn(made) == [first]
    service.submit(made, 2, NOW, factories.person().id)
    with pytest.raises(service.Stale):
        service.approve(made, 1, NOW, factories.person().id)  # a page left open
    service.approve(made, 2, NOW, factories.person().id)
    assert drawn(made) == [made.newest_version_id] != [first]


def test_given_back_it_is_a_draft_again_with_the_reason(bank: None) -> None:
    made, reviewer = service.create_question(JUDGE, NOW, factories.person().id), factories.person()
    service.submit(made, 1, NOW, factories.person().id)
    service.give_back(made, 1, "题干太短。", NOW, reviewer.id)
    assert newest(made).submitted_at is None
    said = db.session.scalars(sa.select(Comment)).one()
    assert (said.text, said.by, said.asks) == ("题干太短。", reviewer.id, True)
    with pytest.raises(service.Stale):
        service.give_back(made, 1, "再来。", NOW, reviewer.id)
    service.submit(made, 1, NOW, factories.person().id)


def test_what_lacks_a_citation_is_not_for_review(bank: None) -> None:
    made = service.create_question(replace(JUDGE, clauses=()), NOW, factories.person().id)
    with pytest.raises(service.Unfit, match=r"clauses\.missing"):
        service.submit(made, 1, NOW, factories.person().id)


def test_files_have_been_read_twice_already(bank: None) -> None:
    made = question("five-musts-001")
    assert (newest(made).approved_at, newest(made).approved_by) == (NOW, None)
    assert made.current_version_id == made.newest_version_id


# Steps by person: w writes, s sends, t tags, g gives back; then who of a, b, c may approve.
HANDS = {
    "aw as": "bc",
    "aw bs": "c",
    "aw bw bs": "c",
    "aw as cg bw bs": "c",
    "aw bw aw cs": "",
    "aw bt as": "c",
    "aw bs cg as": "c",  # it was sent by b, given back or not
    "aw bs cg at as": "c",
    "aw as cg as": "bc",  # who only said what to mend has written nothing
    "aw bw bs c! cw cs": "ab",  # approved in between: what came before is settled
    "aw bs c! at bw bs": "ac",  # tags on a published version are published with it
}


@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("steps", "may"), HANDS.items())
def test_whoever_had_a_hand_in_it_does_not_approve(bank: None, steps: str, may: str) -> None:
    people = {name: factories.person() for name in "abc"}
    made: Question | None = None
    for n, (who, step) in enumerate(steps.split()):
        by, at = people[who].id, NOW + timedelta(minutes=n)
        if made is None:
            made = service.create_question(JUDGE, at, by)
            continue
        number = service.newest(made).number
        match step:
            case "w":
                service.edit_question(made.id, replace(JUDGE, stem=f"第 {n} 稿对吗？"), number, at, by)
            case "s":
                service.submit(made, number, at, by)
            case "t":
                assert filing.add_tags(made, ["重点"], at, by)
            case "g":
                service.give_back(made, number, "请改。", at, by)
            case "!":
                service.approve(made, number, at, by)
    assert made is not None
    waits = {name: reviewing.following(person.id) for name, person in people.items()}
    allowed = {name for name, person in people.items() if person.id not in service.hands(made)}
    assert allowed == set(may) == {name for name, found in waits.items() if found == made.id}
    for name, person in people.items():
        assert (made.id in reviewing.own(person.id)) is (name not in may)
        if name not in may:
            with pytest.raises(service.OwnWork):
                service.approve(made, service.newest(made).number, NOW, person.id)
    if may:
        service.approve(made, service.newest(made).number, NOW, people[may[0]].id)


def test_tags_say_who_added_them_and_settle_nothing(bank: None) -> None:
    made, by = publish(JUDGE), factories.person()
    clause = service.cited_clauses(["five-musts/1"])["five-musts/1"]
    clause.superseded_on, clause.superseded_at = NOW.date(), NOW + timedelta(hours=1)
    assert stale.due_count(NOW.date()) == 3  # this one, and two from the files
    assert filing.add_tags(made, ["重点"], NOW + timedelta(hours=2), by.id)
    tagged = newest(made)
    assert (tagged.created_by, tagged.created_at) == (by.id, NOW + timedelta(hours=2))
    assert (tagged.approved_at, made.current_version_id) == (NOW, tagged.id)
    assert stale.stale_among([tagged.id]) == {tagged.id}
    assert [ground.shaken for ground in grounds.of(tagged)] == [True]
