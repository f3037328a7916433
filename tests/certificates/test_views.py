"""One's own certificates, and the public verification."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.certificates.models import CertificateTrouble
from app.domain.access import Role
from app.domain.certificates import grouped
from app.people.models import Person
from app.web import pdf
from tests import factories
from tests.certificates import factories as make
from tests.conftest import START
from tests.courses import factories as courses

SignIn = Callable[[Person], FlaskClient]


def upload(client: FlaskClient, data: bytes, name: str = "x.pdf"):
    return client.post("/verify", data={"file": (io.BytesIO(data), name)})


def test_my_certificates_show_mine_alone(app: Flask, sign_in: SignIn) -> None:
    mine, other = factories.person("张三"), factories.person("李四")
    assert "还没有证书" in sign_in(mine).get("/certificates").text
    certificate, foreign = make.certificate(mine), make.certificate(other, pdf=b"%PDF-other")
    client = sign_in(mine)
    page = client.get("/certificates").text
    assert certificate.number in page and foreign.number not in page
    assert client.get(f"/certificates/{certificate.id}").status_code == 200
    for ending in ("", ".pdf", ".png"):
        assert client.get(f"/certificates/{foreign.id}{ending}").status_code == 404


def test_staff_see_certificates_of_their_units(app: Flask, sign_in: SignIn) -> None:
    county = factories.unit()
    town, other = factories.unit("溪川镇", county), factories.unit("石桥镇", county)
    inside = make.certificate(factories.person("张三", town))
    outside = make.certificate(factories.person("李四", other), pdf=b"%PDF-other")
    liaison = factories.person("王五", county)
    factories.grant(liaison, Role.LIAISON, town)
    client = sign_in(liaison)
    assert client.get(f"/certificates/{inside.id}.pdf").data == make.PDF
    assert client.get(f"/certificates/{outside.id}.pdf").status_code == 404


def test_the_issued_file_and_its_picture(app: Flask, sign_in: SignIn) -> None:
    issued = pdf.render("<html lang='zh-CN'><p>证</p>", "@page{size:A4 landscape}")
    person = factories.person()
    certificate = make.certificate(person, pdf=issued)
    client = sign_in(person)
    document = client.get(f"/certificates/{certificate.id}.pdf")
    assert document.data == issued and document.mimetype == "application/pdf"
    assert "attachment" in document.headers["Content-Disposition"]
    picture = client.get(f"/certificates/{certificate.id}.png")
    assert picture.mimetype == "image/png" and picture.data.startswith(b"\x89PNG")
    assert picture.headers["Cache-Control"] == "no-store"


def test_while_it_is_printed_the_page_says_so(app: Flask, sign_in: SignIn) -> None:
    person = factories.person()
    certificate = make.certificate(person, pdf=None)
    client = sign_in(person)
    assert "正在生成" in client.get(f"/certificates/{certificate.id}").text
    assert client.get(f"/certificates/{certificate.id}.pdf").status_code == 404


def test_a_course_leads_to_its_certificate_or_says_why_not(app: Flask, sign_in: SignIn) -> None:
    person, course = factories.person(), courses.course("reading")
    client, path = sign_in(person), f"/certificates/of/{course.id}"
    assert client.get(path).status_code == 404  # it is set to others
    courses.assigned(course, person)
    assert "还没有达到发证条件" in client.get(path).text
    courses.completed(course, person, START)
    assert "证书正在生成" in client.get(path).text
    factories.save(CertificateTrouble(person_id=person.id, course_id=course.id, at=START, message="缺“龘”字"))
    assert "缺“龘”字" in client.get(path).text
    certificate = make.certificate(person, course)
    assert client.get(path).location == f"/certificates/{certificate.id}"
    assert client.get("/certificates/of/999").status_code == 404


def test_android_wechat_is_told_first(app: Flask, sign_in: SignIn) -> None:
    person = factories.person()
    certificate = make.certificate(person)
    agent = "Mozilla/5.0 (Linux; Android 12) MicroMessenger/8.0"
    page = sign_in(person).get(f"/certificates/{certificate.id}", headers={"User-Agent": agent}).text
    assert 'class="hint notice notice--warn"' in page


def test_anyone_may_verify_and_sees_every_field_but_the_whole_name(app: Flask, client: FlaskClient) -> None:
    certificate = make.certificate(factories.person("欧阳小明"))
    page = client.get(f"/verify/{certificate.code}")
    assert page.status_code == 200 and "证书有效" in page.text
    for field, value in certificate.facts.items():
        assert (value in page.text) == (field != "name")
    assert "欧**明" in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow" and page.headers["Cache-Control"] == "no-store"


def test_a_voided_certificate_says_since_when(app: Flask, client: FlaskClient) -> None:
    certificate = make.certificate(factories.person(), voided_at=START, void_reason="内部原因")
    page = client.get(f"/verify/{certificate.code}").text
    assert "已作废" in page and "2026-11-23" in page and "证书有效" not in page
    assert "内部原因" not in page


@pytest.mark.parametrize("code", ["0" * 28, "1", "../x", "%F0%9F%92%A9", "1 OR 1=1"])
def test_an_unknown_code_is_said_in_words(app: Flask, client: FlaskClient, code: str) -> None:
    page = client.get(f"/verify/{code}")
    assert page.status_code == 404
    assert "没有查到" in page.text or "没有找到" in page.text


def test_a_code_copied_from_paper_is_understood(app: Flask, client: FlaskClient) -> None:
    certificate = make.certificate(factories.person())
    for entered in (grouped(certificate.code).upper(), f"http://127.0.0.1:8000/verify/{certificate.code}"):
        answer = client.get("/verify", query_string={"code": entered})
        assert answer.location == f"/verify/{certificate.code}"
    assert "不是有效的查验码" in client.get("/verify?code=12345").text


def test_the_file_itself_is_compared(app: Flask, client: FlaskClient) -> None:
    certificate = make.certificate(factories.person("张三"))
    page = upload(client, make.PDF)
    assert page.status_code == 200 and "逐字节一致" in page.text and certificate.number in page.text
    changed = bytearray(make.PDF)
    changed[-1] ^= 1
    for other in (bytes(changed), make.PDF + b"\n"):
        answer = upload(client, other)
        assert "不是本校发出的文件" in answer.text and certificate.number not in answer.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "不是 PDF 文件"),
        (b"\x89PNG\r\n", "不是 PDF 文件"),
        (b"<html>%PDF-</html>", "不是 PDF 文件"),
        (b"%PDF-" + b"0" * (4 * 1024 * 1024), "文件太大"),
    ],
)
def test_other_files_are_refused_in_words(app: Flask, client: FlaskClient, data: bytes, words: str) -> None:
    answer = upload(client, data, "证书.pdf")
    assert answer.status_code == 200 and words in answer.text


def test_no_file_and_too_large_a_body(app: Flask, client: FlaskClient) -> None:
    assert "请选择证书的 PDF 文件" in client.post("/verify", data={}).text
    answer = upload(client, b"%PDF-" + b"0" * (9 * 1024 * 1024))
    assert answer.status_code == 413 and "太大" in answer.text
