"""The learner's pages, without a script: they do by plain forms what the wire does."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.domain.attempts import GRACE
from app.exams import attempts, fragments, papers, service
from app.exams.epochs import Origin
from app.exams.models import Attempt, Score
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams import build
from tests.exams.conftest import Candidate

Sitting = Callable[..., Candidate]
SignIn = Callable[[Person], FlaskClient]
# The paper of build.exam: 1, 2 single · 3 multiple · 4 judge · 5 blanks
WHOLE = {"slot-1": "b", "slot-2": "a", "slot-3": ["a", "c"], "slot-4": "true", "slot-5": ["党中央", "团结"]}


def post(me: Candidate, action: str, answers: dict[str, Any] | None = None) -> Any:
    return me.client.post(f"/sit/{me.attempt}", data={"action": action, **(answers or {})})


def last_score() -> Score | None:
    return db.session.scalar(sa.select(Score).order_by(Score.attempt_id.desc()))


# ---- Before


def test_intro_states_every_rule_before_the_start(sitting: Sitting) -> None:
    me = sitting(started=False, attempts=2)
    page = me.client.get(f"/exams/{me.exam.id}").text
    assert "2026-11-23 08:00 至 11:00" in page
    assert "计时 45 分钟" in page and "如果开始得晚，最晚只能答到 11:00。" in page
    assert "总分达到满分的 60%" in page and "共 2 次，还剩 2 次" in page
    assert f"到时后 {GRACE.seconds} 秒内送达的作答仍然有效" in page
    assert "成绩、各题对错、正确答案、解析交卷后即可查看。" in page
    assert f'action="/exams/{me.exam.id}/start"' in page


def test_start_leads_to_the_paper_and_a_second_start_to_the_same(sitting: Sitting) -> None:
    me = sitting(started=False)
    first, again = (me.client.post(f"/exams/{me.exam.id}/start") for _ in range(2))
    assert first.status_code == 302 and first.location == again.location
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 1
    assert "您有一份答卷正在作答" in me.client.get(f"/exams/{me.exam.id}").text


def test_intro_and_start_say_why_not(sitting: Sitting, time: Clock) -> None:
    me = sitting(started=False)
    time.advance(hours=-2)
    assert "考试尚未开始" in me.client.get(f"/exams/{me.exam.id}").text
    refused = me.client.post(f"/exams/{me.exam.id}/start")
    assert refused.status_code == 403 and "考试尚未开始" in refused.text
    time.advance(hours=5)
    page = me.client.get(f"/exams/{me.exam.id}").text
    assert "考试已经结束" in page and "开始考试</button>" not in page


def test_what_is_not_mine_is_not_found(sitting: Sitting, sign_in: SignIn) -> None:
    me = sitting()
    stranger = sign_in(factories.person())
    for path in ("/exams/{e}", "/sit/{a}", "/sit/{a}/confirm", "/attempts/{a}/result", "/sit-quiz/{a}/1"):
        assert stranger.get(path.format(e=me.exam.id, a=me.attempt)).status_code == 404, path
    assert stranger.post(f"/exams/{me.exam.id}/start").status_code == 404
    assert stranger.post(f"/sit/{me.attempt}", data=WHOLE).status_code == 404
    assert me.client.get(f"/sit-quiz/{me.attempt}/1").status_code == 404  # an exam shows no verdicts
    assert me.client.post(f"/sit-quiz/{me.attempt}/1", data={"slot-1": "a"}).status_code == 404
    assert me.client.get(f"/quizzes/{me.exam.id}").status_code == 404


# ---- During


def test_page_shows_the_order_and_the_answers_of_this_attempt(sitting: Sitting) -> None:
    me = sitting()
    me.save((1, 1, "b"), (3, 2, ["a", "c"]), (4, 3, False), (5, 4, ["戊<", ""]))
    page = me.client.get(f"/sit/{me.attempt}").text
    order = db.session.get_one(Attempt, me.attempt).order
    assert [int(n) for n in re.findall(r'<div class="q" id="q-(\d+)">', page)] == [slot for slot, _ in order]
    for slot, keys in order:
        if keys:
            assert re.findall(rf'name="slot-{slot}" value="(\w)"', page) == keys
    checked = re.findall(r'name="slot-(\d)" value="(\w+)" checked', page)
    assert sorted(checked) == [("1", "b"), ("3", "a"), ("3", "c"), ("4", "false")]
    assert 'value="戊&lt;"' in page and "戊<" not in page
    assert page.count('class="done"') == 5  # four answered links and the legend of the card
    assert "\ue000" not in page


def test_letters_follow_the_order_shown(sitting: Sitting) -> None:
    me = sitting()
    page = me.client.get(f"/sit/{me.attempt}").text
    for block in re.findall(r'data-kind="(?:single|multiple)".*?</fieldset>', page, re.S):
        assert re.findall(r'option__mark" aria-hidden="true">(\w)<', block) == ["A", "B", "C", "D"]


def test_page_carries_no_key(sitting: Sitting) -> None:
    me = sitting()
    page = me.client.get(f"/sit/{me.attempt}").text
    assert "解析" not in page and "条款原文" not in page and "党中央" not in page


def test_a_stem_with_mark_up_and_lines_is_text(app: Flask) -> None:
    slot = {
        "slot": 7, "kind": "single", "points": 20, "stem": "第一行\n  <b>第二行</b></label>",
        "options": [{"key": "a", "text": '<label class="option">'}, {"key": "b", "text": "</span>A</span>"}],
    }  # fmt: skip
    with app.test_request_context():
        html = fragments.made(slot).html(3, ["b", "a"], "a")
    assert "第一行\n  &lt;b&gt;第二行&lt;/b&gt;&lt;/label&gt;" in html
    assert html.count('<label class="option">') == 2
    assert re.findall(r'value="(\w)"( checked)?>', html) == [("b", ""), ("a", " checked")]


def test_save_without_a_script_takes_over_and_keeps_everything(sitting: Sitting) -> None:
    me = sitting()
    me.save((1, 1, "c"), (2, 2, "a"))
    answer = post(me, "save", WHOLE)
    assert answer.status_code == 302 and answer.location == f"/sit/{me.attempt}"
    assert [row for row in me.journal() if row[1] == 2] == [  # slot 2 did not change
        (1, 2, 1, '"b"'),
        (3, 2, 1, '["a","c"]'),
        (4, 2, 1, "true"),
        (5, 2, 1, '["党中央","团结"]'),
    ]
    assert me.save((1, 2, "d")).json["reason"] == "epoch"  # the page with the script has lost its turn


def test_an_emptied_answer_is_cleared(sitting: Sitting) -> None:
    me = sitting()
    me.save((3, 1, ["a"]), (5, 2, ["甲", "乙"]))
    post(me, "save", {"slot-5": ["", " "]})
    assert me.client.get(f"/attempts/{me.attempt}").json["responses"]["5"]["value"] is None
    assert me.client.get(f"/attempts/{me.attempt}").json["responses"]["3"]["value"] is None


def test_submit_with_empty_answers_saves_and_asks_first(sitting: Sitting) -> None:
    me = sitting()
    answer = post(me, "submit", {"slot-1": "b"})
    assert answer.location == f"/sit/{me.attempt}/confirm"
    page = me.client.get(answer.location).text
    assert "还有 4 题没有作答" in page and page.count(f'href="/sit/{me.attempt}#q-') == 4
    assert last_score() is None
    done = post(me, "confirm")
    assert done.location == f"/attempts/{me.attempt}/result"
    assert last_score().points == 20  # the form that confirms carries no answers and erases none


def test_submit_of_a_whole_paper_closes_at_once(sitting: Sitting) -> None:
    me = sitting()
    assert post(me, "submit", WHOLE).location == f"/attempts/{me.attempt}/result"
    assert (last_score().points, last_score().full) == (80, 100)
    page = me.client.get(f"/attempts/{me.attempt}/result").text
    assert db.session.get_one(Attempt, me.attempt).receipt in page
    assert "<strong>8</strong> 分" in page and "本人交卷" in page
    receipt = db.session.get_one(Attempt, me.attempt).receipt
    assert post(me, "submit", WHOLE).status_code == 302  # twice is once
    assert db.session.get_one(Attempt, me.attempt).receipt == receipt


def test_answers_count_within_the_grace_and_are_kept_as_late_after_it(sitting: Sitting, time: Clock) -> None:
    me = sitting()
    time.advance(minutes=45, seconds=30)
    post(me, "save", {"slot-1": "b"})
    assert (1, 2, 1, '"b"') in me.journal()
    time.advance(seconds=1)
    late = post(me, "submit", {"slot-1": "b", "slot-2": "b"})
    assert late.location == f"/attempts/{me.attempt}/result"
    assert me.unapplied() == [(2, 1, '"b"', "late")]
    assert "已另行保留，不计入成绩" in me.client.get(late.location).text


def test_a_form_that_no_page_of_ours_makes_is_refused(sitting: Sitting) -> None:
    me = sitting()
    answer = post(me, "save", {"slot-1": "x" * 201})
    assert answer.status_code == 400 and me.journal() == []
    assert post(me, "save", {"slot-99": "a"}).status_code == 302 and me.journal() == []


# ---- After


def test_result_waits_for_the_settling_and_writes_nothing(
    sitting: Sitting, time: Clock, queries: Queries
) -> None:
    me = sitting()
    me.save((1, 1, "b"))
    assert me.client.get(f"/attempts/{me.attempt}/result").location == f"/sit/{me.attempt}"
    time.advance(minutes=45, seconds=31)
    queries.statements.clear()
    page = me.client.get(f"/attempts/{me.attempt}/result").text
    assert "已到时，正在收卷" in page and 'http-equiv="refresh"' in page
    assert not [s for s in queries.statements if not s.lstrip().upper().startswith("SELECT")]
    assert me.client.get(f"/sit/{me.attempt}").location == f"/attempts/{me.attempt}/result"
    attempts.close_overdue(me.attempt, time.now)
    db.session.commit()
    page = me.client.get(f"/attempts/{me.attempt}/result").text
    assert "<strong>2</strong> 分" in page and "到时自动收卷" in page


@pytest.mark.parametrize("release", ["score", "after_submit", "after_close"])
def test_keys_leave_only_when_they_are_published(sitting: Sitting, time: Clock, release: str) -> None:
    me = sitting(release=release)
    post(me, "submit", WHOLE)
    path = f"/attempts/{me.attempt}/result"
    assert ("条款原文" in me.client.get(path).text) == (release == "after_submit")
    time.advance(hours=2, seconds=31)
    assert ("条款原文" in me.client.get(path).text) == (release != "score")


def test_review_shows_answer_key_and_source_and_can_show_the_lost_ones_alone(sitting: Sitting) -> None:
    me = sitting()
    post(me, "submit", {**WHOLE, "slot-4": "false"})
    page = me.client.get(f"/attempts/{me.attempt}/result").text
    assert page.count('<article class="reviewed"') == 5
    assert page.count("✓ 您选对了") == 3 and page.count("✗ 您的选择") == 1
    assert "某人：《某讲话》，北京" in page
    wrong = me.client.get(f"/attempts/{me.attempt}/result?only=wrong").text
    assert sorted(re.findall(r'<article class="reviewed" id="q-(\d)"', wrong)) == ["2", "4"]
    assert "<dd>错误</dd>" in wrong and "<dd>正确</dd>" in wrong


def test_a_trial_is_marked_and_counted_nowhere(sitting: Sitting, time: Clock) -> None:
    me = sitting(started=False)
    attempt, _ = attempts.start(me.exam, me.person.id, time.now, trial=True)
    db.session.commit()
    me.attempt = attempt.id
    assert "试考，不计成绩" in me.client.get(f"/sit/{me.attempt}").text
    post(me, "submit", WHOLE)
    assert "试考，不计成绩" in me.client.get(f"/attempts/{me.attempt}/result").text
    assert "<dd>1 次</dd>" in me.client.get(f"/exams/{me.exam.id}").text


# ---- Lists


def test_index_groups_by_what_can_be_done(sitting: Sitting, time: Clock) -> None:
    me = sitting(started=False)
    coming = build.exam(time.now + timedelta(days=1))
    over = build.exam(time.now - timedelta(days=1))
    for exam, title in ((coming, "明天的考试"), (over, "昨天的考试")):
        exam.title = title
        service.assign(exam, person=me.person)
    db.session.commit()
    page = me.client.get("/exams").text
    order = ["现在可以考", "测试考试", "即将开始", "明天的考试", "已结束", "昨天的考试", "未参加"]
    assert [page.index(word) for word in order] == sorted(page.index(word) for word in order)


def test_index_says_what_to_do_when_empty(app: Flask, sign_in: SignIn) -> None:
    assert "目前没有安排您参加的考试" in sign_in(factories.person()).get("/exams").text


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_index_asks_the_same_number_of_questions(
    app: Flask, time: Clock, sign_in: SignIn, queries: Queries, rows: int
) -> None:
    who = factories.person()
    first, quiz = build.exam(time.now), build.quiz(time.now)
    copies = [c.name for c in first.__table__.columns if c.name not in {"id", "code"}]
    for n in range(rows):
        exam = first if n == 0 else factories.save(type(first)(**{c: getattr(first, c) for c in copies}))
        service.use(exam, [form.paper for form in first.forms])
        service.assign(exam, person=who)
        attempt, _ = attempts.start(exam, who.id, time.now)
        attempts.submit(attempt.id, who.id, Origin(""), None, (), time.now)
        if n:
            build.rule_set(f"copy-{n}")
            factories.save(type(quiz)(**{c: getattr(quiz, c) for c in copies}, code=f"quiz:copy-{n}"))
    db.session.commit()
    client = sign_in(who)
    queries.statements.clear()
    page = client.get("/exams").text
    assert page.count("测试考试</a></h3>") == rows and page.count('class="quiz-list__item"') == rows
    assert len(queries) == 13


# ---- Quizzes


def take(client: FlaskClient, exam_id: int, right: bool) -> int:
    """Answer every question of one round; the attempt's id."""
    where = client.post(f"/quizzes/{exam_id}/start").location
    attempt_id = int(where.split("/")[2])
    for n, (slot, _) in enumerate(db.session.get_one(Attempt, attempt_id).order, 1):
        kind = papers.slots(db.session.get_one(Attempt, attempt_id).paper_id)[slot].kind
        value = {"single": "b" if right else "a", "judge": "true" if right else "false"}[kind]
        answer = client.post(f"/sit-quiz/{attempt_id}/{n}", data={f"slot-{slot}": value})
        assert answer.location == f"/sit-quiz/{attempt_id}/{n}#verdict"
    return attempt_id


