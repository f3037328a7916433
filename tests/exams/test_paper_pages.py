"""The papers of an exam in the back office: waiting for them, side by side, another question, by hand."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.bank.models import Question, QuestionVersion
from app.domain.access import Role
from app.exams import attempts, comparing, grids, making, papers, service, swapping
from app.exams.making_models import PaperDraft
from app.exams.models import Exam, ExamForm
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams import build


@pytest.fixture
def admin(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    county = factories.unit("青禾县")
    person = factories.person("管理员", county)
    factories.grant(person, Role.ADMIN, county)
    return sign_in(person)


def acts() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))


def made(time: Clock, forms: int = 1, spare: int = 4, **counts: int) -> Exam:
    """An exam with so many forms; of each kind there are some questions to spare."""
    papers.forget()
    build.questions(build.rule_set(), **{kind: many * forms + spare for kind, many in counts.items()})
    exam = service.create_exam(
        "测试考试", build.blueprint(**counts), time.now, time.now + timedelta(hours=2), 1, "score", time.now
    )
    assert exam.blueprint
    making.order(exam, grids.of(exam.blueprint), forms, time.now, None)
    db.session.commit()
    making.run()
    return exam


def begin(exam: Exam, time: Clock) -> None:
    person = factories.person()
    service.assign(exam, person=person)
    attempts.start(exam, person.id, time.now)
    db.session.commit()


def codes(exam: Exam, number: int = 1) -> list[str]:
    paper = exam.forms[number - 1].paper_id
    return [one.question_id for one in comparing.held([paper])[paper]]


def test_a_page_that_waits_shows_the_forms_once_they_are_made(admin: FlaskClient, time: Clock) -> None:
    exam = made(time, single=2)
    url = f"/manage/exams/{exam.id}"
    page = admin.post(f"{url}/redraw", data={"forms": "3"}, follow_redirects=True).text
    assert "正在组卷" in page and admin.get(f"{url}/making").json["state"] == "waiting"
    making.run()
    assert admin.get(f"{url}/making").json["state"] == "done"
    page = admin.get(f"{url}/paper?form=3").text
    assert "3 份平行试卷" in page and "各卷没有相同的题。" in page
    stems = [slot["stem"] for slot in papers.document(exam.forms[2].paper_id)["slots"]]
    assert all(stem in page for stem in stems)
    assert admin.get(f"{url}/paper?form=4").status_code == 404
    assert acts() == ["paper.create", "exam.redraw", "paper.create"]


def test_nothing_is_made_anew_once_somebody_has_begun(admin: FlaskClient, time: Clock) -> None:
    exam = made(time, single=2)
    before = exam.paper_id
    begin(exam, time)
    url, seen = f"/manage/exams/{exam.id}", {"seen": str(before)}
    for path, data in (
        ("redraw", {"forms": "2"}), ("forms/1/slots/1", seen), ("forms/1/pick", {"act": "use"}),
        ("forms/1/pick", {"act": "remove"}),
    ):  # fmt: skip
        assert "试卷不能再换" in admin.post(f"{url}/{path}", data=data, follow_redirects=True).text
    assert (exam.paper_id, acts()) == (before, ["paper.create"])
    page = admin.get(f"{url}/paper").text
    assert "换一题" not in page and "重新抽题" not in page


def test_what_is_lacking_is_said_and_the_nearest_plan_taken(admin: FlaskClient, time: Clock) -> None:
    build.questions(build.rule_set(), judge=5)
    exam = made(time, spare=-1, single=2)
    exam.blueprint.sections = [
        section | {"cells": [build.cell(2, difficulty="easy")]} for section in exam.blueprint.sections
    ] + [{"title": "判断", "kind": "judge", "points": 20, "preset": "exact", "cells": [build.cell(2)]}]
    exam.blueprint.total = 80
    db.session.commit()
    url = f"/manage/exams/{exam.id}"
    admin.post(f"{url}/redraw", data={"forms": "2"})
    making.run()
    page = admin.get(f"{url}/paper").text
    assert 'name="forms" type="number" value="2"' in page  # what was asked for is not forgotten
    admin.post(f"{url}/redraw", data={"forms": "1"})
    making.run()
    page = admin.get(f"{url}/paper").text
    assert "缺 1 道容易单选题。" in page
    assert "容易单选题：2 道改为 1 道" in page and "判断题：2 道改为 3 道" in page
    assert exam.forms == [] and admin.post(f"{url}/nearest").status_code == 302
    making.run()
    assert len(codes(exam)) == 4
    assert admin.post(f"{url}/nearest").status_code == 404
    assert [cell["count"] for cell in exam.blueprint.sections[0]["cells"]] == [2]  # the blueprint stays


def test_a_question_is_swapped_for_one_that_fits(admin: FlaskClient, time: Clock) -> None:
    exam = made(time, forms=2, single=2, judge=1)
    before, other, paper = codes(exam), codes(exam, 2), exam.forms[0].paper_id
    url = f"/manage/exams/{exam.id}/forms/1/slots/2"
    page = admin.get(url).text
    assert page.count('name="version"') == 6 and page.count("B卷也有") == 2
    coming = db.session.scalars(
        sa.select(QuestionVersion.id)
        .join(Question, Question.current_version_id == QuestionVersion.id)
        .where(QuestionVersion.kind == "single", Question.code.not_in([*before, *other]))
    ).first()
    answer = admin.post(url, data={"version": coming, "seen": paper})
    assert answer.location == f"/manage/exams/{exam.id}/paper?form=1#question-2"
    after = codes(exam)
    assert (after[0], after[2], codes(exam, 2)) == (before[0], before[2], other)
    assert after[1] not in before
    assert acts()[-1] == "paper.update"
    page = admin.post(url, data={"version": coming, "seen": paper}, follow_redirects=True).text
    assert "没有换题" in page and codes(exam) == after  # a page from before
    judge = db.session.scalar(sa.select(QuestionVersion.id).where(QuestionVersion.kind == "judge").limit(1))
    admin.post(url, data={"version": judge, "seen": exam.forms[0].paper_id})
    assert codes(exam) == after
    assert admin.get(f"/manage/exams/{exam.id}/forms/1/slots/4").status_code == 404


def test_of_two_swaps_at_once_the_second_undoes_nothing(app: Flask, time: Clock) -> None:
    exam = made(time, single=2)
    form, seen = exam.forms[0], exam.forms[0].paper_id
    coming = swapping.offers(exam, form, 1, time.now)[0].candidate.version_id
    other = papers.freeze("别的卷", comparing.sections(seen), [comparing.held([seen])[seen]], time.now)
    db.session.execute(  # meanwhile, in another session: what this one has read stays as it was
        sa.update(ExamForm).values(paper_id=other.id), execution_options={"synchronize_session": False}
    )
    assert form.paper_id == seen
    with pytest.raises(swapping.Moved):
        swapping.swap(exam, form, 1, coming, seen, time.now)
    assert form.paper_id == other.id


def test_a_swap_in_a_form_that_is_gone_moves_nothing(app: Flask, time: Clock) -> None:
    exam = made(time, forms=2, single=2)
    form = exam.forms[1]
    coming = swapping.offers(exam, form, 1, time.now)[0].candidate.version_id
    db.session.execute(
        sa.delete(ExamForm).where(ExamForm.number == 2), execution_options={"synchronize_session": False}
    )
    with pytest.raises(swapping.Moved):
        swapping.swap(exam, form, 1, coming, form.paper_id, time.now)


def test_parallel_forms_stay_equally_difficult(admin: FlaskClient, time: Clock) -> None:
    exam = made(time, forms=2, single=2, spare=2)
    spare = db.session.scalars(
        sa.select(QuestionVersion)
        .join(Question, Question.current_version_id == QuestionVersion.id)
        .where(Question.code.not_in([*codes(exam), *codes(exam, 2)]))
    ).all()
    spare[0].difficulty = "hard"
    db.session.commit()
    page = admin.get(f"/manage/exams/{exam.id}/forms/1/slots/1").text
    assert spare[0].stem not in page and spare[1].stem in page


def test_a_form_is_put_together_by_hand(admin: FlaskClient, time: Clock) -> None:
    exam = made(time, single=2)
    url = f"/manage/exams/{exam.id}/forms/2/pick"
    assert "还没有选题" in admin.get(url).text  # the sections of the blueprint, empty
    versions = list(db.session.scalars(sa.select(QuestionVersion.id).order_by(QuestionVersion.id)))[:2]
    chosen = {"act": "add", "version": versions}
    page = admin.post(f"{url}?section=0", data=chosen, follow_redirects=True).text
    assert "已选入 2 题" in page and "2 题 × 2 分 = 4 分" in page
    admin.post(f"{url}?section=0", data=chosen)  # again changes nothing
    assert [s["versions"] for s in db.session.get_one(PaperDraft, (exam.id, 2)).sections] == [versions]
    assert len(exam.forms) == 1
    assert admin.post(url, data={"act": "use"}).location == f"/manage/exams/{exam.id}/paper?form=2"
    assert [slot.version_id for slot in papers.slots(exam.forms[1].paper_id).values()] == versions
    assert db.session.get(PaperDraft, (exam.id, 2)) is None and acts()[-1] == "paper.update"
    assert admin.get(f"/manage/exams/{exam.id}/forms/4/pick").status_code == 404


def test_other_points_than_full_must_be_said_to_be_meant(admin: FlaskClient, time: Clock) -> None:
    exam = made(time, single=2)
    url = f"/manage/exams/{exam.id}/forms/1/pick"
    first = papers.slots(exam.paper_id or 0)[1].version_id
    admin.post(url, data={"act": "remove", "version": [first]})
    assert "现在合计 2 分，不是 4 分" in admin.post(url, data={"act": "use"}, follow_redirects=True).text
    assert len(codes(exam)) == 2
    admin.post(url, data={"act": "use", "anyway": "1"})
    assert len(codes(exam)) == 1
    page = admin.get(f"/manage/exams/{exam.id}/forms/1/slots/1").text  # by hand: any of its kind
    assert page.count('name="version"') == 5
    admin.post(url, data={"act": "remove", "version": [papers.slots(exam.paper_id or 0)[1].version_id]})
    assert "没有改动" in admin.post(url, data={"act": "use", "anyway": "1"}, follow_redirects=True).text
    admin.post(url, data={"act": "discard"})
    assert db.session.get(PaperDraft, (exam.id, 1)) is None


def test_another_way_of_scoring_is_another_paper(admin: FlaskClient, time: Clock) -> None:
    exam = made(time, multiple=2)
    url = f"/manage/exams/{exam.id}/forms/1/pick"
    used = [one.version_id for one in comparing.held([exam.paper_id or 0])[exam.paper_id or 0]]
    found = []
    for preset in ("half", "exact", "half"):
        admin.post(f"{url}?section=0", data={"act": "drop"})
        head = {"act": "section", "title": "multiple", "kind": "multiple", "points": "2", "preset": preset}
        admin.post(url, data=head)
        admin.post(f"{url}?section=0", data={"act": "add", "version": used})
        admin.post(url, data={"act": "use"})
        db.session.refresh(exam.forms[0])
        found.append((exam.paper_id, {slot.preset for slot in papers.slots(exam.paper_id or 0).values()}))
    assert [presets for _, presets in found] == [{"half"}, {"exact"}, {"half"}]
    assert found[0] == found[2]  # the same to the letter is the same paper


def test_an_exam_without_a_blueprint_begins_with_sections(admin: FlaskClient, time: Clock) -> None:
    build.questions(build.rule_set(), single=1)
    new = {
        "title": "小测", "blueprint_id": "0", "opens_at": "2026-12-01T09:00", "closes_at": "2026-12-01T11:30",
        "release": "after_close", "outcome": "best",
    }  # fmt: skip
    answer = admin.post("/manage/exams/new", data=new)
    exam = db.session.scalars(sa.select(Exam)).one()
    assert answer.location == f"/manage/exams/{exam.id}/forms/1/pick"
    assert (exam.minutes, exam.pass_percent, making.last(exam.id)) == (60, 60, None)
    head = {"act": "section", "title": "一、单选", "kind": "single", "points": "100", "preset": "exact"}
    assert "评分办法与题型不符" in admin.post(answer.location, data=head | {"preset": "half"}).text
    page = admin.post(answer.location, data=head, follow_redirects=True).text
    assert "一、单选" in page
    version = db.session.scalar(sa.select(QuestionVersion.id))
    admin.post(f"{answer.location}?section=0", data={"act": "add", "version": version})
    admin.post(answer.location, data={"act": "use"})
    assert len(codes(exam)) == 1 and exam.paper.document["sections"][0]["points"] == 1000
    admin.post(answer.location, data={"act": "drop"})
    assert "还没有大题" in admin.get(answer.location).text
    for path in ("section=7", "section=-1"):
        assert (
            "没有改动"
            in admin.post(f"{answer.location}?{path}", data={"act": "drop"}, follow_redirects=True).text
        )
    assert admin.post(answer.location, data={"act": "dance"}).status_code == 400


def test_each_form_is_printed(admin: FlaskClient, time: Clock) -> None:
    exam = made(time, forms=2, single=2)
    for number, name in ((1, "A卷"), (2, "B卷")):
        data = admin.post(f"/manage/exams/{exam.id}/paper.docx", data={"form": str(number)}).data
        text = re.sub("<[^>]+>", "", zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode())
        stems = [slot["stem"] for slot in papers.document(exam.forms[number - 1].paper_id)["slots"]]
        assert f"测试考试（{name}）" in text and all(stem in text for stem in stems)


def test_the_page_sends_a_constant_number_of_statements(
    admin: FlaskClient, time: Clock, queries: Queries
) -> None:
    sent = []
    for forms in (1, 3, 10):
        exam = made(time, forms=forms, single=1, spare=0)
        for form in exam.forms:
            papers.slots(form.paper_id)  # papers are read once and remembered
        admin.get(f"/manage/exams/{exam.id}/paper")
        queries.statements.clear()
        assert admin.get(f"/manage/exams/{exam.id}/paper").status_code == 200
        sent.append(len(queries))
    assert sent == [sent[0]] * 3
