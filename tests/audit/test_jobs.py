"""The worker's part: anchors every five minutes, a check every hour; the commands of the same."""

import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app import doctor
from app.audit import anchors, checking, jobs
from app.audit.checking import Report
from app.audit.models import AuditAnchor, AuditCheck
from app.audit.service import record
from app.web.db import db
from tests.audit.chains import EVENTS, SEALS, edit, event_of, forge, sealed


def anchored() -> list[int]:
    return list(db.session.scalars(sa.select(AuditAnchor.seq).order_by(AuditAnchor.seq)))


def checks() -> list[AuditCheck]:
    return list(db.session.scalars(sa.select(AuditCheck).order_by(AuditCheck.id)))


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", *words])


def test_an_anchor_when_the_chain_grew_and_five_minutes_passed(app: Flask, time) -> None:
    assert anchors.anchor_when_due() == 0
    sealed(2)
    assert anchors.anchor_when_due() == 1
    sealed(1, first=3)
    time.advance(minutes=4, seconds=59)
    assert anchors.anchor_when_due() == 0
    time.advance(seconds=1)
    assert (anchors.anchor_when_due(), anchored()) == (1, [2, 3])
    time.advance(hours=1)
    assert anchors.anchor_when_due() == 0
    lines = [line.split() for line in anchors.lines()]
    assert [line[:3] for line in lines] == [
        ["2026-11-23T01:00:00+00:00", "2", "hmac-sha256"], ["2026-11-23T01:05:00+00:00", "3", "hmac-sha256"],
    ]  # fmt: skip
    assert anchors.file().stat().st_mode & 0o777 == 0o600


def test_the_hourly_check_goes_in_slices(app: Flask, time, monkeypatch) -> None:
    monkeypatch.setattr(checking, "SLICE", 3)
    assert jobs.check() == 0 and checks() == []
    sealed(10)
    assert [jobs.check() for _ in range(6)] == [0, 3, 3, 3, 1, 0]
    assert len(checks()) == 1
    [done] = checks()
    assert done.done_at is not None and done.ordered_by == ""
    assert Report.from_json(done.state) == Report(10, 0, 0, 0, [])
    time.advance(minutes=59)
    jobs.check()
    assert len(checks()) == 1
    time.advance(minutes=1)
    forge(edit(4, summary="没这回事"))
    for _ in range(6):
        jobs.check()
    assert [one.done_at is not None for one in checks()] == [True, True]
    assert [(b.kind, b.seq) for b in Report.from_json(checks()[1].state).breaks] == [("edited", 4)]
    time.advance(days=31)
    jobs.check()
    assert len(checks()) == 1


def test_the_command_names_the_place_and_the_kind(app: Flask) -> None:
    sealed(3)
    assert run(app, "verify").output == "审计记录完整，没有改动：已封存 3 条，待封存 0 条。\n"
    event = event_of(2)
    forge(edit(2, summary="没这回事"))
    done = run(app, "verify")
    assert done.exit_code == 1
    assert f"封存号 2：内容被改动（记录 {event}）" in done.output and "有 1 处与封存时不符" in done.output


def test_a_copy_of_the_anchors_convicts_a_cut_tail(app: Flask, tmp_path) -> None:
    sealed(4)
    assert "已写入锚点" in run(app, "anchor").output
    assert "不需要再留" in run(app, "anchor").output
    copy = tmp_path / "copy.log"
    copy.write_text("no anchor\n" + anchors.file().read_text() + "\n")
    gone = sa.select(SEALS.c.event_id).where(SEALS.c.seq > 2)
    forge(
        sa.delete(EVENTS).where(EVENTS.c.id.in_(gone)),
        sa.delete(SEALS).where(SEALS.c.seq > 2),
        sa.delete(AuditAnchor),
    )
    anchors.file().unlink()
    assert run(app, "verify").exit_code == 0
    done = run(app, "verify", "--anchors", str(copy))
    assert done.exit_code == 1 and "封存号 3–4：末尾被删除" in done.output


def test_a_copy_with_a_changed_line_says_so(app: Flask) -> None:
    sealed(2)
    anchors.anchor()
    [line] = anchors.lines()
    for forged in (line.replace("2026-", "2025-"), line.replace(" 2 ", " 1 "), line[:-1] + "ä"):
        report = checking.verify([line, forged])
        assert [one.kind for one in report.breaks] == ["anchor_forged"], forged
    assert checking.verify([line, "x 2 hmac-sha256 a b", "今天 2 hmac-sha256 a b"]).whole


def test_the_doctor_says_how_the_log_is(app: Flask, time) -> None:
    def said() -> list[tuple[bool, str]]:
        return [(finding.well, finding.text) for finding in doctor._audit(app)]

    assert said() == [(True, "审计：还没有核验过，后台任务每小时核验一次")]
    sealed(2)
    for _ in range(2):
        jobs.check()
    assert said() == [(True, "审计：2026-11-23 09:00 核验过，2 条没有改动")]
    forge(edit(1, summary="没这回事"))
    record("person.update", "person:3", "修改人员")
    db.session.commit()
    time.advance(hours=1)
    for _ in range(2):
        jobs.check()
    assert said() == [
        (False, "审计：1 条记录等待封存超过一分钟，后台任务可能没有运行"),
        (False, "审计：有 1 处被改动，请执行：flask audit verify"),
    ]
