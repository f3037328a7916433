import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit import jobs, labels, queries
from app.audit.models import AuditCheck, AuditEvent, AuditSeal
from app.domain.access import Role
from app.people.models import Person
from app.web import clock
from app.web.db import db
from app.web.sheets import read_sheet
from tests import factories
from tests.conftest import unguarded


def auditor() -> Person:
    root = factories.unit("青禾县")
    person = factories.person("单志远", root)
    factories.grant(person, Role.AUDITOR, root)
    return person


def event(summary: str = "新建人员 甲", action: str = "person.create", **more: Any) -> AuditEvent:
    fields = {"at": clock.now(), "actor_id": 1, "actor": "罗晓梅（admin）", "address": "10.0.0.1"}
    fields |= {"action": action, "target": "person:12", "summary": summary, "before": None, "after": None}
    return factories.save(AuditEvent(**(fields | more)))


def shown(page: Any) -> list[str]:
    return [text.strip() for text in re.findall(r'<td class="wide"[^>]*>([^<]+)', page.text)]


def test_the_newest_comes_first_and_filters_narrow(app: Flask, sign_in, time) -> None:
    client = sign_in(auditor())
    event("甲")
    time.advance(days=1)
    event("乙", action="role.grant", actor="命令行", after='{"role": "admin"}')
    time.advance(days=1)
    event("丙 100%")
    assert shown(client.get("/manage/audit/")) == ["丙 100%", "乙", "甲"]
    assert shown(client.get("/manage/audit/?action=role.grant")) == ["乙"]
    assert shown(client.get("/manage/audit/?actor=admin")) == ["丙 100%", "甲"]
    assert shown(client.get("/manage/audit/?q=100%25")) == ["丙 100%"]
    assert shown(client.get("/manage/audit/?q=ADMIN")) == ["乙"]
    assert shown(client.get("/manage/audit/?since=2026-11-24&until=2026-11-24")) == ["乙"]
    assert shown(client.get("/manage/audit/?since=soon&until=9999-12-31&page=99999")) == []
    assert "没有符合条件的记录" in client.get("/manage/audit/?q=nothing").text


def test_changes_are_shown_field_by_field(app: Flask, sign_in) -> None:
    client = sign_in(auditor())
    event(
        before='{"name": "赵云", "rank": "", "active": true}',
        after='{"name": "赵子龙", "rank": "", "active": true}',
    )
    page = client.get("/manage/audit/").text
    assert "改动 1 项" in page and "人员 · 新建" in page
    assert "<dt>名称</dt><dd><del>赵云</del> <ins>赵子龙</ins></dd>" in page


def test_the_chain_is_sealed_checked_and_a_change_is_found(app: Flask, sign_in) -> None:
    client = sign_in(auditor())
    rows = [event(f"第{n}件") for n in range(3)]
    assert "待封存 3 条" in client.get("/manage/audit/").text
    assert jobs.seal() == 3
    event("第3件")
    assert "已封存 3 条，待封存 1 条。" in client.get("/manage/audit/").text
    head = db.session.scalar(sa.select(AuditSeal.digest).where(AuditSeal.seq == 3))
    assert f"<dt>末条指纹</dt><dd><code>{head}</code></dd>" in client.get("/manage/audit/chain").text
    assert "还没有核验过" in client.get("/manage/audit/chain").text
    for _click in range(2):
        assert client.post("/manage/audit/chain").location == "/manage/audit/chain"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditCheck)) == 1
    assert "正在核验，已核对 0 条，共 3 条" in client.get("/manage/audit/chain").text
    jobs.seal()
    jobs.check()
    page = client.get("/manage/audit/chain").text
    assert "5 条封存记录前后相扣" in page and "，单志远（" in page
    with unguarded():
        db.session.execute(
            sa.update(AuditEvent).where(AuditEvent.id == rows[1].id).values(summary="没这回事")
        )
    client.post("/manage/audit/chain")
    jobs.check()
    broken = client.get("/manage/audit/chain").text
    assert "有 1 处对不上" in broken and f"封存号 2：内容被改动（记录 {rows[1].id}）" in broken


