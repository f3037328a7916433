"""Unique marks in everything that is secret from somebody; no answer that they can get holds one.

What may be seen, and where, is written down in `candidate_may_see`; everything else is a leak.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask

from app.bank.models import AnswerKey, QuestionVersion
from app.domain.access import Role
from app.domain.releasing import USUAL, stored
from app.exams import papers
from app.exams.models import Attempt, Exam, PaperItem
from app.people import facts
from app.people.models import AccessCode, SignInSession
from app.web import sealing
from app.web.db import db
from tests import factories
from tests.attack.html import Page
from tests.attack.routes import reviewed
from tests.attack.things import things_for
from tests.attack.world import CALLER, PASSWORD, Visitor, World, build_world, client_of
from tests.conftest import Clock
from tests.exams import build

Marks = dict[str, str]  # mark → what it marks


def mark(world: World) -> Marks:
    """Put the marks in; every one is a text that occurs nowhere else."""
    marks: Marks = {}
    for answer in db.session.scalars(sa.select(AnswerKey)):
        answer.explanation = f"EXPLANATION-{answer.version_id}-"
        if isinstance(answer.key, list) and isinstance(answer.key[0], list):
            answer.key = [[f"BLANK-{answer.version_id}-{n}-"] for n in range(len(answer.key))]
    for place, holder in world.holders.items():
        if place != CALLER:
            marks |= _mark_person(place.upper().replace(" ", "_"), holder)
    for kind, course in (("course of others", world.other_course), ("unpublished course", world.draft)):
        course.title, course.summary = f"TITLE-{course.id}-", f"SUMMARY-{course.id}-"
        course.lessons[0].title = course.lessons[0].body = f"LESSON-{course.id}-"
        marks |= dict.fromkeys((course.title, course.summary, course.lessons[0].body), kind)
    world.other_exam.title = "OTHER-EXAM-"
    marks["OTHER-EXAM-"] = "exam of others"
    db.session.commit()
    papers.forget()
    for place, holder in world.holders.items():
        marks[_score_of(holder.closed)] = "own score" if place == CALLER else f"score of {place}"
    return marks | _kept_secret(world)


def _score_of(attempt: int) -> str:
    """Scores are alike; receipts are not."""
    return str(db.session.get_one(Attempt, attempt).receipt)


def _mark_person(place: str, holder) -> Marks:  # type: ignore[no-untyped-def]
    person, certificate = holder.person, holder.certificate
    values = {name: f"THE-{name.upper()}-{place}-" for name in ("name", "post", "username", "staff_no")}
    for name, value in values.items():
        setattr(person, name, value)
    phone = f"1390000{len(place):04}"
    person.phone_sealed, person.phone_digest = (
        sealing.seal(facts.PHONE, phone),
        facts.digest(facts.PHONE, phone),
    )
    certificate.facts = {name: f"PRINTED-{name.upper()}-{place}-" for name in certificate.facts}
    certificate.number = f"CERTIFICATE-{place}-"
    found = dict.fromkeys([*values.values(), phone], f"person {place}")
    return found | dict.fromkeys([*certificate.facts.values(), certificate.number], f"certificate {place}")


def _kept_secret(world: World) -> Marks:
    """What nobody may see at all."""
    made: Marks = {str(world.app.secret_key): "key of the application", PASSWORD: "password"}
    for holder in world.holders.values():
        if holder.person.password_hash:
            made[holder.person.password_hash] = "password hash"
    for row in db.session.scalars(sa.select(SignInSession)):
        made[row.id] = "session"
    for code in db.session.scalars(sa.select(AccessCode)):
        made[code.digest] = "access code"
    return made


def of_paper(exam: Exam) -> tuple[Marks, Marks]:
    """Marks of what an exam asks, and of its keys."""
    versions = db.session.execute(
        sa.select(QuestionVersion.id, QuestionVersion.options, AnswerKey.key)
        .join(PaperItem, PaperItem.version_id == QuestionVersion.id)
        .join(AnswerKey, AnswerKey.version_id == QuestionVersion.id)
        .where(PaperItem.paper_id == exam.paper_id)
    ).all()
    asked = {option: f"question of exam {exam.id}" for row in versions for option in row.options}
    keys = {f"EXPLANATION-{row.id}-": f"key of exam {exam.id}" for row in versions}
    keys |= {f"BLANK-{row.id}-": f"key of exam {exam.id}" for row in versions}
    return asked, keys


def text_of(answer) -> str:  # type: ignore[no-untyped-def]
    """What can be read in an answer: its headers and its body, sheets and PDFs unpacked."""
    head = f"{answer.headers}\n"
    if answer.data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            return head + "\n".join(archive.read(name).decode() for name in archive.namelist())
    if answer.data.startswith(b"%PDF"):
        pages = pypdfium2.PdfDocument(answer.data)
        return head + "\n".join(page.get_textpage().get_text_range() for page in pages)
    return head + answer.data.decode("utf-8", "replace")


def crawl(world: World, visitor: Visitor) -> Iterator[tuple[str, str]]:
    """Every address that links lead to, and every GET route with every id that could be guessed."""
    waiting, seen = ["/"], set[str]()
    for route in reviewed():
        if "GET" in route.methods and route.endpoint != "static":
            things = things_for(world, route.rule, route.endpoint, route.arguments)
            waiting += [route.url(thing.values) for thing in things]
    for holder in world.holders.values():
        waiting += [f"/attempts/{a}" for a in (holder.running, holder.closed, holder.quiz)]
        waiting += [f"/sit/{a}" for a in (holder.running, holder.closed, holder.quiz)]
        waiting += [f"/sit/{a}/confirm" for a in (holder.running, holder.closed)]
        waiting += [f"/attempts/{a}/result" for a in (holder.running, holder.closed, holder.quiz)]
        waiting += [f"/sit-quiz/{holder.quiz}/{n}" for n in (1, 2, 3)]
    for exam in (world.exam, world.past, world.other_exam, world.fresh, world.quiz, world.fresh_quiz):
        waiting += [
            f"/exams/{exam.id}",
            f"/quizzes/{exam.id}",
            f"/papers/{papers.digest(exam.paper_id)}.json",
        ]
    while waiting:
        url = waiting.pop()
        if url in seen or urlsplit(url).netloc or urlsplit(url).scheme:
            continue
        seen.add(url)
        answer = visitor.get(url)
        yield url, text_of(answer)
        if answer.mimetype == "text/html":
            waiting += Page(answer.text, url).links
        elif answer.status_code in {301, 302, 303, 308}:
            waiting.append(answer.location)


def leaks(
    pages: Iterable[tuple[str, str]], marks: Marks, allowed: dict[str, str]
) -> list[tuple[str, str, str]]:
    """Every mark where it may not be: (address, what, mark). `allowed`: what → pattern of paths."""
    found = []
    for url, text in pages:
        for secret, what in marks.items():
            pattern = allowed.get(what)
            if secret in text and not (pattern and re.fullmatch(pattern, urlsplit(url).path)):
                found.append((url, what, secret))
    return found


def _document(exam: Exam) -> str:
    return rf"/papers/{papers.digest(exam.paper_id)}\.json"


def candidate_may_see(world: World) -> dict[str, str]:
    """What → the pattern of the paths where a candidate may see it."""
    own = world.holders[CALLER]
    result = rf"/attempts/{own.closed}/result"  # handed in, and its review is open
    allowed = {
        f"question of exam {world.exam.id}": rf"/sit/{own.running}|{_document(world.exam)}",
        f"question of exam {world.past.id}": rf"{result}|{_document(world.past)}",
        f"key of exam {world.past.id}": result,
        f"question of exam {world.quiz.id}": rf"/sit-quiz/{own.quiz}/\d+|{_document(world.quiz)}",
        "own score": rf"{result}|/me.*",
    }
    # Whoever holds a certificate's code sees what it says, with the name masked.
    return allowed | {
        f"certificate {place.upper().replace(' ', '_')}": r"/verify/\w+" for place in world.holders
    }


def exam_marks(world: World) -> Marks:
    marks: Marks = {}
    for exam in (world.exam, world.past, world.other_exam, world.fresh, world.quiz, world.fresh_quiz):
        asked, keys = of_paper(exam)
        marks |= asked | keys
    return marks


@pytest.mark.slow
def test_a_candidate_sees_no_mark_that_is_not_theirs(app: Flask, time: Clock) -> None:
    world = build_world(app, time)
    marks = mark(world) | exam_marks(world)
    own, visitor = world.holders[CALLER], client_of(app, world.caller)
    pages = list(crawl(world, visitor))
    allowed = candidate_may_see(world)
    checked = f"EXPLANATION-{_version(world.quiz, own.slots[0])}-"
    marks[checked] = "key of the checked slot"
    allowed["key of the checked slot"] = rf"/sit-quiz/{own.quiz}/1"
    assert leaks(pages, marks, allowed) == []
    # The marks are where they may be seen: otherwise this would prove nothing.
    seen = {what for url, text in pages for secret, what in marks.items() if secret in text}
    assert allowed.keys() - seen <= {"own score", "certificate OWN"}


def _version(exam: Exam, slot: int) -> int:
    return db.session.get_one(PaperItem, (exam.paper_id, slot)).version_id


def test_the_wire_tells_no_key_while_an_exam_runs(app: Flask, time: Clock) -> None:
    world = build_world(app, time)
    marks = mark(world) | of_paper(world.exam)[1]
    visitor, attempt = client_of(app, world.caller), world.holders[CALLER].running
    epoch = visitor.post(f"/attempts/{attempt}/takeover").json["epoch"]
    body = {"epoch": epoch, "responses": [{"slot": 1, "seq": 1, "value": "b"}]}
    wire = f"/attempts/{attempt}"
    answers = [
        visitor.post(f"/exams/{world.exam.id}/attempts"),
        visitor.post(f"{wire}/responses", json=body),
        visitor.post(f"{wire}/slots/1/check"),
        visitor.post(f"/sit/{attempt}", data={"action": "save"}),
        visitor.post(f"{wire}/responses", json=body | {"epoch": 99}),
        visitor.post(f"{wire}/submit", json=body),
    ]
    assert [answer.status_code for answer in answers][:3] == [200, 200, 404]
    assert leaks([(answer.request.path, text_of(answer)) for answer in answers], marks, {}) == []


@pytest.mark.parametrize(
    ("release", "when", "shown"),
    [("score", "handed in", False), ("score", "closed", False), ("after_close", "handed in", False),
     ("after_close", "closed", True), ("after_submit", "handed in", True), ("after_submit", "closed", True)],
)  # fmt: skip
def test_keys_are_shown_when_they_are_published(
    app: Flask, time: Clock, release: str, when: str, shown: bool
) -> None:
    world = build_world(app, time)
    world.exam.release = stored(USUAL[release])
    marks = mark(world) | of_paper(world.exam)[1]
    visitor, attempt = client_of(app, world.caller), world.holders[CALLER].running
    epoch = visitor.post(f"/attempts/{attempt}/takeover").json["epoch"]
    assert (
        visitor.post(f"/attempts/{attempt}/submit", json={"epoch": epoch, "responses": []}).status_code == 200
    )
    if when == "closed":
        time.advance(hours=3)
    page = visitor.get(f"/attempts/{attempt}/result")
    assert page.status_code == 200
    found = {what for _url, what, _secret in leaks([("", text_of(page))], marks, {"own score": ".*"})}
    assert (f"key of exam {world.exam.id}" in found) is shown


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.ADMIN, Role.LIAISON])
def test_staff_of_a_town_see_nobody_outside_it(app: Flask, time: Clock, role: Role) -> None:
    """Every page and every download, of the sibling town and of the county above."""
    world = build_world(app, time)
    outside = {secret: what for secret, what in mark(world).items() if re.search(r"SIBLING|PARENT", what)}
    outside |= _kept_secret(world)
    factories.grant(world.caller, role, world.town)
    visitor = client_of(app, world.caller)
    pages = list(crawl(world, visitor))
    for route in reviewed():
        if route.methods == ("POST",) and route.rule.endswith((".xlsx", ".csv")):
            thing = things_for(world, route.rule, route.endpoint, route.arguments)[0]
            pages.append((route.rule, text_of(visitor.post(route.url(thing.values)))))
    allowed = {f"certificate {place}": r"/verify/\w+" for place in ("SIBLING", "PARENT")}
    assert leaks(pages, outside, allowed) == []
    inside = [text for _url, text in pages if "THE-NAME-BELOW-" in text]
    assert inside  # else this would prove nothing


def test_the_marks_of_the_bank_are_unlike_each_other(app: Flask, time: Clock) -> None:
    """No mark is part of another: a leak could not be told from what is allowed."""
    rules = build.rule_set()
    build.questions(rules, single=3)
    world = build_world(app, time)
    marks = list(mark(world) | exam_marks(world))
    assert [(a, b) for a in marks for b in marks if a != b and a in b] == []
