import html
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.bank import amending, making, rule_sets, service
from app.bank.files import ClauseText
from app.bank.models import Clause, Question, QuestionVersion, RuleSet
from app.domain.access import Role
from app.domain.making.recipes import RECIPES
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load
from tests.conftest import Queries

TERMS = """\
code = "{code}"
title = "{title}"
summary = "一句话。"
order = 1

[source]
document = "{title}的讲话"
issuer = "某人"
date = 2015-01-13
"""
SETS = {
    "four-winds": ("四风", ["形式主义", "官僚主义", "享乐主义", "奢靡之风"]),
    "four-forms": ("四个意识", ["政治意识", "大局意识", "核心意识", "看齐意识"]),
    "meetings": (
        "支部会议",
        [
            "党小组会一般每月召开1次，组织党员参加政治学习、谈心谈话等。",
            "党支部党员大会由全体党员参加，一般每季度召开1次，讨论决定重要事项。",
        ],
    ),
}


@pytest.fixture
def shelf(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "rule_sets").mkdir()
    for code, (title, texts) in SETS.items():
        clauses = "".join(f'\n[[clause]]\ncode = "{n}"\ntext = "{t}"\n' for n, t in enumerate(texts, 1))
        (tmp_path / "rule_sets" / f"{code}.toml").write_text(TERMS.format(code=code, title=title) + clauses)
    load(tmp_path)


@pytest.fixture
def author(shelf: None, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    person = factories.person(name="李作者")
    factories.grant(person, Role.AUTHOR, person.unit)
    return sign_in(person)


ORDER = making.Order("meetings", ["changed", "cloze"], "组织生活", 3, 5)
FORM = {"recipe": list(ORDER.recipes), "topic": ORDER.topic, "seed": ORDER.seed, "count": ORDER.count}


def questions() -> list[Question]:
    return list(db.session.scalars(sa.select(Question).order_by(Question.id)))


def reword(code: str, text: str) -> None:
    rule_set = db.session.scalars(sa.select(RuleSet).where(RuleSet.code == "meetings")).one()
    clause = next(one for one in rule_set.clauses if one.code == code)
    rule_sets.put_clause(rule_set, clause, ClauseText(code, "", "", text), clause.position, NOW)
    db.session.commit()


def test_what_is_proposed_is_made_of_the_stored_clauses(shelf: None) -> None:
    proposals = making.propose(ORDER)
    assert {one.made.question.kind.value for one in proposals} == {"judge", "blanks"}
    assert {one.made.question.topic for one in proposals} == {"组织生活"}
    assert [one.mark for one in making.propose(ORDER)] == [one.mark for one in proposals]
    assert making.propose(replace(ORDER, rule_set="unknown")) == []


def test_nothing_is_made_of_a_set_no_longer_in_force(shelf: None) -> None:
    rule_set = db.session.scalars(sa.select(RuleSet).where(RuleSet.code == "meetings")).one()
    rule_sets.supersede(rule_set, NOW.date(), None, NOW)
    assert making.propose(ORDER) == []


def test_the_chosen_become_drafts_with_their_recipe_and_are_not_offered_again(author: FlaskClient) -> None:
    proposals = making.propose(ORDER)
    page = author.get("/manage/bank/making/meetings", query_string=FORM).text
    assert page.count('name="take"') == len(proposals)
    answer = author.post(
        "/manage/bank/making/meetings", data=FORM | {"take": [p.mark for p in proposals[:2]]}
    )
    assert answer.status_code == 302
    said = html.unescape(author.get(answer.location).text)
    link = said.partition('送审后由他人审定。 <a href="')[2].partition('"')[0]
    assert all(p.made.question.stem[:20] in author.get(link).text for p in proposals[:2])
    made = questions()
    versions = [db.session.get_one(QuestionVersion, one.newest_version_id) for one in made]
    assert [v.recipe for v in versions] == [p.made.recipe for p in proposals[:2]]
    assert [v.stem for v in versions] == [p.made.question.stem for p in proposals[:2]]
    assert all(
        v.submitted_at is None and one.current_version_id is None
        for v, one in zip(versions, made, strict=True)
    )
    assert "从条文出题 · " in author.get(f"/manage/bank/questions/{made[0].id}").text
    left = {p.mark for p in making.propose(ORDER)}
    assert left.isdisjoint({p.mark for p in proposals[:2]})


def test_a_second_click_takes_nothing_twice(author: FlaskClient) -> None:
    body = FORM | {"take": [making.propose(ORDER)[0].mark]}
    author.post("/manage/bank/making/meetings", data=body)
    answer = author.post("/manage/bank/making/meetings", data=body, follow_redirects=True)
    assert "有 1 道没有收下" in answer.text
    assert len(questions()) == 1


def test_what_was_reworded_meanwhile_is_not_taken(author: FlaskClient) -> None:
    marks = [one.mark for one in making.propose(ORDER)]
    reword("1", "党小组会每半年召开1次，组织党员参加政治学习、谈心谈话等。")
    reword("2", "党支部党员大会由全体党员参加，一般每年召开1次，讨论决定重要事项。")
    author.post("/manage/bank/making/meetings", data=FORM | {"take": marks})
    assert questions() == []


def test_nothing_ticked_is_said(author: FlaskClient) -> None:
    assert "还没有勾选试题" in author.post(
        "/manage/bank/making/meetings", data=FORM, follow_redirects=True
    ).text  # fmt: skip


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", "拟题"),
        ("?seed=1&topic=题&count=5", "请至少选一种做法。"),
        ("?seed=1&recipe=cloze&topic=&count=5", "请填写知识点。"),
        ("?seed=1&recipe=order&topic=题&count=5", "这些做法拟不出新的试题"),
    ],
)
def test_the_page_says_what_is_missing(author: FlaskClient, query: str, text: str) -> None:
    assert text in author.get("/manage/bank/making/meetings" + query).text