def test_the_download_is_the_view(app: Flask, sign_in, time) -> None:
    client = sign_in(auditor())
    event("甲")
    event("=1+1", action="role.grant", before='{"a": 1}')
    jobs.seal()
    answer = client.post("/manage/audit/events.xlsx?action=role.grant")
    rows = [[cell.text for cell in row] for row in read_sheet(answer.data, limit=10)]
    assert rows[0] == [
        "编号", "时间（北京）", "时间（UTC）", "操作人", "操作人号", "地址", "浏览器", "操作", "操作代码",
        "对象", "结果", "摘要", "之前", "之后", "封存号",
    ]  # fmt: skip
    assert rows[1][1:] == [
        "2026-11-23 09:00:00", "2026-11-23T01:00:00.000000Z", "罗晓梅（admin）", "1", "10.0.0.1", "",
        "授权 · 授予", "role.grant", "person:12", "成功", "=1+1", '{"a": 1}', "", "2",
    ]  # fmt: skip
    assert len(rows) == 2
    [taken] = events_of("audit.export")
    assert taken.summary == "导出“审计记录”1 行"
    assert json.loads(taken.after or "") == {"filter": "action=role.grant", "rows": 1}


def events_of(action: str) -> list[AuditEvent]:
    return list(db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == action)))


def test_a_long_download_goes_by_keys_and_begins_no_formula(app: Flask, sign_in, monkeypatch) -> None:
    monkeypatch.setattr(queries, "_BATCH", 2)
    monkeypatch.setattr(queries, "XLSX_LIMIT", 3)
    client = sign_in(auditor())
    for number in range(5):
        event(f"=第{number}件")
    refused = client.post("/manage/audit/events.xlsx")
    assert refused.status_code == 413 and "有 5 条" in refused.text and "CSV" in refused.text
    assert events_of("audit.export") == []
    answer = client.post("/manage/audit/events.csv")
    assert answer.mimetype == "text/csv" and answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["摘要"] for row in rows] == [f"'=第{n}件" for n in (4, 3, 2, 1, 0)]
    assert [json.loads(one.after or "")["rows"] for one in events_of("audit.export")] == [5]


def test_a_number_that_was_searched_for_is_masked_in_the_record(app: Flask, sign_in) -> None:
    client = sign_in(auditor())
    client.post("/manage/audit/events.csv?q=11010519491231002X&actor=13800138000")
    [taken] = events_of("audit.export")
    assert json.loads(taken.after or "")["filter"] == "q=110****2X，actor=138****00"


def test_all_about_one_person_one_thing_one_result(app: Flask, sign_in) -> None:
    client = sign_in(auditor())
    event("甲", target="person:12", actor_id=3)
    event("乙", target="exam:7", actor_id=12)
    event("丙", target="person:121", actor_id=3, result="refused")
    assert shown(client.get("/manage/audit/?person=12")) == ["乙", "甲"]
    assert shown(client.get("/manage/audit/?target=exam:7")) == ["乙"]
    assert shown(client.get("/manage/audit/?result=refused")) == ["丙"]
    assert "只看与人员 12 有关的记录" in client.get("/manage/audit/?person=12").text
    page = client.get("/manage/audit/").text
    assert 'href="/manage/audit/?person=121"' in page and 'href="/manage/audit/?target=exam%3A7"' in page
    assert "人员 121" in page and "被拒绝" in page


def test_a_thing_is_linked_for_those_who_may_open_it(app: Flask, sign_in) -> None:
    event(target="exam:7")
    both = auditor()
    assert "/manage/exams/7" not in sign_in(both).get("/manage/audit/").text
    factories.grant(both, Role.ADMIN, both.unit)
    assert 'href="/manage/exams/7"' in sign_in(both).get("/manage/audit/").text
    assert [home for home, _ in labels.HOMES.values() if home not in app.view_functions] == []


