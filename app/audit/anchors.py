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
EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Anchor:
    """The `seq`-th seal had this digest; `genuine`: the key says so."""

    seq: int
    digest: str
    genuine: bool


def file() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "audit-anchors.log"


def _mac(seq: int, at: datetime, algorithm: str, digest: str) -> str:
    text = f"{algorithm} {seq} {to_micros(at)} {digest}"
    return hmac.new(sealing.key("audit anchor"), text.encode(), hashlib.sha256).hexdigest()


def anchor_when_due() -> int:
    """An anchor when the chain has grown and the last one is five minutes old."""
    last = db.session.scalar(sa.select(AuditAnchor).order_by(AuditAnchor.seq.desc()).limit(1))
    return 0 if last is not None and clock.now() - last.at < EVERY else int(anchor())


def anchor() -> bool:
    """An anchor now; False: the chain has not grown since the last one."""
    last = db.session.scalar(sa.select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1))
    anchored = db.session.scalar(sa.select(sa.func.max(AuditAnchor.seq))) or 0
    if last is None or last.seq <= anchored:
        return False
    at = clock.now()
    mac = _mac(last.seq, at, ALGORITHM, last.digest)
    made = AuditAnchor(seq=last.seq, at=at, algorithm=ALGORITHM, digest=last.digest, mac=mac)
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
    rows = sa.select(AuditAnchor).where(AuditAnchor.seq > after, AuditAnchor.seq <= upto)
    for row in db.session.scalars(rows.order_by(AuditAnchor.seq)):
        yield _judged(row.seq, row.at, row.algorithm, row.digest, row.mac)


def in_file(lines: Iterable[str], after: int, upto: int) -> Iterator[Anchor]:
    """The same from a copy of the file. What is no anchor is passed over: it proves nothing."""
    for line in lines:
        words = line.split()
        if len(words) == 5 and words[1].isdigit() and after < int(words[1]) <= upto:
            try:
                at = datetime.fromisoformat(words[0]).astimezone(UTC)
            except ValueError:
                continue
            yield _judged(int(words[1]), at, words[2], words[3], words[4])


def _judged(seq: int, at: datetime, algorithm: str, digest: str, mac: str) -> Anchor:
    expected = _mac(seq, at, algorithm, digest)
    genuine = algorithm == ALGORITHM and hmac.compare_digest(mac.encode(), expected.encode())
    return Anchor(seq, digest, genuine)


def lines() -> list[str]:
    """Of the file here; none where there is no file."""
    return file().read_text(encoding="utf-8", errors="replace").splitlines() if file().exists() else []
