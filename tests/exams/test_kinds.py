"""Order, match and recite from the page to the reviewed paper: without a script, and on the wire."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.bank.models import QuestionVersion
from app.domain.access import Role
from app.domain.papers import Shortage
from app.domain.questions import Kind
from app.exams import attempts, fragments, papers, service
from app.exams.models import Attempt, Exam, PaperItem, Score
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build
from tests.exams.conftest import Candidate

Sitting = Callable[..., Candidate]
SignIn = Callable[[Person], FlaskClient]
KINDS = {"order": 1, "match": 1, "recite": 1}
ORDER, MATCH, RECITE = 1, 2, 3  # slots; keys as in build.KEYS
RIGHT = {
    ORDER: ["c", "a", "d", "b"],
    MATCH: ["b", "d"],
    RECITE: "我志愿，加入中国共产党　拥护党的纲领",
}


def post(me: Candidate, action: str, **answers: Any) -> Any:
    data = {name.replace("_", "-"): value for name, value in answers.items()}
    return me.client.post(f"/sit/{me.attempt}", data={"action": action, **data})


def question(page: str, slot: int) -> str:
    return re.search(rf'<div class="q" id="q-{slot}">.*?</fieldset>', page, re.S).group()


def selects(block: str) -> list[tuple[list[str], list[str]]]:
    """Of each select, the choices in their order and those marked as selected."""
    found = re.findall(r'<select[^>]* name="slot-\d"[^>]*>(.*?)</select>', block, re.S)
    return [(re.findall(r'value="(\w?)"', one), re.findall(r'value="(\w)" selected', one)) for one in found]


def detail() -> dict[str, int]:
    return db.session.scalars(sa.select(Score)).one().detail


def test_places_are_chosen_among_letters_in_the_order_shown(sitting: Sitting) -> None:
    me = sitting(**KINDS)
    order = dict(db.session.get_one(Attempt, me.attempt).order)
    page = me.client.get(f"/sit/{me.attempt}").text
    texts = {slot["slot"]: slot for slot in papers.document(1)["slots"]}
    for slot, places in ((ORDER, 4), (MATCH, 2)):
        block = question(page, slot)
        assert selects(block) == [(["", *order[slot]], [])] * places
        lines = re.findall(r'option__mark">(\w)</span><span class="option__text">([^<]*)<', block)
        by_key = {option["key"]: option["text"] for option in texts[slot]["options"]}
        assert lines == [(letter, by_key[key]) for letter, key in zip("ABCD", order[slot], strict=True)]
        choices = re.findall(r'<option value="(\w)">(\w)\. ([^<]*)<', block)
        assert choices[:4] == [(k, x, by_key[k]) for k, x in zip(order[slot], "ABCD", strict=True)]
    assert "第 4 位" in question(page, ORDER) and "第 5 位" not in question(page, ORDER)
    assert [prompt in question(page, MATCH) for prompt in texts[MATCH]["prompts"]] == [True, True]
    assert 'data-limit="10000"' in question(page, RECITE)


def test_a_page_without_a_script_saves_and_shows_the_answers_again(sitting: Sitting) -> None:
    me = sitting(**KINDS)
    text = "我志愿\r\n</textarea><b>"
    post(me, "save", slot_1=["", "c", "", "a"], slot_2=["", "d"], slot_3=text)
    assert [(slot, json.loads(value)) for slot, _, _, value in me.journal()] == [
        (1, ["", "c", "", "a"]), (2, ["", "d"]), (3, "我志愿\n</textarea><b>"),
    ]  # fmt: skip
    page = me.client.get(f"/sit/{me.attempt}").text
    assert [chosen for _, chosen in selects(question(page, ORDER))] == [[], ["c"], [], ["a"]]
    assert [chosen for _, chosen in selects(question(page, MATCH))] == [[], ["d"]]
    assert ">\n我志愿\n&lt;/textarea&gt;&lt;b&gt;</textarea>" in question(page, RECITE)
    assert "3 / 3 题" in page
    post(me, "save", slot_1=["", "c", "", "a"], slot_2=["", ""], slot_3=text)
    assert [row[0] for row in me.journal() if row[1] == 3] == [2], "only what changed"
    assert "2 / 3 题" in me.client.get(f"/sit/{me.attempt}").text


def test_whole_answers_earn_everything(sitting: Sitting) -> None:
    me = sitting(**KINDS)
    me.submit(*((slot, slot, value) for slot, value in RIGHT.items()))
    assert detail() == {"1": 20, "2": 20, "3": 20}


@pytest.mark.parametrize(
    ("slot", "value", "earned"),
    [
        (ORDER, ["c", "a", "b", "d"], 0),
        (ORDER, ["c", "a", "d", "z"], 0),
        (ORDER, ["c", "a", "d", "b", "b"], 0),
        (MATCH, ["b", ""], 10),
        (MATCH, ["b", "b"], 10),
        (MATCH, ["z", "d"], 10),
        (RECITE, "党的纲领、加入中国共产党", 10),
        (RECITE, "x" * 10_000, 0),
    ],
)
def test_a_partly_right_or_odd_answer_is_kept_and_earns_its_share(
    sitting: Sitting, slot: int, value: Any, earned: int
) -> None:
    me = sitting(**KINDS)
    assert me.save((slot, 1, value)).status_code == 200
    me.submit()
    assert detail()[str(slot)] == earned
    assert me.client.get(f"/attempts/{me.attempt}/result").status_code == 200


@pytest.mark.parametrize(
    ("slot", "value", "reason"),
    [
        (ORDER, "c", "slot"), (MATCH, True, "slot"), (RECITE, ["我志愿"], "slot"),
        (ORDER, [1, 2], "malformed"), (ORDER, [["c"]], "malformed"), (MATCH, {"1": "b"}, "malformed"),
        (ORDER, ["a"] * 51, "malformed"), (MATCH, ["x" * 2001], "malformed"),
        (RECITE, "x" * 10_001, "malformed"), (RECITE, "\ud800", "malformed"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_shape_is_refused(sitting: Sitting, slot: int, value: Any, reason: str) -> None:
    me = sitting(**KINDS)
    answer = me.save((slot, 1, value))
    assert answer.status_code == 400 and answer.json["reason"] == reason
    assert me.journal() == []


def test_the_review_sets_both_orders_side_by_side(sitting: Sitting) -> None:
    me = sitting(**KINDS)
    me.submit((ORDER, 1, ["c", "d", "a", ""]), (MATCH, 2, ["a", "d"]), (RECITE, 3, "我加入中国共产党。"))
    shown = dict(db.session.get_one(Attempt, me.attempt).order)
    page = me.client.get(f"/attempts/{me.attempt}/result").text
    texts = {slot["slot"]: slot for slot in papers.document(1)["slots"]}

    def said(slot: int, key: str) -> str:
        text = next(option["text"] for option in texts[slot]["options"] if option["key"] == key)
        return f"{'ABCD'[shown[slot].index(key)]}. {text}"

    def rows(slot: int) -> list[list[str]]:
        article = re.search(rf'<article class="reviewed" id="q-{slot}">.*?</article>', page, re.S).group()
        body = re.search(r"<tbody>(.*?)</tbody>", article, re.S).group(1)
        plain = [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", cell)).strip()
                 for cell in re.findall(r"<td.*?</td>", body, re.S)]  # fmt: skip
        return [plain[n : n + 3] for n in range(0, len(plain), 3)]

    assert rows(ORDER) == [
        ["第 1 位", f"✓ 对 {said(ORDER, 'c')}", said(ORDER, "c")],
        ["第 2 位", f"✗ 错 {said(ORDER, 'd')}", said(ORDER, "a")],
        ["第 3 位", f"✗ 错 {said(ORDER, 'a')}", said(ORDER, "d")],
        ["第 4 位", "未答", said(ORDER, "b")],
    ]
    first, second = texts[MATCH]["prompts"]
    assert rows(MATCH) == [
        [first, f"✗ 错 {said(MATCH, 'a')}", said(MATCH, "b")],
        [second, f"✓ 对 {said(MATCH, 'd')}", said(MATCH, "d")],
    ]
    assert "我<ins>志愿</ins>加入中国共产党，<ins>拥护党的纲领。</ins>" in page
    phrases = re.findall(r'<li class="phrase( phrase--said)?">.*?</span>(.*?)</li>', page)
    assert phrases == [(" phrase--said", "加入中国共产党"), ("", "党的纲领")]
    assert "得分要点（1 / 2）" in page


def test_an_unanswered_recitation_shows_the_original(sitting: Sitting) -> None:
    me = sitting(recite=1)
    me.submit()
    page = me.client.get(f"/attempts/{me.attempt}/result").text
    assert '<p class="recital">我志愿加入中国共产党，拥护党的纲领。</p>' in page and "<ins>" not in page


@pytest.mark.parametrize(("kind", "slot"), [("order", ORDER), ("match", MATCH), ("recite", RECITE)])
def test_a_quiz_says_at_once(app: Flask, time: Clock, sign_in: SignIn, kind: str, slot: int) -> None:
    quiz, client = build.quiz(time.now, draw=1, **{kind: 1}), sign_in(factories.person())
    where = client.post(f"/quizzes/{quiz.id}/start").location
    assert "js/exam/quiz.js" in client.get(where).text
    page = client.post(where, data={"slot-1": RIGHT[slot]}, follow_redirects=True).text
    assert "✓ 回答正确" in page and "js/exam/quiz.js" not in page
    where = client.post(f"/quizzes/{quiz.id}/start").location
    wrong = "党" if kind == "recite" else list(reversed(RIGHT[slot]))
    assert "✗ 回答错误" in client.post(where, data={"slot-1": wrong}, follow_redirects=True).text


def test_the_intro_and_the_page_say_how_each_section_is_scored(sitting: Sitting) -> None:
    me = sitting(multiple=1, blanks=1, **KINDS)
    intro, page = (me.client.get(path).text for path in (f"/exams/{me.exam.id}", f"/sit/{me.attempt}"))
    for rule in (
        "少选得一半分，错选不得分",
        "按空给分",
        "全部排对才得分",
        "按配对的项给分",
        "按写出的要点给分，标点不计",
    ):
        assert f"共 1 题，每题 2 分，{rule}" in intro and f"共 1 题，每题 2 分，{rule}" in page


def test_the_back_office_reads_keys_and_late_answers_in_words(
    sitting: Sitting, sign_in: SignIn, time: Clock
) -> None:
    me = sitting(**KINDS)
    time.advance(minutes=46)
    me.submit((ORDER, 1, ["c", "", "z", "a"]), (MATCH, 2, ["b", ""]), (RECITE, 3, "我志愿"), (9, 4, ["a"]))
    texts = {slot["slot"]: slot for slot in papers.document(1)["slots"]}
    options = {n: {o["key"]: o["text"] for o in texts[n]["options"]} for n in (ORDER, MATCH)}
    admin = factories.person("管理员", me.person.unit)
    factories.grant(admin, Role.ADMIN, me.person.unit)
    client = sign_in(admin)
    page = client.get(f"/manage/exams/attempts/{me.attempt}/kept").text
    order = dict(db.session.get_one(Attempt, me.attempt).order)
    seen = {n: {key: f"{'ABCD'[order[n].index(key)]}. {options[n][key]}" for key in "abcd"} for n in options}
    assert f"{seen[ORDER]['c']} → （空） → z → {seen[ORDER]['a']} <" in page
    first, second = texts[MATCH]["prompts"]
    assert f"{first}：{seen[MATCH]['b']}；{second}：（空） <" in page
    assert "我志愿 <" in page and "<code>[&#34;a&#34;]</code>" in page
    paper = client.get(f"/manage/exams/{me.exam.id}/paper").text
    rights = re.findall(r'<li class="key-list__right">(.*?)</li>', paper)
    assert rights == [
        *(f"{n}. {key.upper()}. {options[ORDER][key]}" for n, key in enumerate(RIGHT[ORDER], 1)),
        f"{first} —— B. {options[MATCH]['b']}", f"{second} —— D. {options[MATCH]['d']}",
    ]  # fmt: skip
    assert "得分要点：加入中国共产党；党的纲领" in paper


def test_the_letters_of_a_fragment_follow_the_order_and_strange_values_are_no_choice(app: Flask) -> None:
    slot = {
        "slot": 7, "kind": "match", "points": 20, "stem": "配对", "prompts": ['甲"', "乙"],
        "options": [{"key": k, "text": text} for k, text in zip("abc", ("<i>", "A. 二", "三"), strict=True)],
    }  # fmt: skip
    with app.test_request_context():
        html = fragments.made(slot).html(3, ["c", "a", "b"], ["a", '"><b>'])
    assert "<b>" not in html and "<i>" not in html and "甲&#34;" in html
    assert re.findall(r'option__mark">(\w)</span>', html) == ["A", "B", "C"]
    choices = re.findall(r'<option value="(\w)"( selected)?>(\w)\. ([^<]*)<', html)
    assert choices == [
        ("c", "", "A", "三"), ("a", " selected", "B", "&lt;i&gt;"), ("b", "", "C", "A. 二"),
        ("c", "", "A", "三"), ("a", "", "B", "&lt;i&gt;"), ("b", "", "C", "A. 二"),
    ]  # fmt: skip


def test_pictures_stand_where_the_text_says_and_else_below_the_stem(app: Flask, time: Clock) -> None:
    rules = build.rule_set()
    version = build.question(rules, build.Kind.SINGLE)
    version.stem, version.pictures = "看〔图2〕和〔图9〕", ["p1", "p2"]
    version.options = ["甲〔图2〕", "乙", "丙", "丁"]
    db.session.commit()
    exam = service.create_exam(
        "图", build.blueprint(rules, single=1), time.now, time.now + timedelta(hours=1), 1, "after_submit",
        time.now,
    )  # fmt: skip
    build.papered(exam, time.now)
    assert db.session.get_one(Exam, exam.id).paper.document["slots"][0]["pictures"] == ["p1", "p2"]
    attempt, _ = attempts.start(exam, factories.person().id, time.now)
    with app.test_request_context():
        html = fragments.made(papers.document(attempt.paper_id)["slots"][0]).html(1, ["a", "b"], None)
    assert re.findall(r'src="/pictures/(\w+)" alt="(.*?)"', html) == [
        ("p2", "图2"), ("p1", "图1"), ("p2", "图2"),
    ]  # fmt: skip
    assert "〔图9〕" in html and html.index("p2") < html.index("</legend>") < html.index("p1")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(QuestionVersion)) == 1


def test_a_quiz_counts_only_what_it_can_mark(app: Flask, time: Clock) -> None:
    rules = build.rule_set()
    build.questions(rules, single=2)
    for _ in range(5):
        build.question(rules, Kind.SHORT, ["要点"])
    with pytest.raises(Shortage):
        service.ensure_quiz("quiz:x", "测验", [rules.code], 3, 60, time.now)
    made = service.ensure_quiz("quiz:x", "测验", [rules.code], 2, 60, time.now)
    held = sa.select(sa.func.count()).where(PaperItem.paper_id == made.paper_id)
    assert db.session.scalar(held) == 2
