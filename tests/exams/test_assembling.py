"""Through the process of its own."""

from dataclasses import asdict, replace

import pytest
from flask import Flask

from app.domain.assembly import Advice, AtLeast, Cell, Lack, Papers, Plan, Wanted
from app.domain.papers import Candidate
from app.domain.questions import Kind
from app.exams.assembling import assemble, plan_of
from app.exams.lacking import changes, reasons

HARD = Wanted(Kind.MULTIPLE, ("党的纪律/政治纪律",), "hard", ("qi-ge-you-zhi",))
PLAN = Plan(
    (Cell(0, HARD, 5, 10), Cell(0, Wanted(Kind.MULTIPLE), 5, 10)),
    (AtLeast(Wanted(clauses=("qi-ge-you-zhi/1",)), 2),),
    forms=2,
    total=100,
)


def pool(hard: int, easy: int) -> list[Candidate]:
    levels = ["hard"] * hard + ["easy"] * easy
    return [
        Candidate(
            n, f"q{n:02}", Kind.MULTIPLE, "党的纪律/政治纪律", ("qi-ge-you-zhi",), level,
            ("qi-ge-you-zhi/1",) if n % 3 == 0 else (), 0.35 if n == 4 else None,
        )
        for n, level in enumerate(levels)
    ]  # fmt: skip


def names(code: str) -> str:
    return {"qi-ge-you-zhi": "七个有之", "qi-ge-you-zhi/1": "七个有之第一条"}[code]


def test_papers_come_back_as_planned_and_the_same_each_time() -> None:
    given = pool(12, 20)
    found = assemble(PLAN, given, seed=3, enemies=[{"q00", "q01"}], held_back={"q02"})
    assert isinstance(found, Papers)  # `assemble` lets nothing through that breaks a rule
    assert len(found.forms) == 2
    assert (found.gap, found.late) == (0, False)
    assert assemble(PLAN, given[::-1], seed=3, enemies=[{"q01", "q00"}], held_back={"q02"}) == found


def test_why_there_are_none_is_said_in_words(app: Flask) -> None:
    found = assemble(PLAN, pool(4, 20), seed=3, held_back={"q00", "q01"})
    assert isinstance(found, Advice)
    assert found.nearest
    with app.test_request_context():
        assert reasons(PLAN, found, names) == [
            "缺 3 道困难多选题（政治纪律；七个有之）；另有 2 道近期用过，未计入。"
        ]
        assert changes(PLAN, found.nearest, names) == [
            "困难多选题（政治纪律；七个有之）：5 道改为 2 道",
            "多选题：5 道改为 8 道",
        ]


def test_conditions_are_said_in_words(app: Flask) -> None:
    lack = Advice((Lack(1, 2, ((0, 1),)),), ((0, 1),), None)
    eased = replace(PLAN, at_least=(AtLeast(PLAN.at_least[0].wanted, 1),))
    with app.test_request_context():
        assert reasons(PLAN, lack, names) == [
            "缺 2 道多选题，其中 1 道须同时符合“试题（七个有之第一条）”。",
            "整卷要求至少 2 道试题（七个有之第一条），比各格所能容纳的多 1 道。",
        ]
        assert changes(PLAN, eased, names) == ["整卷至少 2 道试题（七个有之第一条）：改为至少 1 道"]


def test_a_plan_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="total"):
        assemble(replace(PLAN, total=990), pool(9, 9), seed=1)


def test_a_plan_survives_being_stored() -> None:
    assert plan_of(asdict(PLAN)) == PLAN