def test_a_new_wording_lists_what_rests_on_the_old_one_and_makes_it_again(author: FlaskClient) -> None:
    by = factories.person()
    for one in making.propose(making.Order("meetings", ["changed"], "题", 1, 20)):
        service.create_question(one.made.question, NOW, by.id, one.made.recipe)
    db.session.commit()
    assert making.outdated() == []
    assert "没有需要重新出的试题" in author.get("/manage/bank/remaking").text
    reword("1", "党小组会一般每季度召开2次，组织党员参加政治学习、谈心谈话等。")
    found = making.outdated()
    assert {one.before.clauses for one in found} == {("meetings/1",)}
    assert all(one.now and one.now.recipe["revision"] == 2 for one in found)
    assert "所据条文已经改动" in author.get("/manage/bank/making").text
    ids = [one.question.id for one in found]
    assert author.post("/manage/bank/remaking", data={"question": ids}).status_code == 302
    assert making.outdated() == []
    for question_id in ids:
        newest = db.session.get_one(Question, question_id).newest
        assert (newest.number, newest.recipe["revision"], newest.submitted_at) == (2, 2, None)
        assert [cited.revision for cited in newest.citations] == [2]


def test_what_can_no_longer_be_made_is_said(author: FlaskClient) -> None:
    proposal = making.propose(making.Order("meetings", ["changed"], "题", 1, 1))[0]
    service.create_question(proposal.made.question, NOW, factories.person().id, proposal.made.recipe)
    db.session.commit()
    clause = proposal.made.recipe["clause"].partition("/")[2]
    reword(clause, "略。")
    assert [one.now for one in making.outdated()] == [None]
    assert "已出不了这道题" in author.get("/manage/bank/remaking").text
    author.post("/manage/bank/remaking", data={"question": [questions()[0].id, "x", str(2**40)]})
    assert questions()[0].newest.number == 1


def test_both_pages_ask_the_database_as_often_for_many_as_for_one(
    author: FlaskClient, queries: Queries
) -> None:
    by = factories.person()
    everything = [
        one
        for code in SETS
        for one in making.propose(making.Order(code, ["cloze", "changed", "recite"], "题", 1, 20))
    ]
    counts = []
    for upto in (1, 3, len(everything)):
        for one in everything[len(questions()) : upto]:
            service.create_question(one.made.question, NOW, by.id, one.made.recipe)
        for clause in db.session.scalars(sa.select(Clause)):
            clause.revision += 1
        db.session.commit()
        queries.statements.clear()
        assert author.get("/manage/bank/making/meetings", query_string=FORM).status_code == 200
        counts.append([len(queries)])
        queries.statements.clear()
        assert author.get("/manage/bank/remaking").status_code == 200
        counts[-1].append(len(queries))
    assert counts[0] == counts[1] == counts[2]


def test_learners_and_reviewers_make_nothing(shelf: None, sign_in: Callable[..., FlaskClient]) -> None:
    learner = factories.person()
    reviewer = factories.person()
    factories.grant(reviewer, Role.REVIEWER, reviewer.unit)
    for person in (learner, reviewer):
        for url in ("/manage/bank/making", "/manage/bank/making/meetings", "/manage/bank/remaking"):
            assert sign_in(person).get(url).status_code == 403


@pytest.mark.parametrize(
    "text", ["党小组会每月至少召开2次，组织党员参加政治学习。", ""], ids=["amended", "repealed"]
)
def test_no_stem_says_that_a_document_has_what_another_put_into_it(author: FlaskClient, text: str) -> None:
    clause = db.session.scalars(sa.select(Clause).where(Clause.text.startswith("党小组会"))).one()
    page = author.get("/manage/bank/making/meetings", query_string=FORM).text
    assert "不从这些条文拟题" not in page
    amending.amend(clause, "新的条例", NOW.date(), text, NOW, factories.person().id)
    db.session.commit()
    everything = replace(ORDER, recipes=list(RECIPES), count=20)
    proposals = making.propose(everything)
    assert proposals and not any("meetings/1" in one.made.question.clauses for one in proposals)
    assert not any("政治学习" in one.made.question.explanation for one in proposals)
    page = author.get("/manage/bank/making/meetings", query_string=FORM).text
    assert "不从这些条文拟题" in page
    act = "修改，2026年11月23日起" if text else "废止，2026年11月23日起不再施行"
    assert f"<li>第 1 条：据《新的条例》{act}</li>" in page
