"""登录条: for whom, what is on the paper, what it voids, who printed it."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.people import codes, slips
from app.people.models import AccessCode
from app.web import clock, pdf
from app.web.db import db, to_micros
from tests import factories
from tests.people.school import acts, county


def opened(client: Any, url: str) -> dict[str, str]:
    found = re.search(r'name="opened"[^>]* value="(\d+)"', client.get(url).text)
    assert found is not None
    return {"opened": found[1]}


def text(document: bytes, tmp_path: Path) -> str:
    (tmp_path / "x.pdf").write_bytes(document)
    done = subprocess.run(
        ["pdftotext", "-raw", tmp_path / "x.pdf", "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


def codes_on(paper: str) -> list[str]:
    return re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", paper)


@pytest.fixture
def unprinted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The printer's place is taken by a list of what it was asked to print."""
    asked: list[str] = []

    def note(html: str, stylesheet: str) -> bytes:
        asked.append(html)
        return b"%PDF"

    monkeypatch.setattr(pdf, "render", note)
    return asked


def names(html: str) -> list[str]:
    return re.findall(r'<p class="name[^"]*">([^<]+)</p>', html)


def test_a_slip_lets_its_owner_in(app: Flask, sign_in, time, tmp_path: Path) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch, username="zhao")
    factories.person("孙权", c.branch, password="chosen long ago")
    client, url = sign_in(c.admin), f"/manage/units/{c.town.id}/slips"
    answer = client.post(url, data=opened(client, url) | {"below": "y"})
    assert answer.mimetype == "application/pdf" and answer.headers["Cache-Control"] == "no-store"
    paper = text(answer.data, tmp_path)
    for part in ("登录条", "赵云", "云岭村党支部", "zhao", "127.0.0.1:8000", "2026-12-23 前有效"):
        assert part in paper
    assert "孙权" not in paper and "林正光" in paper
    [lin, mine] = codes_on(paper)
    assert codes.opens(zhao.id, mine, clock.now()) and not codes.opens(zhao.id, lin, clock.now())
    entered = app.test_client().post("/sign-in", data={"username": "zhao", "password": mine})
    assert entered.location == "/sign-in/password"


def test_nothing_but_the_paper_holds_a_code(app: Flask, sign_in, time, unprinted) -> None:
    c = county()
    factories.person("赵云", c.branch)
    client, url = sign_in(c.admin), f"/manage/units/{c.branch.id}/slips"
    client.post(url, data=opened(client, url))
    [code] = codes_on(unprinted[0])
    kept = db.session.scalars(sa.select(AccessCode.digest)).one()
    each, event = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id))
    assert (each.action, each.summary) == ("code.issue", "打印 赵云 的登录条（云岭村党支部）")
    assert (event.action, event.target, event.summary) == (
        "code.print", f"unit:{c.branch.id}", "打印 云岭村党支部 的登录条 1 张",
    )  # fmt: skip
    for stored in (kept, event.summary, event.after or ""):
        assert code not in stored and code.replace("-", "") not in stored


def test_the_page_counts_and_a_second_print_leaves_the_first_alone(
    app: Flask, sign_in, time, unprinted
) -> None:
    c = county()
    for name, unit in (("赵云", c.branch), ("钱进", c.town), ("李四", c.town)):
        factories.person(name, unit)
    client, url = sign_in(c.admin), f"/manage/units/{c.town.id}/slips"
    counted = re.compile(r"<dd>(\d+) 人，其中 (\d+) 人已有登录码</dd>")
    assert counted.findall(client.get(url).text) == [("3", "0"), ("4", "0")]
    page = opened(client, url)
    time.advance(seconds=1)
    assert client.post(url, data=page).mimetype == "application/pdf"
    assert counted.findall(client.get(url).text) == [("3", "3"), ("4", "3")]
    assert "没有要印的登录条" in client.post(url, data=page).text
    client.post(url, data=page | {"below": "y"})
    assert [names(html) for html in unprinted] == [["李四", "林正光", "钱进"], ["赵云"]]
    assert acts() == [*["code.issue"] * 3, "code.print", "code.issue", "code.print"]


