"""What granian serves for the crash checker. The others are the mutants that it must catch."""

import os
import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from app.exams import saving
from app.exams.saving import Acked
from tests.conftest import settings


def create() -> Flask:
    return create_app(settings(os.environ["CRASH_DATABASE"], Path(os.environ["CRASH_FOLDER"])))


def create_unsafe() -> Flask:
    """Acknowledges first and saves a moment later: what a cache or a queue in memory would do."""
    app = create()
    save = saving.save

    def early(attempt_id: int, session_id: str, epoch: int, items: Any, now: Any) -> Acked:
        def later() -> None:
            time.sleep(0.2)
            with app.app_context():
                save(attempt_id, session_id, epoch, items, now)

        threading.Thread(target=later, daemon=True).start()
        return Acked({i.slot: i.seq for i in items}, saving.NO_DEADLINE)

    saving.save = early
    return app


def create_deaf() -> Flask:
    """Acknowledges whatever the database said."""
    app = create()
    save = saving.save

    def deaf(attempt_id: int, session_id: str, epoch: int, items: Any, now: Any) -> Acked | None:
        try:
            return save(attempt_id, session_id, epoch, items, now)
        except Exception:
            return Acked({i.slot: i.seq for i in items}, saving.NO_DEADLINE)

    saving.save = deaf
    return app
