"""Files that people upload, and that the worker reads and saves: one table each, which is also the queue.

A file waits, is read in the background, looked at and mended by its owner, saved a stretch at a time. What
stops it is told in words and costs nobody what was mended before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from app.web import clock, uow
from app.web.db import Base, db, hold
from app.web.errors import Problem

PATIENCE = 100  # tries while the database is busy or goes away: what it will never take looks the same
TRIES = 3  # for a file whose reading never comes to its end, and a stretch that the database refuses
KEPT = timedelta(days=7)  # what nobody goes on with is forgotten after this
MAX_OPEN = 5  # of one person; each holds up to 20,000 items
log = structlog.get_logger()


class State(StrEnum):
    WAITING = "waiting"  # to be read, and its items to be checked
    READY = "ready"
    SAVING = "saving"
    DONE = "done"
    FAILED = "failed"  # stopped; its items are kept
    REFUSED = "refused"  # no such file can be read


OPEN = (State.WAITING, State.READY, State.SAVING)
STATES = {
    State.WAITING: _l("正在读取"),
    State.READY: _l("待确认"),
    State.SAVING: _l("正在保存"),
    State.DONE: _l("已完成"),
    State.FAILED: _l("中途停下"),
    State.REFUSED: _l("未能读取"),
}


class Upload(Base):
    """`revision` counts what people changed, so that the worker notices."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    file_name: Mapped[str]
    source: Mapped[bytes | None] = mapped_column(deferred=True)  # the file, until it has been read
    state: Mapped[str] = mapped_column(index=True)  # State
    revision: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(default="")  # why it stopped
    finished_at: Mapped[datetime | None]

    @property
    def told(self) -> dict[str, Any]:
        """What else is known of it: what was left out, what was saved, how often it was begun."""
        raise NotImplementedError

    def tell(self, **facts: Any) -> None:
        raise NotImplementedError


class Overtaken(Exception):
    """Somebody changed or gave up the upload meanwhile: it is done anew, or not at all."""


class Ended(Exception):
    """Its owner may not do this any more; the message says so. Nothing of it is kept."""


class Conflict(Exception):
    """Somebody else wrote the same in the same moment: the next time finds that."""


class TooMany(Problem):
    """Uploads of one person that are neither saved nor given up."""

    def __init__(self) -> None:
        text = _("您有 %(n)s 次导入还没有处理完。请先保存或放弃其中的，再继续。", n=MAX_OPEN)
        super().__init__(409, "conflict", text)


class NotNow(Problem):
    """The upload has come further than this act, or not yet so far."""

    def __init__(self) -> None:
        text = _("这次导入的进度已有变化。请返回上一页刷新，按现在的情况继续。")
        super().__init__(409, "conflict", text)


def hold_in(found: Upload, *states: State) -> None:
    """For an act of its owner. Raises NotNow."""
    hold(found)
    if found.state not in states:
        raise NotNow
    found.tell(touched=clock.now().isoformat())


def ready(found: Upload, **facts: Any) -> None:
    """It has been read: its owner looks at it next."""
    found.state, found.source = State.READY, None
    found.tell(begun=0, refused=0, **facts)


def resume(found: Upload) -> None:
    """What stopped goes on: the worker takes it up, and its owner looks at it again. Raises NotNow."""
    hold_in(found, State.FAILED)
    found.state, found.message, found.finished_at, found.done = State.WAITING, "", None, 0
    found.revision += 1
    found.tell(begun=0, refused=0, kept=False)


