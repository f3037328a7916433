"""Run everything on both engines and print `<engine>.<what>.<measure>: <value>`."""

import json
import os
import tempfile
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.exams.models import Exam
from app.people.models import Unit
from app.web.db import db
from bench import audit, bank, certificates, closing, floor, importing, papers, regrade, room, roster, school
from bench.measure import Call, counted, expect, interleaved, request
from tests.conftest import settings
from tests.postgres import cluster

Figures = dict[str, float]


def bench_save(app: Flask, url: str, exam_id: int, unit_id: int) -> Figures:
    """CPU per acknowledged save, as a multiple of the floor, and the statements it takes."""
    exam = db.session.get_one(Exam, exam_id)
    mine, theirs = (school.seat(app, unit_id) for _ in range(2))
    for seat in (mine, theirs):
        school.sit(seat, exam)
    bare = floor.create(url, app.config["SECRET_KEY"])
    seqs = count(1)

    def save(server: Flask, seat: school.Seat) -> None:
        seq = next(seqs)
        body = {"epoch": seat.epoch, "responses": [{"slot": seq % 50 + 1, "seq": seq, "value": "b"}]}
        path = f"/attempts/{seat.attempt}/responses"
        expect(200, request(server, "POST", path, seat.cookie, body, x_csrftoken=seat.csrf))

    save(app, mine)
    statements = counted(lambda: save(app, mine))
    cpu = interleaved({"save": lambda: save(app, mine), "floor": lambda: save(bare, theirs)}, 40, 40)
    return {
        "save.cpu_ms": cpu["save"],
        "save.floor_cpu_ms": cpu["floor"],
        "save.ratio": cpu["save"] / cpu["floor"],
        "save.statements": statements,
    }


def bench_attempt(app: Flask, exam_id: int, unit_id: int) -> Figures:
    """Start, take over, hand in with scoring, and the exam page of a hundred questions: as it opens first,
    and with a hundred answers."""
    exam = db.session.get_one(Exam, exam_id)
    many = 60
    fresh = iter([school.seat(app, unit_id) for _ in range(many)])
    full = [school.seat(app, unit_id) for _ in range(many)]
    for seat in full:
        school.sit(seat, exam, answered=True)
    ending, reading, opening = iter(full), full[0], school.seat(app, unit_id)
    school.sit(opening, exam)

    def post(seat: school.Seat, path: str, status: int, body: object = None) -> None:
        expect(status, request(app, "POST", path, seat.cookie, body, x_csrftoken=seat.csrf))

    def start() -> None:
        post(next(fresh), f"/exams/{exam_id}/attempts", 201)

    def take_over() -> None:
        post(opening, f"/attempts/{opening.attempt}/takeover", 200, {})

    def submit() -> None:
        seat = next(ending)
        post(seat, f"/attempts/{seat.attempt}/submit", 200, {"epoch": seat.epoch, "responses": []})

    def page(seat: school.Seat) -> bytes:
        answer = request(app, "GET", f"/sit/{seat.attempt}", seat.cookie, accept_encoding="br")
        return expect(200, answer)[1]

    content = page(reading)
    pages: dict[str, Call] = {
        "page": lambda: page(reading),
        "opening": lambda: page(opening),
        "takeover": take_over,
    }
    cpu = interleaved(pages, 10, 10) | interleaved({"start": start, "submit": submit}, 5, 8)
    sent = {"start": counted(start), "submit": counted(submit), "takeover": counted(take_over)}
    return {
        **{f"{what}.cpu_ms": spent for what, spent in cpu.items()},
        **{f"{what}.statements": many for what, many in sent.items()},
        "page.kilobytes": len(content) / 1024,
    }


def bench_engine(url: str, folder: Path) -> Figures:
    app = create_app(settings(url, folder, WTF_CSRF_ENABLED=True, TESTING=False))
    with app.app_context():
        upgrade()
        exam = school.exam()
        exam_id, unit_id = exam.id, db.session.scalars(sa.select(Unit.id)).first()
        figures = bench_save(app, url, exam_id, unit_id or 0) | bench_attempt(app, exam_id, unit_id or 0)
        figures |= room.bench(app, exam_id)
        figures |= audit.bench() | roster.bench() | importing.bench() | bank.bench(app)
        figures |= regrade.bench() | closing.bench()
        db.session.remove()
        db.engine.dispose()
    return figures


def main() -> None:
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder, cluster() as server:
        for name, url in (("sqlite", f"sqlite:///{folder}/bench.db"), ("postgresql", server.url)):
            print(f"# {name} …", flush=True)
            for what, value in bench_engine(url, Path(folder)).items():
                figures[f"{name}.{what}"] = round(value, 3)
                print(f"{name}.{what}: {value:.3f}", flush=True)
    for what, value in (certificates.bench() | papers.bench()).items():
        figures[f"any.{what}"] = round(value, 3)
        print(f"any.{what}: {value:.3f}", flush=True)
    if target := os.environ.get("BENCH_JSON"):
        Path(target).write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
