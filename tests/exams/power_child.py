"""Saves one answer after another and tells of each that is durable: what strace watches for power cuts."""

import json
import os
import sys
from pathlib import Path

from app import create_app
from app.exams import saving
from app.web import clock
from app.web.db import db
from tests.conftest import settings


def main(url: str, folder: str, seat: str, many: str, synchronous: str) -> None:
    attempt, epoch, slots, session = json.loads(seat)
    told = os.open(Path(folder) / "told.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with create_app(settings(url, Path(folder))).app_context():
        raw = db.engine.raw_connection()
        raw.driver_connection.execute(f"PRAGMA synchronous={synchronous}")  # type: ignore[union-attr]
        raw.driver_connection.execute("PRAGMA wal_autocheckpoint=40")  # type: ignore[union-attr]
        raw.close()  # the pool hands out the same again
        for seq in range(1, int(many) + 1):
            slot, value = seq % slots + 1, "abcd"[seq % 4]
            body = {"epoch": epoch, "responses": [{"slot": slot, "seq": seq, "value": value}]}
            acked = saving.save(attempt, session, *saving.parse(body), clock.now())
            assert acked is not None
            os.write(told, f"{slot} {seq} {value}\n".encode())
        os._exit(0)  # the end is no orderly one


if __name__ == "__main__":
    main(*sys.argv[1:])