def test_values_are_shown_in_words_and_long_lists_are_cut(app: Flask, sign_in) -> None:
    people = json.dumps([{"name": f"人{n}"} for n in range(100)], ensure_ascii=False)
    event(before='{"political": "13", "sex": "m"}', after='{"political": "01", "sex": "m"}')
    event(after=people)
    page = sign_in(auditor()).get("/manage/audit/").text
    assert "<dt>政治面貌</dt><dd><del>群众</del> <ins>中共党员</ins></dd>" in page
    assert "名称：人5；名称：人6" in page and "人99" not in page and "全文请导出查看" in page


def test_only_an_auditor_of_the_whole_school_reads_it(app: Flask, sign_in) -> None:
    root = factories.unit("青禾县")
    town = factories.unit("溪川镇", root)
    local, admin = factories.person("甲", town), factories.person("乙", root)
    factories.grant(local, Role.AUDITOR, town)
    factories.grant(admin, Role.ADMIN, root)
    for person in (local, admin):
        for path in ("/manage/audit/", "/manage/audit/chain"):
            assert sign_in(person).get(path).status_code == 403
        for path in ("/manage/audit/events.xlsx", "/manage/audit/events.csv", "/manage/audit/chain"):
            assert sign_in(person).post(path).status_code == 403


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_list_takes_the_same_queries_for_any_number_of_events(app: Flask, sign_in, queries, rows) -> None:
    client = sign_in(auditor())
    for _ in range(rows):
        event()
    queries.statements.clear()
    assert client.get("/manage/audit/").status_code == 200
    assert len(queries) == 8


def test_pages_of_fifty(app: Flask, sign_in, time) -> None:
    client = sign_in(auditor())
    for number in range(51):
        event(f"第{number}件", at=clock.now() + timedelta(seconds=number))
    assert len(shown(client.get("/manage/audit/"))) == 50
    assert shown(client.get("/manage/audit/?page=2")) == ["第0件"]


def test_things_are_asked_for_by_label_or_name(app: Flask, sign_in) -> None:
    reader = auditor()
    first, second = (
        factories.person("王芳", reader.unit, username="wang"),
        factories.person("王芳", reader.unit),
    )
    for number, target in enumerate(
        (
            f"person:{first.id}",
            f"person:{second.id}",
            f"unit:{reader.unit_id}",
            "setting:school",
            "access:mark",
        )
    ):
        event(f"第{number}件", target=target)
    client = sign_in(reader)

    def of(text: str) -> list[str]:
        return shown(client.get("/manage/audit/", query_string={"target": text}))

    assert (
        of(f"人员 {first.id}") == of(f"人员{first.id}") == of(f"person:{first.id}") == of("WANG") == ["第0件"]
    )
    assert of("王芳") == ["第1件", "第0件"]
    assert of("青禾县") == of(f"单位 {reader.unit_id}") == ["第2件"]
    assert of("学校设置") == ["第3件"] and of("权限 阅卷") == ["第4件"]
    page = client.get("/manage/audit/?target=王芳").text
    assert "“王芳”有 2 个" in page and f'href="/manage/audit/?target=person%3A{second.id}"' in page
    nobody = client.get("/manage/audit/?target=李四").text
    assert "没有找到“李四”" in nobody and shown(client.get("/manage/audit/?target=李四")) == []


def test_dates_the_wrong_way_round_are_said_at_the_field(app: Flask, sign_in) -> None:
    client = sign_in(auditor())
    words = "结束日期早于开始日期"
    assert words in client.get("/manage/audit/?since=2026-11-24&until=2026-11-23").text
    assert words not in client.get("/manage/audit/?since=2026-11-24&until=2026-11-24").text
