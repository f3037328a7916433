"""Anchors: how the chain ended at a moment, under a key that the database does not hold.

Whoever can write to the database can hash the chain anew, but cannot anchor it. Each anchor is a row, and
the same line in DATA_DIR/audit-anchors.log, which the operator copies to another machine.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditAnchor, AuditSeal
from app.web import clock, sealing, uow
from app.web.db import db, to_micros

ALGORITHM = "hmac-sha256"
ANEW = "hmac-sha256-anew"  # the key of the anchors before it is lost; this one vouches for their seals, too
EVERY = timedelta(minutes=5)
_COLUMNS = (AuditAnchor.seq, sa.type_coerce(AuditAnchor.at, sa.BigInteger), AuditAnchor.algorithm,
            AuditAnchor.digest, AuditAnchor.mac)  # fmt: skip


@dataclass(frozen=True)
class Anchor:
    """The `seq`-th seal had this digest; `genuine`: the key says so."""

    seq: int
    digest: str
    genuine: bool


def file() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "audit-anchors.log"


def _mac(seq: int, at: int, algorithm: str, digest: str) -> str:
    """`at` in microseconds."""
    text = _bytes(f"{algorithm} {seq} {at} {digest}")
    return hmac.new(sealing.key("audit anchor"), text, hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def anchor_when_due() -> int:
    """An anchor when the chain has grown and the last one is five minutes old."""
    last = db.session.scalar(sa.select(AuditAnchor).order_by(AuditAnchor.seq.desc()).limit(1))
    return 0 if last is not None and clock.now() - last.at < EVERY else int(anchor())


def anchor(algorithm: str = ALGORITHM) -> bool:
    """An anchor now; False: the chain has not grown since the last one."""
    last = db.session.scalar(sa.select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1))
    anchored = db.session.scalar(sa.select(sa.func.max(AuditAnchor.seq))) or 0
    if last is None or last.seq <= anchored:
        return False
    at = clock.now()
    mac = _mac(last.seq, to_micros(at), algorithm, last.digest)
    made = AuditAnchor(seq=last.seq, at=at, algorithm=algorithm, digest=last.digest, mac=mac)
    line = _line(made)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:  # another anchored the same seal in this instant
        return False
    # The row first: a line without its row then means that the row was taken away.
    uow.commit_item()
    _append(line)
    return True


def _line(made: AuditAnchor) -> str:
    return f"{made.at.isoformat()} {made.seq} {made.algorithm} {made.digest} {made.mac}\n"


def _append(line: str) -> None:
    """Durably, at the end of the file."""
    fresh = not file().exists()
    handle = os.open(file(), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    if fresh:
        folder = os.open(file().parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def in_table(after: int, upto: int) -> Iterator[Anchor]:
    """Anchors of the seals after `after`, up to `upto`, by number."""
    rows = sa.select(*_COLUMNS).where(AuditAnchor.seq > after, AuditAnchor.seq <= upto)
    for row in db.session.execute(rows.order_by(AuditAnchor.seq)):
        yield _judged(*row)


def begun_anew() -> int:
    """The seal of the last anchor that stands for those before it; 0: there is none."""
    rows = sa.select(*_COLUMNS).where(AuditAnchor.algorithm == ANEW)
    found = [_judged(*row) for row in db.session.execute(rows)]
    return max((one.seq for one in found if one.genuine), default=0)


def in_file(lines: Iterable[str], after: int, upto: int) -> Iterator[Anchor]:
    """The same from a copy of the file. What is no anchor is passed over: it proves nothing."""
    for line in lines:
        words = line.split()
        try:
            if len(words) != 5 or not after < (seq := int(words[1])) <= upto:
                continue
            at = to_micros(datetime.fromisoformat(words[0]).astimezone(UTC))
        except (ValueError, OverflowError):
            continue
        yield _judged(seq, at, *words[2:])


def _judged(seq: int, at: int, algorithm: str, digest: str, mac: str) -> Anchor:
    """Whatever the values are: a row may hold other things than it was made for."""
    expected = _mac(seq, at, algorithm, digest)
    genuine = algorithm in (ALGORITHM, ANEW) and hmac.compare_digest(_bytes(str(mac)), _bytes(expected))
    return Anchor(seq, digest, genuine)


def lines() -> list[str]:
    """Of the file here; none where there is no file."""
    return file().read_text(encoding="utf-8", errors="replace").splitlines() if file().exists() else []
