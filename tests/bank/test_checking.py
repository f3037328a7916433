"""The whole bank looked at: what is found, by the worker, and how the page shows it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.bank import checking, service, terms
from app.bank.emphasis import emphasised
from app.bank.models import Question, VersionBand
from app.domain.access import Role
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, question, write
from tests.conftest import Queries

URL = "/manage/bank/quality"
STEM = "党的各级组织和全体党员必须自觉遵守党的政治纪律和政治规矩，同党中央保持高度一致。"
JUDGE = Content(Kind.JUDGE, STEM, (), True, "对。", ("five-musts/1",), "政治纪律", "easy")


@pytest.fixture
def author(app: Flask, tmp_path: Path, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    load(write(tmp_path))
    person = factories.person()
    factories.grant(person, Role.AUTHOR, person.unit)
    return sign_in(person)


def written(**more: object) -> int:
    made = service.create_question(replace(JUDGE, **more), NOW, factories.person().id)  # type: ignore[arg-type]
    db.session.commit()
    return made.id


def test_the_worker_finds_what_is_weak(author: FlaskClient) -> None:
    one, other = written(), written(stem=STEM.replace("自觉", "严格"))
    bare = written(stem="民法通则还有效，完全不同的一句话。", clauses=())
    gone = written()
    service.retire(db.session.get_one(Question, gone), NOW)
    db.session.commit()
    assert "还没有检查过" in author.get(URL).text
    for _twice in (1, 2):
        author.post(URL)
    assert "正在检查" in author.get(URL).text
    assert (checking.run(), checking.run()) == (1, 0)
    checks = checking.last()
    assert checks.done is not None and not checks.under_way and not checks.failed
    report = checks.done.report
    assert report["counts"] == {"checked": 5, "no_citation": 1, "outdated": 1, "alike": 1}
    assert [pair[:2] for pair in report["alike"]] == [[one, other]] and 80 <= report["alike"][0][2] < 100
    assert report["found"] == {"outdated": [[bare, "民法通则"]], "no_citation": [[bare, ""]]}
    page = author.get(URL).text
    assert "对相同或相近" in page and "民法通则 → 《中华人民共和国民法典》" in page and "没有写明依据" in page
    service.retire(db.session.get_one(Question, bare), NOW)
    db.session.commit()
    assert "（这道题已停用）" in author.get(URL).text


def test_what_came_before_there_were_numbers_gets_them(author: FlaskClient) -> None:
    first = written()
    db.session.execute(sa.delete(VersionBand))
    db.session.commit()
    second = written()
    assert checking.examine()["alike"] == [[first, second, 100]]


def test_a_crowd_of_the_same_is_not_compared_one_by_one(author: FlaskClient) -> None:
    made = [written() for _ in range(40)]
    pairs = checking.examine()["alike"]
    assert [pair[:2] for pair in pairs] == [[a, b] for a, b in zip(made, made[1:], strict=False)]


def test_likes_are_found_across_batches(author: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_BATCH", 1)
    first, _other, second = written(), written(stem="另外一件完全不同的事情，与前者无关。"), written()
    assert checking.examine()["alike"] == [[first, second, 100]]


def test_a_check_that_fails_is_told_and_not_tried_again(
    author: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    author.post(URL)
    checking.run()
    done = checking.last().done
    with monkeypatch.context() as broken:
        broken.setattr(checking, "advice", lambda *_given: 1 / 0)
        author.post(URL)
        assert (checking.run(), checking.run()) == (1, 0)
    checks = checking.last()
    assert (checks.done, checks.under_way, checks.failed) == (done, False, True)
    page = author.get(URL).text
    assert "上次检查没有做完" in page and "重新检查" in page and "道使用中的试题" in page
    author.post(URL)
    assert checking.run() == 1 and not checking.last().failed


def test_a_check_that_ends_the_worker_is_given_up(
    author: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "examine", killed)
    author.post(URL)
    for _n in range(3):
        with pytest.raises(KeyboardInterrupt):
            checking.run()
        db.session.rollback()
    assert checking.run() == 1 and checking.last().failed
    assert "还没有检查结果" in author.get(URL).text


def test_only_authors_order_a_check(author: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
    reviewer = factories.person()
    factories.grant(reviewer, Role.REVIEWER, reviewer.unit)
    assert sign_in(reviewer).get(URL).status_code == 200
    assert sign_in(reviewer).post(URL).status_code == 403


def test_the_page_asks_as_often_for_many_as_for_one(author: FlaskClient, queries: Queries) -> None:
    counts = []
    for more in (1, 3, 30):
        for n in range(more):
            written(clauses=(), stem=f"{STEM}{more}{n}")
        author.post(URL)
        checking.run()
        queries.statements.clear()
        assert author.get(URL).status_code == 200
        counts.append(len(queries))
    assert counts == [6, 6, 6]


def test_advice_stands_beside_the_preview_and_on_the_page(author: FlaskClient) -> None:
    twin = written()
    data = {
        "kind": "single", "stem": STEM + "不合规的是（　　）。", "key": "A", "difficulty": "easy",
        "options": "党中央权威\n党中央权威和统一领导", "preview": "1",
    }  # fmt: skip
    page = author.post("/manage/bank/questions/new", data=data).text
    assert "选项互相包含（党中央权威｜党中央权威和统一领导）" in page and "否定式问法没有标明" in page
    near = {
        "kind": "judge",
        "stem": STEM.replace("自觉", "严格"),
        "key": "对",
        "difficulty": "easy",
        "preview": "1",
    }
    assert "与已有试题相近（8" in author.post("/manage/bank/questions/new", data=near).text
    same = {"kind": "judge", "stem": STEM, "key": "对", "difficulty": "easy", "preview": "1"}
    page = author.post("/manage/bank/questions/new", data=same).text
    assert "与已有试题相同：" in page
    assert "与已有试题" not in author.get(f"/manage/bank/questions/{twin}").text


def test_negations_are_marked_and_everything_is_escaped() -> None:
    assert (
        emphasised("下列<b>不属于</b>四风的是（　）")
        == "下列&lt;b&gt;<em>不属于</em>&lt;/b&gt;四风的是（　）"
    )
    assert emphasised("谁？") == "谁？"


def test_the_list_of_terms_is_whole_and_no_term_stands_in_what_replaced_it() -> None:
    listed = terms.outdated()
    assert len(listed) >= 10 and len({term.term for term in listed}) == len(listed)
    for term in listed:
        assert term.term not in term.instead and len(term.term) > 3 and term.source and term.since


def test_what_is_to_be_reviewed_is_listed_as_it_stands_now(author: FlaskClient) -> None:
    assert "没有。" in author.get(URL).text.partition('id="due"')[2]
    come, changed, later = question("five-musts-001"), question("five-musts-002"), question_of(written())
    come.review_on, later.review_on = date(2026, 1, 5), date(2099, 1, 1)
    service.cited_clauses(["five-musts/2"])["five-musts/2"].superseded_at = NOW + timedelta(days=1)
    db.session.commit()
    due = [(str(come.id), "复核日期 2026-01-05 已到"), (str(changed.id), "依据有变化")]
    for _checked in (False, True):
        part = author.get(URL).text.partition('id="due"')[2].partition("</section>")[0]
        found = re.findall(r'/questions/(\d+)".*?<br><span class="card__meta">(.*?)</span>', part)
        assert found == due
        author.post(URL)
        checking.run()
    assert 'href="#due"><b>2</b>待复核' in author.get(URL).text


def question_of(question_id: int) -> Question:
    return db.session.get_one(Question, question_id)
