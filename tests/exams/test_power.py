"""SQLite keeps every acknowledged answer when the power goes, whatever the disk made of the rest."""

import json
import shutil
import sqlite3
from pathlib import Path
from random import Random

import pytest

from tests.exams.crash import Seat
from tests.exams.power import cut, record
from tests.exams.test_crash import seats, sqlite_url
from tests.soak import times

SAVES, CUTS = times(60, 600), times(120, 2000)
pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace records writes and syncs")


def lost(folder: Path, synchronous: str) -> list[str]:
    """What is missing after cuts at moments of all kinds."""
    (seat,) = seats(sqlite_url(folder), folder, 1)
    names = [str(folder / f"crash.db{end}") for end in ("", "-wal", "-journal")]
    base = {name: Path(name).read_bytes() for name in names if Path(name).exists()}
    events = record(
        "tests.exams.power_child", sqlite_url(folder), str(folder), _told(seat), str(SAVES), synchronous,
        trace=folder / "trace", told=folder / "told.log",
    )  # fmt: skip
    events = [event for event in events if event.name in names or event.call == "told"]
    assert sum(event.call == "told" for event in events) == SAVES
    assert any(one.call == "write" and one.name == names[0] for one in events), "nothing was checkpointed"
    dice, found = Random(20261123), []
    for _ in range(CUTS):
        upto = dice.randint(0, len(events))
        files = cut(base, events, upto, dice)
        told = [event.data.decode().split() for event in events[:upto] if event.call == "told"]
        kept = _journal(folder / "after", {name: files[name] for name in names if name in files})
        found += [f"cut {upto}: lost {one}" for one in told if tuple(one) not in kept]
    return found


def _told(seat: Seat) -> str:
    return json.dumps([seat.attempt, seat.epoch, seat.slots, seat.session])


def _journal(folder: Path, files: dict[str, bytes]) -> set[tuple[str, ...]]:
    """What SQLite finds when it comes up again."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in files.items():
        (folder / Path(name).name).write_bytes(data)
    with sqlite3.connect(folder / "crash.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT slot, seq, value FROM response").fetchall()
    connection.close()
    return {(str(slot), str(seq), json.loads(value)) for slot, seq, value in rows}


def test_what_was_acknowledged_is_there_after_a_power_cut(tmp_path: Path) -> None:
    assert lost(tmp_path, "FULL") == []


def test_the_check_catches_commits_that_are_not_synced(tmp_path: Path) -> None:
    """The mutant: with NORMAL the last commits are only with the kernel."""
    assert lost(tmp_path, "NORMAL") != []
