"""Whatever an address holds, the answer is a page in words, on both engines."""

from collections.abc import Callable
from itertools import chain
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain.access import Role
from app.people.models import Person
from tests import factories

HUGE = [str(2**31 - 1), str(2**31), str(2**63), "9" * 30, "9" * 5000]
IDS = ["0", *HUGE, "-1", "1.5", "x", "%00", "１２"]
WORDS = ["%00", "%ff", "%ed%a0%80", "..", "a" * 3000, "%27%22%3C"]
VALUES = ["", *IDS, "-2147483649", "NaN", "1e9", "\0", "\udce4".encode(errors="surrogateescape"), "'\"<"]
PARAMETERS = ["page", "q", "unit", "course", "exam", "version", "state", "format", "by", "view", "outcome",
              "since", "until", "action", "actor", "kind", "topic", "difficulty", "rule_set", "only",
              "refresh", "parent", "next", "code", "_scheme", "_method", "_external", "endpoint"]  # fmt: skip


@pytest.fixture
def everything(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    """Someone with every role on the root, among enough people for a second page."""
    root = factories.unit()
    person = factories.person(unit=root)
    for role in Role:
        factories.grant(person, role, root)
    for _ in range(51):
        factories.person(unit=root)
    return sign_in(person)


def _gets(app: Flask) -> list[str]:
    return sorted(rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))


def _filled(rule: str) -> list[str]:
    """The rule with one bad thing after another in the place of its arguments."""
    if "<" not in rule:
        return [rule]
    before, _, rest = rule.partition("<")
    argument, _, after = rest.partition(">")
    bad = IDS if argument.startswith("int:") else WORDS
    return list(chain.from_iterable(_filled(f"{before}{value}{after}") for value in bad))


def test_no_address_breaks_a_page(app: Flask, everything: FlaskClient) -> None:
    for address in chain.from_iterable(map(_filled, _gets(app))):
        answer = everything.get(address)
        assert answer.status_code < 500, f"{address[:80]} answers {answer.status_code}"


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
def test_no_question_breaks_a_page(app: Flask, everything: FlaskClient, value: str | bytes) -> None:
    pages = [rule for rule in _gets(app) if "<" not in rule]
    assert len(pages) > 30
    for page, name in ((page, name) for page in pages for name in (PARAMETERS, ["page", "unit", "q"])):
        asked = "&".join(f"{one}={quote(value)}" for one in name)
        answer = everything.get(f"{page}?{asked}")
        assert answer.status_code < 500, f"{page} answers {answer.status_code} to {value!r}"


def test_the_pager_obeys_no_parameter_that_builds_addresses(everything: FlaskClient) -> None:
    for path in ("/manage/people", "/manage/audit/"):
        page = everything.get(f"{path}?_scheme=javascript&_external=1&endpoint=x")
        assert page.status_code == 200 and 'href="javascript' not in page.text


def test_a_form_with_nul_is_refused_and_one_in_another_encoding_is_not(everything: FlaskClient) -> None:
    unit = {"name": "新单位", "code": "a\0b", "kind": "office", "position": "0", "parent_id": "1"}
    assert everything.post("/manage/units/new", data=unit).status_code == 400
    assert everything.post("/sign-in", data=b"username=\xff\xfe").status_code < 500


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"epoch":' + b"9" * 5000 + b"}", b"\xff\xfe", b"NaN", b'{"epoch":1e999}', b""]
)
def test_no_json_breaks_the_wire(everything: FlaskClient, body: bytes) -> None:
    for verb in ("responses", "submit"):
        answer = everything.post(f"/attempts/1/{verb}", data=body, content_type="application/json")
        assert answer.status_code == 400 and answer.json["reason"] == "malformed"
