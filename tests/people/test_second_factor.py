"""TOTP: enrolled with a code, each code good once, recovery codes, and the back office behind it."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.domain.access import Role
from app.domain.policy import ASVS, without_second_factor
from app.people import second_factor
from app.people.models import Person, RecoveryCode, SecondFactor, SignInSession
from app.web import clock
from app.web.db import db
from tests import factories
from tests.people.school import County, acts, county
from tests.people.totp import totp

RIGHT = "correct horse battery"


@pytest.fixture
def c(app: Flask, time) -> County:
    made = county()
    factories.person("高志远", made.town, username="gao", password=RIGHT)
    return made


@pytest.fixture
def gao(c: County) -> Person:
    person = db.session.scalars(sa.select(Person).where(Person.username == "gao")).one()
    factories.grant(person, Role.LIAISON, c.town)
    return person


def enter(client: FlaskClient, password: str = RIGHT):
    return client.post("/sign-in", data={"username": "gao", "password": password})


def enrolled(person: Person) -> tuple[str, list[str]]:
    """(secret, recovery codes) of a person who has enrolled, the code of this moment spent."""
    second_factor.offer(person.id)
    secret = second_factor.offered(person.id)
    codes = second_factor.confirm(person.id, totp(secret), clock.now())
    db.session.commit()
    return secret, codes


def test_staff_enrol_before_they_reach_the_back_office(gao: Person, client: FlaskClient) -> None:
    assert enter(client).location == "/"
    assert client.get("/courses/").status_code == 200  # study needs none
    assert client.get("/manage/people").location == "/me/second-factor"
    assert "进入管理后台要先启用动态口令" in client.get("/me/second-factor").text
    wrong = client.post("/me/second-factor/offer", data={"current": "nope"})
    assert "现在的密码不对" in wrong.text and db.session.get(SecondFactor, gao.id) is None
    assert client.post("/me/second-factor/offer", data={"current": RIGHT}).location == "/me/second-factor"
    page = client.get("/me/second-factor").text
    assert "<svg" in page
    secret = re.search(r'<code class="secret">([A-Z2-7 ]{39})</code>', page)[1]
    assert "口令不对" in client.post("/me/second-factor/confirm", data={"code": totp(secret, 2)}).text
    assert client.get("/manage/people").status_code == 302
    shown = client.post("/me/second-factor/confirm", data={"code": totp(secret)}).text
    assert len(set(re.findall(r"<code>([2-9A-Z]{5}-[2-9A-Z]{5})</code>", shown))) == 10
    assert client.get("/manage/people").status_code == 200
    assert acts() == ["session.start", "factor.enrol"]


def test_sign_in_asks_for_the_code_after_the_password(gao: Person, client: FlaskClient, time) -> None:
    secret, _codes = enrolled(gao)
    assert "口令" not in enter(client, "nope").text
    assert enter(client).location == "/sign-in/code"
    assert client.get("/").status_code == 302
    assert client.get("/sign-in/code").status_code == 200
    assert "口令不对" in client.post("/sign-in/code", data={"code": totp(secret)}).text  # spent at enrolment
    time.advance(seconds=30)
    full_width = totp(secret).translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert client.post("/sign-in/code?next=/me", data={"code": full_width}).location == "/me"
    assert client.get("/manage/people").status_code == 200
    again = client.application.test_client()
    enter(again)
    assert "已经用过" in again.post("/sign-in/code", data={"code": totp(secret)}).text


def test_a_clock_may_be_a_step_off_and_no_more(gao: Person, client: FlaskClient, time) -> None:
    secret, _codes = enrolled(gao)
    time.advance(minutes=5)
    for steps, right in ((-2, False), (2, False), (-1, True), (-1, False), (1, True), (0, False)):
        assert second_factor.accepts(gao.id, totp(secret, steps), clock.now()) is right, steps


def test_a_recovery_code_does_once(gao: Person, client: FlaskClient) -> None:
    _secret, codes = enrolled(gao)
    stored = db.session.scalars(sa.select(RecoveryCode.digest)).all()
    assert len(stored) == 10 and not any(code.replace("-", "") in "".join(stored) for code in codes)
    for expected in ("/", None):
        enter(client)
        assert client.post("/sign-in/code", data={"code": codes[0].lower()}).location == expected
        client.post("/sign-out")
    assert second_factor.recovery_codes_left(gao.id) == 9


def test_five_wrong_codes_and_the_right_one_must_wait(gao: Person, client: FlaskClient, time) -> None:
    secret, _codes = enrolled(gao)
    time.advance(minutes=1)
    enter(client)
    for _ in range(5):
        assert client.post("/sign-in/code", data={"code": "000000"}).status_code == 200
    fresh = client.application.test_client()
    enter(fresh)
    locked = fresh.post("/sign-in/code", data={"code": totp(secret)})
    assert locked.status_code == 429 and locked.headers["Retry-After"] == "900"
    time.advance(minutes=16)
    enter(fresh)
    assert fresh.post("/sign-in/code", data={"code": totp(secret)}).location == "/"


def test_the_step_lasts_five_minutes_and_dies_with_the_password(
    gao: Person, client: FlaskClient, time
) -> None:
    secret, _codes = enrolled(gao)
    enter(client)
    time.advance(minutes=6)
    assert client.post("/sign-in/code", data={"code": totp(secret)}).location == "/sign-in"
    enter(client)
    gao.password_hash = None
    db.session.commit()
    assert client.post("/sign-in/code", data={"code": totp(secret)}).location == "/sign-in"


def test_removing_and_renewing_ask_for_the_password(gao: Person, client: FlaskClient, time) -> None:
    secret, codes = enrolled(gao)
    time.advance(minutes=1)
    enter(client)
    client.post("/sign-in/code", data={"code": totp(secret)})
    for act in ("recovery-codes", "remove"):
        assert "现在的密码不对" in client.post(f"/me/second-factor/{act}", data={"current": "nope"}).text
    fresh = client.post("/me/second-factor/recovery-codes", data={"current": RIGHT}).text
    assert codes[0] not in fresh and not second_factor.accepts(gao.id, codes[0], clock.now())
    assert client.post("/me/second-factor/offer", data={"current": RIGHT}).status_code == 409
    assert client.post("/me/second-factor/remove", data={"current": RIGHT}).location == "/me/second-factor"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == 0
    assert client.get("/manage/people").location == "/me/second-factor"
    assert acts() == ["session.start", "factor.renew", "factor.remove"]


def test_enrolling_signs_out_everywhere_else(gao: Person, client: FlaskClient, sign_in) -> None:
    elsewhere = sign_in(gao)
    enter(client)
    client.post("/me/second-factor/offer", data={"current": RIGHT})
    secret = second_factor.offered(gao.id)
    client.post("/me/second-factor/confirm", data={"code": totp(secret)})
    assert elsewhere.get("/").status_code == 302 and client.get("/").status_code == 200


def test_an_admin_takes_a_lost_factor_off_a_colleague(gao: Person, c: County, sign_in) -> None:
    enrolled(gao)
    his, admin = sign_in(gao), sign_in(c.admin)
    url = f"/manage/people/{gao.id}/second-factor/remove"
    assert sign_in(gao).post(url).status_code == 403
    assert "停用动态口令" in admin.get(f"/manage/people/{gao.id}").text
    assert admin.post(url).location == f"/manage/people/{gao.id}"
    assert "停用动态口令" not in admin.get(f"/manage/people/{gao.id}").text
    assert second_factor.enrolled(gao.id) is None and his.get("/").status_code == 302
    assert admin.post(url).status_code == 409
    own = f"/manage/people/{c.admin.id}/second-factor/remove"
    assert admin.post(own).status_code == 409
    assert acts() == ["factor.remove"]


def test_a_school_may_do_without_under_the_default_profile(gao: Person, client, app, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "POLICY", without_second_factor(ASVS))
    enter(client)
    assert client.get("/manage/people").status_code == 200


def test_demo_accounts_need_none(gao: Person, client: FlaskClient) -> None:
    gao.demo = True
    db.session.commit()
    enter(client)
    assert client.get("/manage/people").status_code == 200


def test_the_secret_is_sealed(gao: Person) -> None:
    secret, _codes = enrolled(gao)
    row = db.session.get_one(SecondFactor, gao.id)
    assert secret not in row.secret_sealed
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SignInSession)) == 0


def test_under_another_key_no_code_is_right_and_nothing_breaks(
    gao: Person, client, app, monkeypatch, time
) -> None:
    secret, codes = enrolled(gao)
    time.advance(minutes=1)
    monkeypatch.setitem(app.config, "DATA_KEY", "another-key-of-more-than-thirty-two-characters")
    enter(client)
    for given in (totp(secret), codes[0]):
        assert "口令不对" in client.post("/sign-in/code", data={"code": given}).text
