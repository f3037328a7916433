"""The sealer: in order, once, by itself; the log stays as it is."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app.audit import anchors, chain, checking
from app.audit.models import AuditEvent, AuditSeal, AuditWaiting
from app.audit.service import record
from app.web import clock
from app.web.db import db
from tests.audit.chains import SEALS, edit_seal, forge, sealed


def test_an_event_waits_from_its_own_transaction_on(app: Flask) -> None:
    record("person.create", "person:1", "新建人员")
    db.session.flush()
    assert db.session.scalars(sa.select(AuditWaiting.event_id)).all() == [
        db.session.scalars(sa.select(AuditEvent.id)).one()
    ]
    db.session.rollback()
    assert chain.seal() == 0


def test_what_a_slow_transaction_brings_in_late_is_sealed_too(app: Flask) -> None:
    sealed(3)
    first = db.session.scalars(sa.select(AuditEvent.id).order_by(AuditEvent.id)).first() or 0
    late = AuditEvent(
        id=first - 10, at=clock.now(), actor="", address="", action="x.y", target="x:1", summary="",
        before=None, after=None,
    )  # fmt: skip
    db.session.add(late)
    db.session.commit()
    assert chain.seal() == 1
    assert checking.verify().whole


def test_an_idle_sealer_asks_one_question(app: Flask, queries) -> None:
    sealed(5)
    queries.statements.clear()
    assert chain.seal() == 0
    assert len(queries) == 1


def test_two_sealers_at_once_make_one_chain(app: Flask) -> None:
    for number in range(400):
        record("person.update", f"person:{number}", "修改人员")
    db.session.commit()
    start = threading.Barrier(3)
    totals: list[int] = []

    def run() -> None:
        with app.app_context():
            start.wait()
            totals.append(chain.seal())

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(totals) == 400
    report = checking.verify()
    assert report.whole and report.sealed == 400


def test_a_second_link_with_a_taken_number_is_refused(app: Flask) -> None:
    sealed(1)
    record("person.update", "person:9", "修改人员")
    db.session.commit()
    waiting = db.session.scalars(sa.select(AuditWaiting.event_id)).one()
    fork = {"seq": 1, "event_id": waiting, "algorithm": "sha256-2", "previous": "", "digest": ""}
    with pytest.raises(IntegrityError):
        db.session.execute(sa.insert(AuditSeal).values(fork))


@pytest.mark.parametrize("table", ["audit_event", "audit_seal", "audit_anchor"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_log(app: Flask, table: str, act: str) -> None:
    sealed(1)
    anchors.anchor()
    column = "id" if table == "audit_event" else "seq"
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(sa.text(act.format(table, column, column)))


def test_seals_of_the_first_release_still_hold(app: Flask) -> None:
    """Eleven values, no browser, no result; a later seal may not fall back to it."""
    sealed(3)
    previous = chain.GENESIS
    for seq in (1, 2):
        found = sa.select(*chain.EVENT_COLUMNS, SEALS.c.seq).join(SEALS, SEALS.c.event_id == AuditEvent.id)
        event = db.session.execute(found.where(SEALS.c.seq == seq)).one()
        digest = chain.digest("sha256", seq, event, previous)
        forge(edit_seal(seq, algorithm="sha256", previous=previous, digest=digest))
        previous = digest
    third = db.session.execute(found.where(SEALS.c.seq == 3)).one()
    digest = chain.digest("sha256-2", 3, third, previous)
    forge(edit_seal(3, previous=previous, digest=digest))
    assert checking.verify().whole
    sealed(1, first=4)
    assert checking.verify().whole
    last = db.session.execute(found.where(SEALS.c.seq == 4)).one()
    forge(edit_seal(4, algorithm="sha256", digest=chain.digest("sha256", 4, last, digest)))
    assert [(b.kind, b.seq) for b in checking.verify().breaks] == [("edited", 4)]


def test_a_known_chain_has_known_digests(app: Flask) -> None:
    """So that no later version hashes differently without noticing."""
    event = (7, 1_767_200_400_000_000, 3, "张三（zhang）", "10.0.0.1", "person.update", "person:12",
             "修改人员", None, '{"a": 1}', "Firefox", "ok")  # fmt: skip
    assert chain.digest("sha256", 1, event, chain.GENESIS) == (
        "a05e86561e66e6ee98ba9c2e674fb564cf564392eecf65f25f099b4272849cd2"
    )
    assert chain.digest("sha256-2", 1, event, chain.GENESIS) == (
        "a8bc95858e5af179c9e89f48cf48d33e1a2edb2872fb1ac7c9f2e8dbb367ee88"
    )
