"""Whatever is done to a sealed log by someone who owns the database is found, and where."""

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.audit import anchors, chain, checking
from app.audit.checking import Kind, Walk
from app.audit.labels import break_text
from app.audit.models import AuditEvent, AuditWaiting
from app.audit.service import record
from app.web.db import db, is_sqlite
from tests.audit.chains import (
    ANCHORS,
    EVENTS,
    SEALS,
    edit,
    edit_seal,
    event_of,
    forge,
    rehash,
    sealed,
    swap_seals,
)
from tests.conftest import empty

FIELDS = {
    "at": 5, "actor_id": 99, "actor": "别人", "address": "10.9.9.9", "agent": "curl", "action": "role.grant",
    "target": "person:999", "summary": "没这回事", "before": '{"n": 0}', "after": None, "result": "refused",
}  # fmt: skip


def found() -> list[tuple[Kind, int, int]]:
    return [(one.kind, one.seq, one.upto) for one in checking.verify().breaks]


def test_a_sound_chain_of_several_slices(app: Flask, monkeypatch) -> None:
    monkeypatch.setattr(checking, "SLICE", 4)
    sealed(10)
    anchors.anchor()
    record("person.update", "person:11", "修改人员")
    db.session.commit()
    report = checking.verify()
    assert (report.sealed, report.waiting, report.late, report.breaks) == (10, 1, 0, [])


def test_an_event_that_waits_too_long_is_told_apart_from_one_outside(app: Flask, time) -> None:
    for number in range(2):
        record("person.update", f"person:{number}", "修改人员")
    db.session.commit()
    time.advance(seconds=61)
    report = checking.verify()
    assert (report.waiting, report.late, report.whole) == (2, 2, True)
    lost = db.session.scalars(sa.select(AuditWaiting.event_id)).first()
    forge(sa.delete(AuditWaiting).where(AuditWaiting.event_id == lost))
    assert [(one.kind, one.event_id) for one in checking.verify().breaks] == [(Kind.UNSEALED, lost)]


def test_two_that_changed_places(app: Flask) -> None:
    sealed(8)
    forge(*swap_seals(3, 6))
    assert found() == [(Kind.MOVED, 3, 3), (Kind.MOVED, 6, 6)]


def test_two_whose_words_changed_places(app: Flask) -> None:
    sealed(8)
    names = [column.name for column in AuditEvent.__table__.columns if column.name != "id"]
    rows = {n: db.session.execute(sa.select(EVENTS).where(EVENTS.c.id == event_of(n))).one() for n in (2, 5)}
    swapped = {2: rows[5], 5: rows[2]}
    forge(*(edit(n, **{name: getattr(row, name) for name in names}) for n, row in swapped.items()))
    assert found() == [(Kind.MOVED, 2, 2), (Kind.MOVED, 5, 5)]


def test_one_seal_made_anew_is_told_by_the_next(app: Flask) -> None:
    sealed(3)
    anchors.anchor()
    sealed(5, first=4)
    forge(edit(6, summary="没这回事"))
    rehash(6, 6)
    assert found() == [(Kind.REWRITTEN, 4, 6)]


def test_a_chain_hashed_anew_to_its_end_is_told_by_the_anchors(app: Flask) -> None:
    for first in (1, 5, 9):
        sealed(4, first)
        anchors.anchor()
    forge(edit(6, summary="没这回事"))
    rehash(6, 12)
    assert found() == [(Kind.REWRITTEN, 5, 8)]
    forge(sa.delete(ANCHORS))
    assert found() == [
        (Kind.ANCHOR_DELETED, 4, 4), (Kind.ANCHOR_DELETED, 8, 8), (Kind.ANCHOR_DELETED, 12, 12),
        (Kind.REWRITTEN, 5, 8),
    ]  # fmt: skip


def test_an_anchor_needs_the_key(app: Flask) -> None:
    sealed(4)
    anchors.anchor()
    forge(edit(2, summary="没这回事"))
    rehash(2, 4)
    head = db.session.scalar(sa.select(SEALS.c.digest).where(SEALS.c.seq == 4))
    forge(sa.update(ANCHORS).values(digest=head))
    anchors.file().unlink()
    assert found() == [(Kind.ANCHOR_FORGED, 4, 4)]


