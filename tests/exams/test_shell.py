"""The exam page is rendered once, then filled in: nothing of one person may stay for the next."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from app.people.models import Person, SignInSession
from app.web.db import db
from tests.conftest import Clock, Queries
from tests.exams import build
from tests.exams.conftest import Candidate

Sitting = Callable[..., Candidate]


def test_each_page_holds_its_own_attempt(sitting: Sitting, time: Clock) -> None:
    exam = build.exam(time.now)
    one, two = sitting(exam), sitting(exam)
    one.save((1, 1, "b"))
    for me, done in ((one, 1), (two, 0), (one, 1)):
        page = me.client.get(f"/sit/{me.attempt}").text
        assert f'data-attempt="{me.attempt}"' in page and f'data-person="{me.person.id}"' in page
        assert f'action="/sit/{me.attempt}"' in page and f"/attempts/{me.attempt}/result" in page
        assert f"{done} / 5 题" in page and page.count(" checked") == done
        assert "\ue000" not in page and "45:00" in page


def test_under_a_prefix_the_page_hands_over_to_itself(sitting: Sitting) -> None:
    me = sitting()
    page = me.client.get(f"/sit/{me.attempt}", environ_overrides={"SCRIPT_NAME": "/ganxun"}).text
    assert f'action="/ganxun/sit/{me.attempt}"' in page
    assert f'data-result="/ganxun/attempts/{me.attempt}/result"' in page


def test_a_notice_is_shown_to_its_reader_once(sitting: Sitting, time: Clock) -> None:
    exam = build.exam(time.now)
    one, two = sitting(exam), sitting(exam)
    one.client.post(f"/sit/{one.attempt}", data={"action": "save", "slot-1": "b"})
    assert "已保存。" not in two.client.get(f"/sit/{two.attempt}").text
    assert "已保存。" in one.client.get(f"/sit/{one.attempt}").text
    assert "已保存。" not in one.client.get(f"/sit/{one.attempt}").text


def test_large_type_is_of_its_reader(sitting: Sitting, time: Clock) -> None:
    exam = build.exam(time.now)
    one, two = sitting(exam), sitting(exam)
    one.client.post("/display", data={"large": "y"})
    for me, large in ((one, True), (two, False), (one, True)):
        assert ('class="large"' in me.client.get(f"/sit/{me.attempt}").text) is large


def test_the_title_is_text(sitting: Sitting, time: Clock) -> None:
    exam = build.exam(time.now)
    exam.title = "<b>“政治纪律” & 规矩</b>"
    db.session.commit()
    me = sitting(exam)
    page = me.client.get(f"/sit/{me.attempt}").text
    assert "<title>&lt;b&gt;“政治纪律” &amp; 规矩&lt;/b&gt;</title>" in page


def test_an_exam_renamed_is_shown_by_its_new_name(sitting: Sitting, time: Clock) -> None:
    exam = build.exam(time.now)
    me = sitting(exam)
    me.client.get(f"/sit/{me.attempt}")
    exam.title = "改过的名称"
    db.session.commit()
    assert "改过的名称" in me.client.get(f"/sit/{me.attempt}").text


def test_the_page_is_one_statement(sitting: Sitting, queries: Queries) -> None:
    me = sitting()
    me.save((1, 1, "b"))
    me.client.get(f"/sit/{me.attempt}")
    queries.statements.clear()
    assert me.client.get(f"/sit/{me.attempt}").status_code == 200
    assert len(queries) == 1


@pytest.mark.parametrize(
    "ending",
    [
        lambda now: sa.update(SignInSession).values(revoked_at=now),
        lambda now: sa.update(Person).values(active=False),
        lambda now: sa.update(SignInSession).values(created_at=now.replace(year=now.year - 2)),
    ],
)
def test_who_is_signed_in_no_more_is_asked_to_sign_in(
    sitting: Sitting, time: Clock, ending: Callable[..., sa.Update]
) -> None:
    me = sitting()
    db.session.execute(ending(time.now))
    db.session.commit()
    answer = me.client.get(f"/sit/{me.attempt}")
    assert answer.status_code == 302 and answer.location == f"/sign-in?next=/sit/{me.attempt}"


def test_anothers_page_is_not_there(app: Flask, sitting: Sitting) -> None:
    me, other = sitting(), sitting()
    assert other.client.get(f"/sit/{me.attempt}").status_code == 404
    assert app.test_client().get(f"/sit/{me.attempt}").status_code == 302