def test_a_reprint_voids_what_was_there_when_the_page_was_opened(
    app: Flask, sign_in, time, unprinted, monkeypatch
) -> None:
    monkeypatch.setattr(slips, "BATCH", 2)
    c = county()
    people = [factories.person(f"甲{n}", c.branch) for n in range(3)]
    old = codes.issue([p.id for p in people], clock.now())
    db.session.commit()
    time.advance(minutes=1)
    client, url = sign_in(c.admin), f"/manage/units/{c.branch.id}/slips"
    page = opened(client, url) | {"again": "y"}
    for second in range(3):
        time.advance(seconds=1)
        answer = client.post(url, data=page)
        assert answer.mimetype == ("application/pdf" if second < 2 else "text/html")
    assert [names(html) for html in unprinted] == [["甲0", "甲1"], ["甲2"]]
    assert not any(codes.opens(person, code, clock.now()) for person, code in old.items())
    new = [code for html in unprinted for code in codes_on(html)]
    assert all(codes.opens(p.id, code, clock.now()) for p, code in zip(people, new, strict=True))


def test_a_time_beyond_the_calendar_is_refused(app: Flask, sign_in, time, unprinted) -> None:
    c = county()
    factories.person("赵云", c.branch)
    answer = sign_in(c.admin).post(f"/manage/units/{c.branch.id}/slips", data={"opened": str(2**61)})
    assert (answer.status_code, answer.mimetype, unprinted) == (200, "text/html", [])


def test_two_prints_at_once_leave_one_paper_good(app: Flask, sign_in, time, monkeypatch) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch)

    def meanwhile(html: str, stylesheet: str) -> bytes:
        time.advance(seconds=1)
        first.update(codes.issue([zhao.id], clock._source()))
        db.session.commit()
        return b"%PDF"

    first: dict[int, str] = {}
    monkeypatch.setattr(pdf, "render", meanwhile)
    client, url = sign_in(c.admin), f"/manage/units/{c.branch.id}/slips"
    answer = client.post(url, data=opened(client, url))
    assert answer.status_code == 409 and "这一份没有生效" in answer.text
    assert codes.opens(zhao.id, first[zhao.id], clock.now()) and acts() == []


def test_who_chose_a_password_meanwhile_gets_no_code(app: Flask, sign_in, time, monkeypatch) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch)

    def meanwhile(html: str, stylesheet: str) -> bytes:
        zhao.password_hash = "chosen"
        db.session.commit()
        return b"%PDF"

    monkeypatch.setattr(pdf, "render", meanwhile)
    client, url = sign_in(c.admin), f"/manage/units/{c.branch.id}/slips"
    assert client.post(url, data=opened(client, url)).status_code == 200
    assert db.session.get(AccessCode, zhao.id) is None


def test_below_is_ticked_where_the_unit_itself_waits_for_nobody(app: Flask, sign_in) -> None:
    c = county()
    client, ticked = sign_in(c.admin), re.compile(r'<input checked[^>]* name="below"')
    factories.person("赵云", c.branch)
    assert not ticked.search(client.get(f"/manage/units/{c.town.id}/slips").text)
    c.town_admin.password_hash = "chosen"
    db.session.commit()
    assert ticked.search(client.get(f"/manage/units/{c.town.id}/slips").text)


def test_who_serves_above_or_is_gone_gets_no_slip_from_below(app: Flask, sign_in, unprinted) -> None:
    c = county()
    factories.grant(factories.person("曹鹏", c.branch), Role.AUDITOR, c.root)
    past = factories.person("周瑜", c.branch)
    factories.grant(past, Role.LIAISON, c.root, ends_at=factories.CREATED)
    factories.person("吴用", c.branch, active=False)
    client, url = sign_in(c.town_admin), f"/manage/units/{c.branch.id}/slips"
    client.post(url, data=opened(client, url))
    client = sign_in(c.admin)
    client.post(url, data=opened(client, url))
    assert [names(html) for html in unprinted] == [["周瑜"], ["曹鹏"]]
    issued = sa.select(AuditEvent.target).where(AuditEvent.action == "code.issue").order_by(AuditEvent.id)
    assert db.session.scalars(issued).first() == f"person:{past.id}"