def test_quiz_shows_the_verdict_at_once_with_the_clause(app: Flask, time: Clock, sign_in: SignIn) -> None:
    quiz, client = build.quiz(time.now, single=4), sign_in(factories.person())
    where = client.post(f"/quizzes/{quiz.id}/start").location
    slot = re.search(r'name="slot-(\d+)"', client.get(where).text).group(1)
    assert "解析" not in client.get(where).text
    page = client.post(where, data={f"slot-{slot}": "a"}, follow_redirects=True).text
    assert "✗ 回答错误" in page and "✗ 您的选择" in page and "正确答案" in page
    assert "解析" in page and "条款原文" in page and "某人：《某讲话》，北京" in page
    assert f'href="{where[:-1]}2">下一题' in page
    again = client.post(where, data={f"slot-{slot}": "b"}, follow_redirects=True).text
    assert "✗ 回答错误" in again  # a checked slot is final


def test_quiz_asks_for_an_answer_before_it_checks(app: Flask, time: Clock, sign_in: SignIn) -> None:
    quiz, client = build.quiz(time.now), sign_in(factories.person())
    where = client.post(f"/quizzes/{quiz.id}/start").location
    page = client.post(where, data={}, follow_redirects=True).text
    assert "请先作答" in page and "核对答案</button>" in page