def test_a_tail_cut_from_events_seals_and_anchors_shows_in_the_file(app: Flask) -> None:
    for first in (1, 5):
        sealed(4, first)
        anchors.anchor()
    copy = anchors.lines()
    gone = sa.select(SEALS.c.event_id).where(SEALS.c.seq > 5)
    forge(
        sa.delete(ANCHORS).where(ANCHORS.c.seq > 5),
        sa.delete(EVENTS).where(EVENTS.c.id.in_(gone)),
        sa.delete(SEALS).where(SEALS.c.seq > 5),
    )
    expected = [(Kind.ANCHOR_DELETED, 8, 8), (Kind.TAIL_DELETED, 6, 8)]
    assert found() == expected
    # A log that has grown again over the cut is another log than the one that was anchored.
    sealed(5, first=20)
    assert found() == [(Kind.ANCHOR_DELETED, 8, 8), (Kind.REWRITTEN, 5, 8)]
    # With the file gone as well, the copy kept elsewhere tells.
    anchors.file().unlink()
    assert found() == []
    report = checking.verify(copy)
    assert [(one.kind, one.seq, one.upto) for one in report.breaks] == [
        (Kind.ANCHOR_DELETED, 8, 8), (Kind.REWRITTEN, 5, 8),
    ]  # fmt: skip


def test_a_check_put_down_and_taken_up_again_finds_the_same(app: Flask, monkeypatch) -> None:
    monkeypatch.setattr(checking, "SLICE", 3)
    sealed(10)
    anchors.anchor()
    forge(
        edit(2, actor="别人"), sa.delete(EVENTS).where(EVENTS.c.id == event_of(7)), edit_seal(9, digest="0")
    )
    walk = Walk()
    while checking.go_on(walk):
        walk = Walk.from_json(walk.to_json())
    assert [(one.kind, one.seq) for one in checking.finish(walk).breaks] == [
        (Kind.EDITED, 2), (Kind.EVENT_DELETED, 7), (Kind.EDITED, 9),
    ]  # fmt: skip


def test_an_event_deleted_while_it_waits_is_told_for_good(app: Flask) -> None:
    sealed(2)
    for number in (3, 4):
        record("person.update", f"person:{number}", "修改人员")
    db.session.commit()
    gone = db.session.scalars(sa.select(AuditWaiting.event_id).order_by(AuditWaiting.event_id)).first()
    forge(sa.delete(EVENTS).where(EVENTS.c.id == gone))
    sealed(2, first=5)
    report = checking.verify()
    assert [(one.kind, one.event_id) for one in report.breaks] == [(Kind.WAITING_DELETED, gone)]
    assert (report.sealed, break_text(report.breaks[0])) == (5, f"记录 {gone}：还在等待封存就被删除")


def test_an_anchor_row_of_any_content_is_told(app: Flask) -> None:
    sealed(2)
    anchors.anchor()
    anchors.file().unlink()
    forge(sa.update(ANCHORS).values(at=2**62))
    assert found() == [(Kind.ANCHOR_FORGED, 2, 2)]


@pytest.mark.parametrize("column", ["mac", "digest", "algorithm"])
@pytest.mark.parametrize("value", ["x'ff'", "cast(x'ff' as text)"])
def test_what_sqlite_holds_in_place_of_text_is_told(app: Flask, column: str, value: str) -> None:
    """Any column takes bytes, and text that is no UTF-8; PostgreSQL takes neither."""
    if not is_sqlite():
        return
    sealed(3)
    anchors.anchor()
    anchors.file().unlink()
    forge(sa.text(f"UPDATE audit_anchor SET {column} = {value}"))
    assert found() == [(Kind.ANCHOR_FORGED, 3, 3)]
    if column != "mac":
        forge(sa.text(f"UPDATE audit_seal SET {column} = {value} WHERE seq = 2"))
        assert (Kind.EDITED, 2, 2) in found()
    forge(sa.text(f"UPDATE audit_event SET summary = {value} WHERE id = {event_of(1)}"))
    walk = Walk()
    checking.go_on(walk)
    assert (Kind.EDITED, 1, 1) in [(one.kind, one.seq, one.upto) for one in walk.breaks]
    assert Walk.from_json(walk.to_json()) == walk
    record("person.update", "person:4", "修改人员")
    db.session.commit()
    forge(
        sa.text(f"UPDATE audit_event SET actor = {value} WHERE id NOT IN (SELECT event_id FROM audit_seal)")
    )
    assert chain.seal() == 1, "the sealer goes on"