def test_held_apart_an_officer_gets_no_slip_from_the_school(
    app: Flask, sign_in, monkeypatch, unprinted
) -> None:
    c = county()
    factories.grant(factories.person("曹鹏", c.branch), Role.AUDITOR, c.root)
    factories.grant(factories.person("周瑜", c.branch), Role.GRADER, c.root)
    monkeypatch.setitem(app.config, "SEPARATE_ADMINS", True)
    client, url = sign_in(c.admin), f"/manage/units/{c.branch.id}/slips"
    client.post(url, data=opened(client, url))
    assert [names(html) for html in unprinted] == [["周瑜"]]


def test_only_units_of_the_callers_have_slips(app: Flask, sign_in, unprinted) -> None:
    c = county()
    client = sign_in(c.town_admin)
    data = {"opened": str(to_micros(clock.now()))}
    for unit in (c.root, c.other):
        assert client.get(f"/manage/units/{unit.id}/slips").status_code == 404
        assert client.post(f"/manage/units/{unit.id}/slips", data=data).status_code == 404
    assert unprinted == [] and acts() == []


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 30])
def test_a_bent_form_prints_nothing(app: Flask, sign_in, unprinted, value: str) -> None:
    c = county()
    url = f"/manage/units/{c.branch.id}/slips"
    assert sign_in(c.admin).post(url, data={"opened": value}).mimetype == "text/html"
    assert unprinted == []


def test_a_broken_printer_changes_nothing(app: Flask, sign_in, monkeypatch) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch)
    code = codes.issue([zhao.id], clock.now())[zhao.id]
    db.session.commit()

    def broken(html: str, stylesheet: str) -> bytes:
        raise pdf.RenderError("no paper")

    monkeypatch.setattr(pdf, "render", broken)
    client, url = sign_in(c.admin), f"/manage/units/{c.branch.id}/slips"
    answer = client.post(url, data=opened(client, url) | {"again": "y"})
    assert answer.status_code == 503 and "登录码没有改动" in answer.text
    assert codes.opens(zhao.id, code, clock.now())


LONG = "阿卜杜拉·买买提艾力·吐尔逊江·努尔麦麦提·阿卜杜热合曼·依明江·肉孜阿洪"


def test_eight_slips_a_sheet_whatever_they_say(app: Flask, tmp_path: Path) -> None:
    unit = factories.unit("长" * 100)
    people = [factories.person(LONG, unit, username=f"{n:02}" + "w" * 48) for n in range(9)]
    html = slips.page([(p, "ABCD-EFGH") for p in people], clock.now())
    document = pdf.render(html, slips.stylesheet())
    assert len(pypdfium2.PdfDocument(document)) == 2
    paper = text(document, tmp_path)
    assert paper.count("ABCD-EFGH") == 9 and "".join(paper.split()).count(LONG) == 9


def test_a_character_without_a_glyph_is_marked_not_lost(app: Flask) -> None:
    odd = factories.person("张\U0003ffff", factories.unit("县医院"))
    html = slips.page([(odd, "ABCD-EFGH")], clock.now())
    assert "张〓" in html and "“〓”为字库所缺的字" in html
    plain = slips.page([(factories.person("张三", odd.unit), "ABCD-EFGH")], clock.now())
    assert "〓" not in plain


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_page_takes_the_same_queries_for_any_number_of_people(app: Flask, sign_in, queries, rows) -> None:
    c = county()
    for n in range(rows):
        factories.person("赵云", factories.unit(f"第{n}支部", c.town))
    client, url = sign_in(c.admin), f"/manage/units/{c.town.id}/slips"
    queries.statements.clear()
    client.get(url)
    assert len(queries) == 4