def test_quiz_goes_on_where_it_was_left(app: Flask, time: Clock, sign_in: SignIn) -> None:
    quiz, client = build.quiz(time.now, single=4), sign_in(factories.person())
    where = client.post(f"/quizzes/{quiz.id}/start").location
    slot = re.search(r'name="slot-(\d+)"', client.get(where).text).group(1)
    client.post(where, data={f"slot-{slot}": "b"})
    assert "继续上一组（已答 1 题）" in client.get(f"/quizzes/{quiz.id}").text
    assert client.post(f"/quizzes/{quiz.id}/start").location == f"{where[:-1]}2"


def test_quiz_keeps_best_and_last_and_asks_other_questions(app: Flask, time: Clock, sign_in: SignIn) -> None:
    quiz, client = build.quiz(time.now, draw=3), sign_in(factories.person())
    first = take(client, quiz.id, right=True)
    page = client.get(f"/attempts/{first}/result").text
    assert "<strong>3</strong> / 3" in page and "全部答对" in page and "再来一组" in page
    second = take(client, quiz.id, right=False)
    page = client.get(f"/attempts/{second}/result").text
    assert "答错的题（3）" in page and page.count('<article class="reviewed"') == 3
    asked = [{slot for slot, _ in db.session.get_one(Attempt, a).order} for a in (first, second)]
    assert asked[0].isdisjoint(asked[1])
    start = client.get(f"/quizzes/{quiz.id}").text
    assert re.search(r"最好成绩</dt><dd>3 / 3</dd>\s*<dt>上次成绩</dt><dd>0 / 3", start)
    assert "最好 3 / 3 · 上次 0" in re.sub(r"\s+", " ", client.get("/exams").text)


def test_quiz_on_a_rule_set(app: Flask, time: Clock, sign_in: SignIn) -> None:
    quiz, client = build.quiz(time.now), sign_in(factories.person())
    assert client.get(f"/quiz-on/{quiz.code[5:]}").location == f"/quizzes/{quiz.id}"
    missing = client.get("/quiz-on/none")
    assert missing.status_code == 404 and "这一组规矩还没有测验" in missing.text
    attempt = take(client, quiz.id, right=True)
    for n in (0, 4):
        assert client.get(f"/sit-quiz/{attempt}/{n}").status_code == 404
