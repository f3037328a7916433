"""What candidates see of their results, when, and that staff hold the switch."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.domain.releasing import USUAL, Part, Rule, When, stored
from app.exams import publishing
from app.exams.models import Allowance, Attempt, Exam, GroupAllowance, Score
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams.conftest import Candidate

Sitting = Callable[..., Candidate]


@pytest.fixture
def admin(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    person = factories.person()
    factories.grant(person, Role.ADMIN, person.unit)
    return sign_in(person)


def handed_in(sitting: Sitting, **more: Any) -> Candidate:
    me = sitting(**more)
    assert me.submit((1, 1, "b"), (2, 1, "a")).status_code == 200
    return me


def result(me: Candidate) -> str:
    return str(me.client.get(f"/attempts/{me.attempt}/result").text)


def hold_back(exam: Exam, **rules: Rule) -> None:
    exam.release = stored(USUAL["by_hand"] | {Part(name): rule for name, rule in rules.items()})
    db.session.commit()


PAGES = ("/", "/me", "/exams", "/me/data")


def test_no_page_tells_a_score_before_it_is_published(sitting: Sitting, admin: FlaskClient) -> None:
    me = handed_in(sitting, release="by_hand")
    page = result(me)
    assert "成绩尚未公布" in page and "还没有公布" in page and me.journal()
    for path in PAGES:
        text = me.client.get(path).text
        assert "2 / 10" not in text and "未合格" not in text and "上次没有合格" not in text, path
    assert "成绩待公布" in me.client.get("/me").text
    url = f"/manage/exams/{me.exam.id}/release/publish"
    assert "考试还没有结束" in admin.get(url.removesuffix("/publish")).text
    answer = admin.post(url, follow_redirects=True)
    assert "没有公布" in answer.text and "成绩尚未公布" in result(me), "somebody may still sit"
    assert "考生现在就能看到" in admin.post(url, data={"early": "y"}, follow_redirects=True).text
    assert "<strong>2</strong> 分" in result(me) and "条款原文" in result(me)
    assert "未合格" in me.client.get("/me").text


def test_what_was_published_is_taken_back_and_published_again(
    sitting: Sitting, admin: FlaskClient, time: Clock
) -> None:
    me = handed_in(sitting)
    assert "<strong>2</strong> 分" in result(me)
    path = f"/manage/exams/{me.exam.id}/release"
    assert "请写明理由" in admin.post(f"{path}/withdraw", data={"reason": ""}).text
    admin.post(f"{path}/withdraw", data={"reason": "第 3 题答案有误"})
    assert "成绩尚未公布" in result(me) and "条款原文" not in result(me)
    assert "不必收回" in admin.post(f"{path}/withdraw", data={"reason": "再点"}, follow_redirects=True).text
    time.advance(days=1)
    admin.post(f"{path}/publish")
    assert "没有重复办理" in admin.post(f"{path}/publish", follow_redirects=True).text
    assert "条款原文" in result(me)
    acts = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert acts == ["score.unpublish", "score.publish"]


def test_right_or_wrong_is_shown_without_the_keys(sitting: Sitting) -> None:
    me = handed_in(sitting, release="after_submit")
    me.exam.release = me.exam.release | {"keys": "never"}
    db.session.commit()
    page = result(me)
    assert "✓ 答对" in page and "✗ 答错" in page and "您的选择" in page
    for secret in ("正确答案</span>", "choice--right", "choice--wrong", "您选对了", "条款原文", "解析1"):
        assert secret not in page
    assert "这场考试不公布" in page


@pytest.mark.parametrize("kind", ["order", "match", "recite", "blanks", "judge"])
def test_no_kind_gives_its_key_away_with_the_verdict(sitting: Sitting, kind: str) -> None:
    me = sitting(release="after_submit", **{kind: 1})
    me.exam.release = me.exam.release | {"keys": "never"}
    db.session.commit()
    wrong = {"order": ["a", "b", "c", "d"], "match": ["a", "b"], "recite": "乱写", "blanks": ["甲", "乙"],
             "judge": False}[kind]  # fmt: skip
    assert me.submit((1, 1, wrong)).status_code == 200
    page = result(me)
    for secret in ("正确答案</dt>", "正确答案</th>", "党中央", "拥护党的纲领", "placed--", "得分要点"):
        assert secret not in page
    assert '<article class="reviewed"' in page


def test_after_everybody_waits_for_the_last_to_finish(sitting: Sitting, time: Clock) -> None:
    first = handed_in(sitting, release="after_close")
    slow = sitting(exam=first.exam)
    own = sitting(exam=first.exam, started=False)
    closes, grace = first.exam.closes_at, timedelta(seconds=30)
    assert publishing.finished([first.exam]) == {first.exam.id: closes + grace}
    attempt = db.session.get_one(Attempt, slow.attempt)
    attempt.started_at, attempt.extra_minutes = closes - timedelta(minutes=5), 20
    db.session.commit()
    assert publishing.finished([first.exam])[first.exam.id] == closes + timedelta(minutes=20) + grace
    later, latest = closes + timedelta(hours=1), closes + timedelta(hours=2)
    allowed = Allowance(exam_id=first.exam.id, person_id=own.person.id, closes_at=later)
    factories.save(allowed)
    assert publishing.finished([first.exam])[first.exam.id] == later + grace
    factories.save(
        GroupAllowance(exam_id=first.exam.id, unit_id=own.person.unit_id, closes_at=latest, reason="出差")
    )
    assert publishing.finished([first.exam])[first.exam.id] == latest + grace
    time.now = latest + grace
    assert "<strong>2</strong> 分" in result(first) and "条款原文" not in result(first)
    time.advance(microseconds=1)
    assert "条款原文" in result(first)


def test_a_score_that_waits_for_marks_is_nobodys_result(sitting: Sitting) -> None:
    me = handed_in(sitting)
    db.session.get_one(Score, (me.attempt, 1)).pending = 1
    db.session.commit()
    page = result(me)
    assert "正在阅卷，成绩未定" in page and "还有 1 道" in page
    assert "<strong>2</strong> 分" not in page and "未合格" not in page
    assert "未合格" not in me.client.get("/me").text


def test_staff_without_the_exam_wait_as_the_candidates_do(
    sitting: Sitting, admin: FlaskClient, sign_in: Callable[[Person], FlaskClient]
) -> None:
    me = handed_in(sitting, release="by_hand")
    liaison = factories.person()
    factories.grant(liaison, Role.LIAISON, me.person.unit)
    seen = sign_in(liaison)
    scores, board = f"/manage/scores?exam={me.exam.id}", f"/manage/exams/{me.exam.id}"
    candidate = f"{board}/people/{me.person.id}"
    assert "还没有公布" in seen.get(scores).text and "2 / 10" not in seen.get(scores).text
    assert [text in seen.get(path).text for path in (board, candidate) for text in ("2 / 10", "不合格")] == [
        False
    ] * 4
    admin.post(f"{board}/release/publish", data={"early": "y"})
    assert all("2 / 10" in seen.get(path).text for path in (scores, board, candidate))


def test_the_rules_are_set_part_by_part(sitting: Sitting, admin: FlaskClient, time: Clock) -> None:
    me = handed_in(sitting, release="score")
    path = f"/manage/exams/{me.exam.id}/release"
    told = {"score_when": "at_once", "verdicts_when": "after_all", "keys_when": "from",
            "explanations_when": "never", "appeal_days": "5"}  # fmt: skip
    assert "请填写从什么时间起公布" in admin.post(path, data=told).text
    assert admin.post(path, data=told | {"keys_from": "2026-11-25T09:00"}).status_code == 302
    db.session.refresh(me.exam)
    assert publishing.rules_of(me.exam)[Part.KEYS] == Rule(When.FROM, time.now + timedelta(days=2))
    assert me.exam.appeal_days == 5
    intro = me.client.get(f"/exams/{me.exam.id}").text
    assert (
        "成绩交卷后即可查看；各题对错在全部考生考完后公布；正确答案 2026-11-25 09:00 起公布；解析不公布。"
        in intro
    )
    assert "将在 2026-11-23 11:00 公布" in result(me)
    shown = admin.get(path).text
    assert 'value="2026-11-25T09:00"' in shown


def test_parts_are_published_by_hand_one_after_the_other(
    sitting: Sitting, admin: FlaskClient, time: Clock
) -> None:
    me = handed_in(sitting, release="by_hand")
    path = f"/manage/exams/{me.exam.id}/release"
    rules = {"score_when": "by_hand", "verdicts_when": "never", "keys_when": "never",
             "explanations_when": "never", "appeal_days": "5"}  # fmt: skip
    admin.post(path, data=rules)
    admin.post(f"{path}/publish")
    assert "<strong>2</strong> 分" in result(me)
    time.advance(days=1)
    rules |= {"verdicts_when": "by_hand", "keys_when": "by_hand"}
    assert admin.post(path, data=rules).status_code == 302
    page = result(me)  # the score stays out, the keys wait for the button
    assert "<strong>2</strong> 分" in page and "正确答案</span>" not in page
    db.session.refresh(me.exam)
    assert publishing.open_parts(me.exam, time.now) == {Part.SCORE}
    assert "公布成绩" in admin.get(path).text
    admin.post(f"{path}/publish")
    db.session.refresh(me.exam)
    assert publishing.open_parts(me.exam, time.now) == {Part.SCORE, Part.VERDICTS, Part.KEYS}


def test_lists_ask_as_often_for_one_exam_as_for_many(sitting: Sitting, queries: Queries) -> None:
    counted = []
    me = handed_in(sitting, release="after_close")
    for many in (1, 3):
        while len(db.session.scalars(sa.select(Attempt.id)).all()) < many:
            exam = sitting(release="after_close", started=False).exam
            factories.save(
                Attempt(
                    exam_id=exam.id, person_id=me.person.id, number=1, paper_id=exam.paper_id, order=[],
                    slot_kinds="", started_at=exam.opens_at, submitted_at=exam.opens_at, closed_by="person",
                    receipt="x",
                )
            )  # fmt: skip
        queries.statements.clear()
        me.client.get("/me")
        counted.append(len(queries))
    assert counted[0] == counted[1]
