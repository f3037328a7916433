"""The paper: right text, right shapes, one page whatever the length, frozen bytes."""

import hashlib
import io
import subprocess
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from app.certificates import printing, service
from app.certificates.models import Certificate, CertificateFile, CertificateTrouble
from app.web import pdf
from app.web.db import db
from tests import factories
from tests.certificates import factories as make
from tests.conftest import START
from tests.courses import factories as courses

CODE = "0123456789abcdefghjkmnpqrstv"


def printed(**facts: str) -> bytes:
    known = make.FACTS | {"number": "青禾党校〔2026〕第00001号"}
    return pdf.render(printing.page(Certificate(code=CODE, facts=known | facts)), printing.stylesheet())


def text(document: bytes, tmp_path: Path) -> str:
    (tmp_path / "x.pdf").write_bytes(document)
    done = subprocess.run(
        ["pdftotext", "-raw", tmp_path / "x.pdf", "-"], capture_output=True, text=True, check=True
    )
    return "".join(done.stdout.split())


def ink(document: bytes, box: tuple[float, float, float, float]) -> int:
    """Dark pixels in a box of the page, in millimetres from the top left."""
    image = Image.open(io.BytesIO(pdf.picture(document, 1188))).convert("L")  # 4 pixels a millimetre
    return sum(value < 140 for value in image.crop(tuple(round(4 * x) for x in box)).tobytes())


def test_everything_is_printed(app: Flask, tmp_path: Path) -> None:
    found = text(printed(), tmp_path)
    for part in (
        "编号：青禾党校〔2026〕第00001号", "培训合格证书", "张三同志（青禾县委办公室主任）：",
        "于2026年11月1日至2026年11月23日参加“严守政治纪律”课程学习", "计6.0学时，考核成绩92分，成绩合格。",
        "特发此证。", "（印章）", "青禾县委党校2026年11月23日", "http://127.0.0.1:8000/verify", CODE,
    ):  # fmt: skip
        assert part in found


def test_a_course_without_exam_prints_no_score(app: Flask, tmp_path: Path) -> None:
    found = text(printed(score=""), tmp_path)
    assert "计6.0学时，考核合格。" in found and "考核成绩" not in found


def test_names_have_shapes_of_their_own(app: Flask) -> None:
    """Boxes for missing glyphs would make all names alike."""
    name = (30, 62, 50, 82)
    shapes = set()
    for char in "张䶮㛃王":
        image = Image.open(io.BytesIO(pdf.picture(printed(name=char), 1188))).convert("L")
        shapes.add(image.crop(tuple(4 * x for x in name)).tobytes())
    assert len(shapes) == 4
    assert ink(printed(name="䶮"), name) > 200


@pytest.mark.parametrize(
    ("name", "post", "course", "school"),
    [
        (2, 10, 10, 8),
        (13, 37, 0, 20),
        (13, 60, 17, 30),
        (25, 100, 105, 40),
        (60, 200, 200, 60),
    ],
)
def test_nothing_overflows(app: Flask, name: int, post: int, course: int, school: int) -> None:
    document = printed(
        name="阿" * name, unit_and_post="镇" * post, course="课" * course, school="校" * school
    )
    assert len(pypdfium2.PdfDocument(document)) == 1
    gap_below_text, margin_left, margin_right = (20, 145.5, 277, 147), (14, 20, 24, 190), (273, 20, 283, 190)
    bottom = (20, 189, 277, 195)
    assert [ink(document, box) for box in (gap_below_text, margin_left, margin_right, bottom)] == [0, 0, 0, 0]


def test_the_longest_name_is_complete(app: Flask, tmp_path: Path) -> None:
    found = text(printed(name="阿卜杜热合曼·麦麦提吐尔逊"), tmp_path)
    assert "阿卜杜热合曼·麦麦提吐尔逊同志" in found


def test_the_issued_bytes_are_kept(app: Flask) -> None:
    person, course = factories.person(), courses.course("reading")
    courses.completed(course, person, START)
    service.derive(START)
    assert printing.render_pending(START) == 1
    file = db.session.scalars(sa.select(CertificateFile)).one()
    assert file.pdf.startswith(b"%PDF") and file.sha256 == hashlib.sha256(file.pdf).hexdigest()
    assert printing.render_pending(START) == 0
    assert printing.store(file.certificate_id, person.id, course.id, b"%PDF other", START) == 0
    assert db.session.scalars(sa.select(CertificateFile.sha256)).one() == file.sha256


def test_a_failed_render_is_retried_under_the_same_number(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = courses.course("reading")
    courses.completed(course, factories.person(), START)
    service.derive(START)
    number = db.session.scalars(sa.select(Certificate.number)).one()
    with monkeypatch.context() as broken:

        def fail(html: str, stylesheet: str) -> bytes:
            raise pdf.RenderError("no pango")

        broken.setattr(pdf, "render", fail)
        assert printing.render_pending(START) == 0
    message = db.session.scalars(sa.select(CertificateTrouble.message)).one()
    assert number in message and "自动重试" in message
    assert (
        printing.render_pending(START + timedelta(seconds=10)) == 0
    )  # not at once: it may take half a minute
    assert printing.render_pending(START + timedelta(minutes=2)) == 1
    assert db.session.scalars(sa.select(Certificate.number)).all() == [number]
    assert db.session.scalars(sa.select(CertificateTrouble)).all() == []


def test_one_that_cannot_be_printed_delays_no_other(app: Flask) -> None:
    course = courses.course("reading")
    for _ in range(2):
        courses.completed(course, factories.person(), START)
    service.derive(START)
    first = db.session.scalars(sa.select(Certificate).order_by(Certificate.id)).first()
    assert first is not None
    first.facts = {"name": "张三"}
    db.session.commit()
    assert printing.render_pending(START) == 1
    assert db.session.scalars(sa.select(CertificateTrouble.person_id)).all() == [first.person_id]


def test_printing_holds_no_transaction(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    courses.completed(courses.course("reading"), factories.person(), START)
    service.derive(START)
    held: list[bool] = []

    def look(html: str, stylesheet: str) -> bytes:
        held.append(db.session.registry.has() and db.session().in_transaction())
        return b"%PDF-1.7"

    monkeypatch.setattr(pdf, "render", look)
    assert printing.render_pending(START) == 1
    assert held == [False]
