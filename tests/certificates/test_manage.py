"""The back office of certificates."""

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from app.certificates.models import Certificate, CertificateTrouble
from app.domain.access import Role
from app.people.models import Person, Unit
from app.web.db import db
from tests import factories
from tests.certificates import factories as make
from tests.conftest import START, Queries
from tests.courses import factories as courses

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def county(app: Flask) -> Unit:
    return factories.unit()


@pytest.fixture
def admin(county: Unit, sign_in: SignIn) -> FlaskClient:
    person = factories.person("管理员", county)
    factories.grant(person, Role.ADMIN, county)
    return sign_in(person)


def learner(name: str, unit: Unit) -> Person:
    return factories.person(name, unit)


def rows_of(data: bytes) -> list[list[str]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_the_list_is_filtered_and_exported_as_seen(county: Unit, admin: FlaskClient) -> None:
    assert "还没有证书" in admin.get("/manage/certificates/").text
    town = factories.unit("溪川镇", county)
    here = make.certificate(learner("张三", town))
    voided = make.certificate(learner("李四", county), pdf=b"%PDF-2", voided_at=START, void_reason="重名")
    for query, shown in {
        "": {here, voided}, "q=张": {here}, f"unit={town.id}": {here}, "state=voided": {voided},
        "state=valid": {here}, f"course={here.course_id}": {here}, f"q={voided.number}": {voided},
    }.items():  # fmt: skip
        page = admin.get(f"/manage/certificates/?{query}").text
        assert {one for one in (here, voided) if one.number in page} == shown, query
    sheet = rows_of(admin.post("/manage/certificates/certificates.xlsx?state=voided").data)
    assert [row[0] for row in sheet[1:]] == [voided.number]
    assert sheet[1][-2:] == ["已作废", "重名"]


def test_others_units_are_unknown(county: Unit, sign_in: SignIn) -> None:
    town, other = factories.unit("溪川镇", county), factories.unit("石桥镇", county)
    certificate = make.certificate(learner("李四", other))
    person = factories.person("王", county)
    factories.grant(person, Role.ADMIN, town)
    client = sign_in(person)
    assert certificate.number not in client.get("/manage/certificates/").text
    assert client.get(f"/manage/certificates/{certificate.id}").status_code == 404
    for act in ("void", "reissue"):
        answer = client.post(f"/manage/certificates/{certificate.id}/{act}", data={"reason": "x"})
        assert answer.status_code == 404
    assert db.session.scalars(sa.select(Certificate.voided_at)).one() is None


def test_voiding_needs_a_reason(county: Unit, admin: FlaskClient) -> None:
    certificate = make.certificate(learner("张三", county))
    path = f"/manage/certificates/{certificate.id}"
    assert "请写明原因" in admin.post(f"{path}/void", data={"reason": "  "}).text
    assert db.session.get_one(Certificate, certificate.id).voided_at is None
    assert admin.post(f"{path}/void", data={"reason": "录入有误"}).location == path
    assert "录入有误" in admin.get(path).text


def test_reissue_leads_to_the_new_one(county: Unit, admin: FlaskClient) -> None:
    person = learner("张三", county)
    old = make.certificate(person)
    answer = admin.post(f"/manage/certificates/{old.id}/reissue", data={"reason": "改名"})
    made = db.session.scalars(sa.select(Certificate).where(Certificate.replaces_id == old.id)).one()
    assert answer.location == f"/manage/certificates/{made.id}"
    assert old.number in admin.get(f"/manage/certificates/{made.id}").text
    page = admin.get(f"/manage/certificates/{old.id}").text
    assert made.number in page and "只作废" not in page


def test_reissue_names_the_character_that_cannot_be_printed(county: Unit, admin: FlaskClient) -> None:
    old = make.certificate(learner("张\U000323af", county))
    page = admin.post(f"/manage/certificates/{old.id}/reissue", data={"reason": "改名"}).text
    assert "证书字库缺字" in page and "“\U000323af”" in page
    assert db.session.get_one(Certificate, old.id).voided_at is None


def test_troubles_are_listed_with_their_cure(county: Unit, admin: FlaskClient) -> None:
    person, course = learner("张三", county), courses.course("reading")
    factories.save(CertificateTrouble(person_id=person.id, course_id=course.id, at=START, message="缺字：龘"))
    page = admin.get("/manage/certificates/").text
    assert "缺字：龘" in page and f"/manage/people/{person.id}" in page


def test_a_liaison_looks_and_changes_nothing(county: Unit, sign_in: SignIn) -> None:
    person = factories.person("联络员", county)
    factories.grant(person, Role.LIAISON, county)
    certificate = make.certificate(learner("张三", county))
    client = sign_in(person)
    assert "重发" not in client.get(f"/manage/certificates/{certificate.id}").text
    answer = client.post(f"/manage/certificates/{certificate.id}/void", data={"reason": "x"})
    assert answer.status_code == 403


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_statements_do_not_grow(county: Unit, admin: FlaskClient, queries: Queries, rows: int) -> None:
    for number in range(rows):
        person = learner(f"学员{number}", county)
        make.certificate(person, pdf=b"%%PDF-%d" % number)
        factories.save(
            CertificateTrouble(
                person_id=person.id, course_id=courses.course("reading").id, at=START, message="缺字"
            )
        )
    queries.statements.clear()
    assert admin.get("/manage/certificates/").status_code == 200
    assert len(queries) == 7
