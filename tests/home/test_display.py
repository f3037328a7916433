"""长辈版: on for a device until it is turned off, before and after signing in."""

import pytest
from flask.testing import FlaskClient

LARGE, PLAIN = '<html lang="zh-CN" class="large">', '<html lang="zh-CN">'


@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)
def test_larger_and_back(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    assert PLAIN in page and "长辈版" in page
    answer = client.post("/display", data={"large": "y", "next": "/sign-in?page=2"})
    assert answer.status_code == 302 and answer.location == "/sign-in?page=2"
    page = client.get("/sign-in").text
    assert LARGE in page and "标准版" in page
    client.post("/display", data={})
    assert PLAIN in client.get("/sign-in").text


@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "/\\example.org", ""])
def test_it_leads_nowhere_else(client: FlaskClient, elsewhere: str) -> None:
    assert client.post("/display", data={"next": elsewhere}).location == "/"
