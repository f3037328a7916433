"""Pictures are kept as long as anything shows them, and some time longer."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from app.bank import pictures, service
from app.bank.importing import work
from app.bank.models import ImportItem, Picture, QuestionVersion
from app.domain.questions import Kind, Question
from app.web import clock
from app.web.db import db
from app.web.errors import Problem
from tests import factories
from tests.bank.importing.papers import begin, docx, para, picture

LONG_AGO = clock.now() - pictures.UNUSED - timedelta(days=1)


def png(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 4), colour).save(out, "PNG")
    return out.getvalue()


def old(colour: str) -> str:
    name = pictures.keep(png(colour), LONG_AGO)
    db.session.commit()
    return name


def kept() -> set[str]:
    return set(db.session.scalars(sa.select(Picture.sha256)))


def showing(*names: str) -> Question:
    return Question(Kind.JUDGE, "对吗？", (), True, "", (), "知识点", "easy", pictures=names)


def test_what_nothing_shows_goes_after_some_time(app: Flask) -> None:
    unused, young = old("red"), pictures.keep(png("blue"), clock.now())
    assert (pictures.forget(), kept()) == (1, {young})
    assert unused not in kept()


def test_what_any_version_shows_stays(app: Flask) -> None:
    first, second, gone = old("red"), old("blue"), old("green")
    by = factories.person().id
    question = service.create_question(showing(first), LONG_AGO, by)
    service.edit_question(question.id, showing(second), 1, LONG_AGO, by)
    service.edit_question(question.id, showing(), 2, LONG_AGO, by)
    db.session.commit()
    assert (pictures.forget(), kept()) == (1, {first, second})
    assert gone not in kept()


def test_what_waits_to_be_imported_stays(app: Flask) -> None:
    paper = docx(para("1、甲（A）", runs=picture("r1")), para("A.一 B.二"), media={"r1": png("red")})
    begin(factories.person().id, paper, "试卷.docx")
    work.QUEUE.read_waiting()
    db.session.execute(sa.update(Picture).values(created_at=LONG_AGO))
    db.session.commit()
    assert pictures.forget() == 0
    db.session.execute(sa.delete(ImportItem))
    db.session.commit()
    assert (pictures.forget(), kept()) == (1, set())


def test_what_is_sent_or_used_again_is_young_again(app: Flask) -> None:
    sent, used = old("red"), old("blue")
    assert pictures.keep(png("red"), clock.now()) == sent
    service.create_question(showing(used), clock.now(), factories.person().id)
    db.session.commit()
    db.session.execute(sa.update(QuestionVersion).values(pictures=[]))  # as long as it is not committed, say
    assert (pictures.forget(), kept()) == (0, {sent, used})


def test_one_that_went_meanwhile_is_asked_for_again(app: Flask) -> None:
    name = old("red")
    assert pictures.forget() == 1
    with pytest.raises(Problem, match="请重新上传"):
        service.create_question(showing(name), clock.now(), factories.person().id)
