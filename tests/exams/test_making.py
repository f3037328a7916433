"""Papers ordered from the worker: made as planned, or why not."""

from dataclasses import asdict
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.bank.models import Question, VersionBand
from app.domain.assembly import breaches
from app.exams import assembling, attempts, comparing, grids, making, service
from app.exams.making_models import Assembly
from app.exams.models import Exam
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build


def planned(time: Clock, **counts: int) -> Exam:
    """An exam whose papers are not made yet."""
    found = service.create_exam(
        "测试考试", build.blueprint(**counts), time.now, time.now + timedelta(hours=2), 1, "score", time.now
    )
    service.assign(found, unit=factories.unit())
    db.session.commit()
    return found


def order(exam: Exam, time: Clock, forms: int = 1, **more: object) -> Assembly:
    assert exam.blueprint
    made = making.order(exam, grids.of(exam.blueprint) | more, forms, time.now, None)
    db.session.commit()
    return made


def held(exam: Exam) -> list[set[str]]:
    """The questions of each form."""
    ones = comparing.held([form.paper_id for form in exam.forms])
    return [{one.question_id for one in ones[form.paper_id]} for form in exam.forms]


def test_the_worker_makes_the_forms_that_were_ordered(app: Flask, time: Clock) -> None:
    build.questions(build.rule_set(), single=8, judge=4)
    exam = planned(time, single=4, judge=2)
    asked = order(exam, time, forms=2)
    assert (making.run(), making.run()) == (1, 0)
    assert asked.outcome == {"overlap": 0, "at_least": 0, "late": False}
    one, other = held(exam)
    assert (len(one), len(other), one & other) == (6, 6, set())
    grid = asked.grid
    drawn = [
        grids.by_cell(
            grid, comparing.by_section(form.paper_id, comparing.held([form.paper_id])[form.paper_id])
        )
        for form in exam.forms
    ]
    assert breaches(grids.plan(grid, 2), [form for form in drawn if form]) == []
    [event] = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "paper.create"))
    assert event.actor == "命令行" and "组成 2 份试卷" in event.summary


def test_the_same_seed_makes_the_same_papers(app: Flask, time: Clock) -> None:
    build.questions(build.rule_set(), single=20)
    exam = planned(time, single=5)
    asked = order(exam, time)
    making.run()
    first = exam.paper_id
    again = order(exam, time)
    again.seed = asked.seed
    db.session.commit()
    making.run()
    assert exam.paper_id == first  # a paper that is the same is not stored twice


def test_what_was_used_of_late_rests(app: Flask, time: Clock) -> None:
    build.questions(build.rule_set(), single=4)
    before = planned(time, single=2)
    order(before, time)
    making.run()
    exam = planned(time, single=2)
    for rest in ({"rest_days": 1}, {"rest_exams": 1}):
        order(exam, time, **rest)
        making.run()
        assert held(exam)[0].isdisjoint(held(before)[0])
    before.opens_at -= timedelta(days=2)
    assert grids.rested(grids.of(exam.blueprint) | {"rest_days": 1}, exam.id, time.now) == set()
    assert grids.rested(grids.of(exam.blueprint) | {"rest_exams": 1}, exam.id, time.now) == held(before)[0]
    assert grids.rested(grids.of(exam.blueprint) | {"rest_exams": 1}, before.id, time.now) == held(exam)[0]


def test_near_duplicates_and_enemies_do_not_meet(app: Flask, time: Clock) -> None:
    rules = build.rule_set()
    twins = [build.question(rules, build.Kind.SINGLE) for _ in range(2)]
    for twin in twins:
        twin.stem = "党的各级组织和全体党员必须自觉遵守党的政治纪律和政治规矩"
        twin.options = ["甲", "乙", "丙", "丁"]
        db.session.add(VersionBand(value=7, version_id=twin.id))
    build.questions(rules, single=2)
    codes = list(db.session.scalars(sa.select(Question.code).order_by(Question.id)))
    exam = planned(time, single=2)
    asked = order(exam, time, enemies=[[codes[0], codes[2]], [codes[1], codes[2]], codes[2:]])
    making.run()
    assert "overlap" in asked.outcome
    assert held(exam)[0] in ({codes[0], codes[3]}, {codes[1], codes[3]})
    impossible = order(planned(time, single=3), time, enemies=[codes[2:]])
    making.run()
    assert impossible.outcome["lacks"] == [{"cell": 0, "count": 1, "bearing": [], "held_back": 0}]


def test_who_has_begun_keeps_the_paper(app: Flask, time: Clock) -> None:
    exam = build.exam(time.now, single=2)
    asked = order(exam, time)
    before = exam.paper_id
    person = factories.person()
    service.assign(exam, person=person)
    attempts.start(exam, person.id, time.now)
    db.session.commit()
    making.run()
    assert (asked.outcome, exam.paper_id) == ({"failed": "begun"}, before)
    with pytest.raises(making.Begun):
        making.order(exam, asked.grid, 1, time.now, None)


def test_a_second_order_takes_the_place_of_the_first(app: Flask, time: Clock) -> None:
    build.questions(build.rule_set(), single=4)
    exam = planned(time, single=2)
    first, second = order(exam, time), order(exam, time, forms=2)
    assert (first.outcome, first.done_at) == ({"failed": "replaced"}, time.now)
    assert (making.run(), making.run(), len(exam.forms)) == (1, 0, 2)
    assert making.used(exam.id) is second and making.last(exam.id) is second


def test_one_that_fails_is_not_tried_for_ever(
    app: Flask, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam = planned(time, single=2)
    asked = order(exam, time)

    def fails(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(assembling, "assemble", fails)
    assert (making.run(), making.run()) == (1, 0)
    assert asked.outcome == {"failed": "error"}
    killed = order(exam, time)
    killed.outcome = {"begun": 3}  # three times the worker ended under it
    db.session.commit()
    assert (making.run(), killed.outcome) == (1, {"failed": "error"})


def test_advice_is_kept_as_it_was_given(app: Flask, time: Clock) -> None:
    build.questions(build.rule_set(), single=1, judge=5)
    asked = order(planned(time, single=3, judge=2), time)
    making.run()
    advice = assembling.advice_of(asked.outcome)
    assert advice.nearest and [cell.count for cell in advice.nearest.cells] == [1, 4]
    assert grids.plan(grids.eased(asked.grid, advice.nearest)) == advice.nearest
    assert asdict(advice)["lacks"] == ({"cell": 0, "count": 2, "bearing": (), "held_back": 0},)