@dataclass(frozen=True)
class Queue:
    """The uploads of one kind. `read` and `save` do one, or a stretch of it, and say how much they did.

    `refusals`: what they raise where a file cannot be taken.
    """

    table: type[Upload]
    items: Any  # the table of what is in them, by import_id
    read: Callable[[int], int]
    save: Callable[[int], int]
    refusals: tuple[type[Exception], ...]

    def read_waiting(self) -> int:
        """The first that waits and can be read now; one a call, since that may take minutes."""
        waiting = self._in_state(State.WAITING)
        return next(filter(None, (self._attempt(number, self._begin) for number in waiting)), 0)

    def save_stretch(self) -> int:
        """A stretch of each that is being saved."""
        return sum(self._attempt(number, self.save) for number in self._in_state(State.SAVING))

    def _in_state(self, state: State) -> Sequence[int]:
        rows = sa.select(self.table.id).where(self.table.state == state).order_by(self.table.id)
        return db.session.scalars(rows).all()

    def _begin(self, number: int) -> int:
        """Counted, so that a file whose reading ends the worker is not begun for ever."""
        found = self.held(number, State.WAITING)
        begun = found.told.get("begun", 0)
        if begun >= TRIES:
            self._stop(
                number, _("这个文件读了几次都没有读完。请分成几个文件，或另存后重新上传。"), State.REFUSED
            )
            return 1
        found.tell(begun=begun + 1)
        uow.commit_item()
        return self.read(number)

    def _attempt(self, number: int, act: Callable[[int], int]) -> int:
        """0: it is still due."""
        try:
            return act(number)
        except Overtaken:
            uow.abandon_item()
            self._tell(number, begun=0)
            return 0
        except OperationalError:
            return self._again(number, PATIENCE)
        except (IntegrityError, Conflict):
            log.warning("upload_refused", table=self.table.__tablename__, number=number, exc_info=True)
            return self._again(number)
        except self.refusals as error:
            self._stop(number, str(error), State.REFUSED)
        except Ended as error:
            self._stop(number, str(error), State.FAILED)
        except Exception:
            log.exception("upload_failed", table=self.table.__tablename__, number=number)
            text = _("系统出了点问题，已经记录下来。已保存的不受影响，其余的还在，可以接着处理。")
            self._stop(number, text, State.FAILED, keep=True)
        return 1

    def _tell(self, number: int, **facts: Any) -> None:
        found = self._locked(number)
        if found is not None:
            found.tell(**facts)
        uow.commit_item()

    def _again(self, number: int, tries: int = TRIES) -> int:
        """The next time finds what the database knows now. Not for ever."""
        uow.abandon_item()
        found = self._locked(number)
        refused = found.told.get("refused", 0) + 1 if found else tries
        if refused < tries:
            self._tell(number, refused=refused, begun=0)
            return 0
        text = _("有的内容与系统里的冲突，这一批没有保存。已保存的不受影响，其余的还在，可以接着处理。")
        self._stop(number, text, State.FAILED, keep=True)
        return 0

    def _stop(self, number: int, message: str, state: State, keep: bool = False) -> None:
        uow.abandon_item()
        found = self._locked(number)
        if found is not None:
            found.state, found.message, found.finished_at = state, message, clock.now()
            found.tell(kept=keep)
            if not keep:
                found.source = None
                db.session.execute(sa.delete(self.items).where(self.items.import_id == number))
        uow.commit_item()

    def _locked(self, number: int) -> Upload | None:
        """Nobody else changes it until the end of the transaction."""
        return db.session.get(self.table, number, with_for_update=True, populate_existing=True)

    def held(self, number: int, state: State) -> Any:
        """The upload, held, while it is in this state. Raises Overtaken."""
        found = self._locked(number)
        if found is None or found.state != state:
            raise Overtaken
        return found

    def forget(self) -> int:
        """What nobody goes on with, and what was left out of what is done, goes after some days."""
        before = clock.now() - KEPT
        left = sa.exists().where(self.items.import_id == self.table.id)
        rows = sa.select(self.table).where(
            self.table.created_at < before,
            self.table.state != State.SAVING,
            sa.or_(self.table.state != State.DONE, left),
        )
        gone = 0
        for found in db.session.scalars(rows.with_for_update(skip_locked=True)).all():
            if found.told.get("touched", "") < before.isoformat():
                gone += self._forget(found)
        uow.commit_item()
        return gone

    def _forget(self, found: Upload) -> bool:
        """Whether there were items."""
        gone = db.session.scalars(
            sa.delete(self.items).where(self.items.import_id == found.id).returning(self.items.import_id)
        ).all()
        if found.state != State.DONE:
            db.session.delete(found)
        return bool(gone)
