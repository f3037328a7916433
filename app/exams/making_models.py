"""Papers in the making: ordered from the worker, or put together by hand."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.web.db import NUMBERS_ONCE, Base


class Assembly(Base):
    """组卷: that papers are to be made for an exam, and what came of it. Not `done_at`: still to do.

    `grid`: the blueprint's rules as they were, or as they were eased (exams/grids.py). `outcome`: {overlap,
    at_least, late} of papers that were made; {lacks, too_many, nearest} where the bank cannot fill the grid;
    {failed} with the reason, {sections} whose minimum the papers made could not meet.
    """

    __tablename__ = "assembly"
    __table_args__ = NUMBERS_ONCE

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"), index=True)
    grid: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    forms: Mapped[int]
    seed: Mapped[int]
    ordered_at: Mapped[datetime]
    ordered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # None: made by a command
    done_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


class PaperDraft(Base):
    """A form that is being put together by hand. `sections`: [{title, kind, points, preset, versions}]."""

    __tablename__ = "paper_draft"

    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sections: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
