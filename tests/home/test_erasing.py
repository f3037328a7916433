"""A person's own data goes, whatever table it is in; scores and certificates stay as they were."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo
from flask.testing import FlaskClient

from app.certificates import service as certificate_service
from app.certificates.models import Certificate
from app.domain.access import Role
from app.exams import attempts, service
from app.exams.models import Attempt, Response, Score
from app.home import commands as home_commands
from app.home import erasing
from app.people import codes, correction_requests, facts, history, passwords, postings, promotions
from app.people.commands import people_cli
from app.people.facts import PersonFacts
from app.people.models import Person, RecoveryCode, RosterImport, RosterRow, SecondFactor, SignInFailure
from app.web import sealing
from app.web.db import Base, db
from tests import factories
from tests.certificates import factories as certificates
from tests.conftest import Clock
from tests.courses import factories as courses
from tests.exams import build
from tests.exams.conftest import Candidate
from tests.people.school import County, acts, county

SignIn = Callable[[Person], FlaskClient]
NAME, USERNAME, STAFF_NO, POST = "曾卓玛", "zengzhuoma", "g-90417", "石桥镇宣传委员"
ID_NUMBER, PHONE = "11010519491231002X", "13812345678"
RANK, NOTE, ASKED = "四级调研员", "借调到专班", "我的职务写错了"
MARKS = (NAME, USERNAME, STAFF_NO, POST, ID_NUMBER, PHONE, RANK, NOTE, ASKED, "1949-12-31", "2001-07-01",
         "zengzhuoma", "110105", "1381234")  # fmt: skip
# Where the name may stay, and why: docs/privacy.md.
KEEPS = {"audit_event", "certificate", "certificate_file"}


@pytest.fixture
def place(app: Flask, time: Clock) -> County:
    return county()


@pytest.fixture
def she(place: County, time: Clock) -> Person:
    """With something in every table that can hold something of hers."""
    told = PersonFacts(
        name=NAME, username=USERNAME, unit_id=place.other.id, post=POST, rank=RANK, political="01",
        joined_on=date(2001, 7, 1), id_number=ID_NUMBER, phone=PHONE, staff_no=STAFF_NO,
    )  # fmt: skip
    person = factories.save(Person(**facts.columns(told, time.now), created_at=time.now))
    person.password_hash, person.password_set_at = passwords.hash_password("a long enough word"), time.now
    postings.open_homes([(person, date(2024, 9, 1))], NOTE)
    promotions.note([(person, date(2025, 3, 1))])
    codes.issue([person.id], time.now)
    correction_requests.ask(person.id, ASKED, time.now)
    upload = factories.save(
        RosterImport(
            created_at=time.now, created_by=place.admin.id, unit_id=place.other.id, file_name="x.xlsx",
            source=None, state="ready",
        )
    )  # fmt: skip
    secret = sealing.seal("totp", NAME)
    db.session.add_all(
        [
            SecondFactor(person_id=person.id, secret_sealed=secret, confirmed_at=time.now),
            RecoveryCode(person_id=person.id, digest="d"),
            SignInFailure(at=time.now, username=USERNAME, address="10.0.0.7"),
            RosterRow(import_id=upload.id, number=1, sealed=sealing.seal("roster", NAME), outcome="update",
                      faults=f'[["name", "{NAME}"]]', person_id=person.id),
        ]
    )  # fmt: skip
    db.session.commit()
    factories.grant(person, Role.LIAISON, place.other, ends_at=time.now)
    factories.session_for(person)
    courses.assigned(courses.course("reading"), person)
    certificate_service.note_trouble(person.id, courses.course("reading").id, f"{NAME}：缺字", time.now)
    return person


def examined(person: Person, client: FlaskClient, time: Clock) -> Candidate:
    """An exam sat and handed in."""
    exam = build.exam(time.now)
    service.assign(exam, person=person)
    db.session.commit()
    candidate = Candidate(client, person, exam)
    candidate.start(), candidate.take_over()
    assert candidate.submit((1, 1, "b")).status_code == 200
    return candidate


def everywhere() -> dict[str, str]:
    """Every table as text; what is sealed is read where it can be."""
    found = {}
    for table in Base.metadata.sorted_tables:
        rows = [dict(row._mapping) for row in db.session.execute(sa.select(table))]
        for row in rows:
            for column, purpose in (("id_number_sealed", facts.ID_NUMBER), ("phone_sealed", facts.PHONE),
                                    ("secret_sealed", "totp"), ("sealed", "roster")):  # fmt: skip
                if row.get(column):
                    row[column] = sealing.unseal(purpose, row[column])
        found[table.name] = "\n".join(" ".join(str(value) for value in row.values()) for row in rows)
    return found


def marked() -> set[str]:
    return {name for name, text in everywhere().items() if any(mark in text for mark in MARKS)}


def test_nothing_of_hers_is_left_but_what_is_documented(
    place: County, she: Person, sign_in: SignIn, time: Clock
) -> None:
    candidate = examined(she, sign_in(she), time)
    certificate = certificates.certificate(she)
    history.set_active(she, False, time.now)
    db.session.commit()
    before = {table: everywhere()[table] for table in ("attempt", "response", "score", *KEEPS)}
    assert {"person", "posting", "rank_change", "correction_request", "roster_row", "second_factor",
            "sign_in_failure", "certificate_trouble", *KEEPS} - {"certificate_file"} <= marked()  # fmt: skip

    admin = sign_in(place.admin)
    url = f"/manage/people/{she.id}/erase"
    assert "请填写依据和原因" in admin.post(url, data={"name": NAME}).text
    assert "与此人的姓名不一致" in admin.post(url, data={"name": "别人", "reason": "本人申请"}).text
    assert db.session.get_one(Person, she.id).name == NAME
    assert admin.post(url, data={"name": NAME, "reason": "本人申请"}).location == "/manage/people"

    assert marked() <= KEEPS
    after = everywhere()
    for table in ("attempt", "response", "score", "certificate", "certificate_file"):
        assert after[table] == before[table], table
    assert after["audit_event"].startswith(before["audit_event"]), "append-only"
    last = after["audit_event"].splitlines()[-1]
    assert "person.erase" in last and "本人申请" in last and NAME not in last
    shown = candidate.client.get(f"/verify/{certificate.code}").text
    assert "曾*玛" in shown
    gone = db.session.get_one(Person, she.id)
    assert (gone.name, gone.username, gone.active) == (f"已注销-{she.id}", f"已注销-{she.id}", False)
    stays = {"id", "username", "name", "unit_id", "created_at", "erased_at", "left_on", "left_reason"}
    kept = {c.name for c in Person.__table__.columns if getattr(gone, c.name) not in (None, "", False)}
    assert kept == stays, "a new column of Person: decide whether it goes, and say so in docs/privacy.md"


def test_what_was_erased_stays_so(place: County, she: Person, sign_in: SignIn, time: Clock) -> None:
    certificate = certificates.certificate(she)
    client = sign_in(she)
    erasing.erase(she, "本人申请", time.now)
    db.session.commit()
    assert client.get("/").location.startswith("/sign-in")
    admin = sign_in(place.admin)
    assert f"已注销-{she.id}" in admin.get(f"/manage/people/{she.id}").text
    for path in ("erase", "return", "edit", "password"):
        assert admin.post(f"/manage/people/{she.id}/{path}", data={"name": NAME}).status_code in {
            403,
            405,
            409,
        }
    with pytest.raises(erasing.Refused):
        erasing.erase(she, "再来", time.now)
    with pytest.raises(certificate_service.Unprintable):
        certificate_service.reissue(certificate, "姓名", time.now)


def test_no_certificate_is_issued_to_a_pseudonym(place: County, she: Person, time: Clock) -> None:
    courses.completed(courses.course("reading"), she, time.now)
    erasing.erase(she, "本人申请", time.now)
    db.session.commit()
    assert certificate_service.derive(time.now) == 0
    assert db.session.scalars(sa.select(Certificate)).all() == []


def test_not_while_an_exam_is_sat_or_a_role_is_held(
    place: County, she: Person, sign_in: SignIn, time: Clock
) -> None:
    exam = build.exam(time.now, minutes=30)
    service.assign(exam, person=she)
    attempt, _made = attempts.start(exam, she.id, time.now)
    db.session.commit()
    admin, url = sign_in(place.admin), f"/manage/people/{she.id}/erase"
    sent: dict[str, Any] = {"data": {"name": NAME, "reason": "本人申请"}}
    assert "正在考试" in admin.get(url).text and "正在考试" in admin.post(url, **sent).text
    time.advance(hours=1)
    assert "正在收卷" in admin.post(url, **sent).text
    attempts.close_overdue(attempt.id, time.now)
    factories.grant(she, Role.GRADER, place.other)
    assert "请先收回授权" in admin.post(url, **sent).text
    assert db.session.get_one(Person, she.id).name == NAME
    counts = [
        db.session.scalar(sa.select(sa.func.count()).select_from(t)) for t in (Attempt, Score, Response)
    ]
    assert counts == [1, 1, 0]


def test_only_ones_own_units_and_never_oneself(place: County, she: Person, sign_in: SignIn) -> None:
    assert sign_in(place.town_admin).get(f"/manage/people/{she.id}/erase").status_code == 404
    assert sign_in(place.admin).get(f"/manage/people/{place.admin.id}/erase").status_code == 409


def test_the_command_asks_for_the_name(app: Flask, place: County, she: Person) -> None:
    def erase(*words: str, typed: str = "") -> Any:
        return CliRunner().invoke(
            people_cli, ["erase", *words], obj=ScriptInfo(create_app=lambda: app), input=typed
        )

    assert home_commands.people_cli is people_cli
    assert "没有用户名为" in erase("nobody", "--reason", "期满").output
    assert "没有注销" in erase(USERNAME, "--reason", "期满", typed="别人\n").output
    done = erase(USERNAME, "--reason", "期满", typed=f"{NAME}\n")
    assert done.exit_code == 0 and f"已注销-{she.id}" in done.output
    assert acts()[-1] == "person.erase" and marked() <= KEEPS
