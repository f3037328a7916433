"""`next` after signing in: a page of this site, whatever was written there."""

from flask import Flask
from flask.testing import FlaskClient

from tests import factories
from tests.attack.redirects import TARGETS

PASSWORD = "correct horse battery"


def landing(app: Flask, target: str) -> str:
    """Where a sign-in with this `next` leads."""
    client: FlaskClient = app.test_client()
    answer = client.post(
        "/sign-in", query_string={"next": target}, data={"username": "wang", "password": PASSWORD}
    )
    return str(answer.headers.get("Location", "/"))


def test_no_target_leads_off_the_site(app: Flask) -> None:
    factories.person(username="wang", password=PASSWORD)
    faults = []
    for target in TARGETS:
        place = landing(app, target)
        plain = place.startswith("/") and not place.startswith(("//", "/\\"))
        if not plain or any(ord(char) < 33 or char == "\\" for char in place):
            faults.append((target, place))
    assert faults == [] and len(TARGETS) > 40


def test_a_page_of_the_site_is_reached(app: Flask) -> None:
    factories.person(username="wang", password=PASSWORD)
    for target in ("/courses/", "/exams/1?x=1", "/rules/五个必须", "/me#top"):
        assert landing(app, target) not in {"/", ""}


def test_the_sign_in_page_repeats_no_foreign_target(app: Flask, client: FlaskClient) -> None:
    for target in TARGETS:
        page = client.get("/sign-in", query_string={"next": target})
        assert "evil" not in page.text.lower() or page.status_code == 400, target


def test_a_page_asked_for_with_a_doubled_slash_is_no_way_out(app: Flask, client: FlaskClient) -> None:
    """The address of a page that needs signing in becomes `next`."""
    for path in ("//evil.example", "//evil.example/manage/", "/manage//evil.example", "/\\evil.example"):
        answer = client.get(path, base_url="http://127.0.0.1:8000")
        assert answer.status_code in {302, 308, 404}, path
        assert not answer.headers.get("Location", "/").startswith(("//", "http://evil", "https://evil")), path
