from flask import Flask

from app.people.school import School, school
from tests.people.school import acts, county

DATA = {"name": "青禾县委党校", "certificate_prefix": "青禾党校", "contact": "0571-1234567"}


def test_settings_are_saved_shown_and_audited_once(app: Flask, sign_in, client) -> None:
    c = county()
    admin = sign_in(c.admin)
    for _ in range(2):
        assert admin.post("/manage/settings", data=DATA).status_code == 302
    assert school() == School("青禾县委党校", "青禾党校", "0571-1234567")
    assert "0571-1234567" in client.get("/sign-in").text
    assert acts() == ["setting.update"]


def test_a_prefix_must_fit_into_a_number(app: Flask, sign_in) -> None:
    page = sign_in(county().admin).post(
        "/manage/settings", data=DATA | {"certificate_prefix": "党校〔2026〕"}
    )
    assert "前缀为 1 至 12 个汉字" in page.text and acts() == []


def test_the_admin_of_a_town_does_not_decide_for_the_school(app: Flask, sign_in) -> None:
    client = sign_in(county().town_admin)
    assert client.get("/manage/settings").status_code == 403
    assert client.post("/manage/settings", data=DATA).status_code == 403