@pytest.mark.parametrize(
    "line", ["{at} ² {rest}", "{at} " + "9" * 5000 + " {rest}", "0001-01-01T00:00:00+14:00 1 {rest}"]
)
def test_a_line_that_is_no_anchor_stops_nothing(app: Flask, line: str) -> None:
    sealed(2)
    anchors.anchor()
    [sound] = anchors.lines()
    at, _seq, rest = sound.split(maxsplit=2)
    assert checking.verify([line.format(at=at, rest=rest), sound]).whole


def test_anchors_of_a_lost_key_are_passed_over_only_with_a_word_of_the_new_one(app: Flask) -> None:
    sealed(2)
    anchors.anchor()
    anchors.file().unlink()
    forge(sa.update(ANCHORS).values(mac="of a lost key"))
    sealed(2, first=3)
    anchors.anchor(anchors.ANEW)
    assert found() == []
    forge(edit(1, summary="没这回事"))
    rehash(1, 4)
    assert found() == [(Kind.REWRITTEN, 1, 4)]
    forge(sa.update(ANCHORS).where(ANCHORS.c.seq == 4).values(mac="made up"))
    assert found() == [(Kind.ANCHOR_FORGED, 2, 2), (Kind.ANCHOR_FORGED, 4, 4), (Kind.REWRITTEN, 1, 4)]


def test_many_breaks_are_counted_and_the_first_are_told(app: Flask) -> None:
    sealed(checking.MOST + 20)
    forge(sa.update(EVENTS).values(summary="没这回事"))
    report = checking.verify()
    assert report.count == checking.MOST + 20 and len(report.breaks) == checking.MOST


ACTS = ["edit", "edit seal", "delete event", "delete seal", "swap", "truncate", "rehash"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_tampering_is_found_at_its_place(app: Flask, data: st.DataObject) -> None:
    empty()
    anchors.file().unlink(missing_ok=True)
    pieces = data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=4), label="events before each anchor")
    for number, piece in enumerate(pieces):
        sealed(piece, first=1 + sum(pieces[:number]))
        anchors.anchor()
    total = sum(pieces)
    seq = data.draw(st.integers(1, total), label="seal")
    act = data.draw(st.sampled_from(ACTS), label="act")
    places = _tamper(act, seq, total, data)
    assert not checking.verify().whole
    told = [(one.seq, one.upto) for one in checking.verify().breaks if one.kind is not Kind.UNSEALED]
    for place in places:
        assert any(first <= place <= last for first, last in told), (places, told)
    # Nothing far from what was done: an edit accuses nobody else.
    if act != "rehash":
        assert {n for first, last in told for n in range(first, last + 1)} == set(places)


def _tamper(act: str, seq: int, total: int, data: st.DataObject) -> list[int]:
    """Do it; returns the seals that must be named."""
    if act == "edit":
        field = data.draw(st.sampled_from(sorted(FIELDS)), label="field")
        forge(edit(seq, **{field: FIELDS[field]}))
    elif act == "edit seal":
        column = data.draw(st.sampled_from(["previous", "digest", "algorithm"]), label="column")
        forge(edit_seal(seq, **{column: data.draw(st.sampled_from(["", "sha256", "f" * 64]))}))
    elif act == "delete event":
        forge(sa.delete(EVENTS).where(EVENTS.c.id == event_of(seq)))
    elif act == "delete seal":
        both = data.draw(st.booleans(), label="event too")
        events = [sa.delete(EVENTS).where(EVENTS.c.id == event_of(seq))] if both else []
        forge(*events, sa.delete(SEALS).where(SEALS.c.seq == seq))
    elif act == "swap":
        other = data.draw(st.integers(1, total).filter(lambda n: n != seq), label="other")
        forge(*swap_seals(seq, other))
        return [seq, other]
    elif act == "truncate":
        gone = sa.select(SEALS.c.event_id).where(SEALS.c.seq >= seq)
        forge(sa.delete(EVENTS).where(EVENTS.c.id.in_(gone)), sa.delete(SEALS).where(SEALS.c.seq >= seq))
        return list(range(seq, total + 1))
    else:
        forge(edit(seq, summary="没这回事"))
        rehash(seq, data.draw(st.integers(seq, total), label="up to"))
    return [seq]
