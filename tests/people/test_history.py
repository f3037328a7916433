from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEvent
from app.domain.careers import Leaving, PostingKind
from app.people import corrections, history, postings, promotions, service, units
from app.people.corrections import Dates
from app.people.facts import PersonFacts
from app.people.history import Place, Refused
from app.people.models import Person, Posting
from app.web import clock
from app.web.db import db
from tests import factories
from tests.people.school import County, acts, county, meanwhile, unit

D = date.fromisoformat


def newcomer(c: County, since: str = "2020-03-01", **more: Any) -> Person:
    said = {
        "name": "赵云",
        "username": "zhao",
        "unit_id": c.town.id,
        "post": "干事",
        "rank": "二级科员",
        **more,
    }
    facts = PersonFacts(**said)
    person, _code = service.create_person(facts, clock.now(), Dates(D(since), D("2020-03-01")))
    return person


def way(person: Person) -> list[tuple[str, int, str, str, str | None]]:
    db.session.flush()
    return [
        (p.kind, p.unit_id, p.post, str(p.since), str(p.until) if p.until else None)
        for p in reversed(postings.of(person.id))
    ]


def ranks(person: Person) -> list[tuple[str, str]]:
    return [(change.rank, str(change.since)) for change in reversed(promotions.of(person.id))]


def refused(act: Callable[[], None]) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.field, caught.value.message


def test_a_new_person_has_a_home_and_a_dated_rank(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    assert way(zhao) == [("home", c.town.id, "干事", "2020-03-01", None)]
    assert ranks(zhao) == [("二级科员", "2020-03-01")]
    facts = PersonFacts(name="钱进", username="qian", unit_id=c.town.id, rank="一级科员")
    qian, _code = service.create_person(facts, clock.now())
    assert way(qian) == [("home", c.town.id, "", "2026-11-23", None)] and ranks(qian) == []


def test_a_day_to_come_creates_nobody(app: Flask, time) -> None:
    c = county()
    assert refused(lambda: newcomer(c, "2026-11-24") and None)[0] == "since"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2 and acts() == []


def test_a_transfer_closes_one_posting_and_opens_the_next(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    history.transfer(zhao, Place(c.other, "委员", "县委组〔2024〕3号"), D("2024-05-01"), clock.now())
    assert way(zhao) == [
        ("home", c.town.id, "干事", "2020-03-01", "2024-04-30"),
        ("home", c.other.id, "委员", "2024-05-01", None),
    ]
    assert (zhao.unit_id, zhao.post) == (c.other.id, "委员")
    assert acts() == ["person.create", "person.transfer"]


@pytest.mark.parametrize(
    ("unit", "post", "since", "field"),
    [
        ("other", "", "2020-02-29", "since"),  # before the present posting began
        ("other", "", "2019-01-01", "since"),
        ("other", "", "2026-11-24", "since"),  # tomorrow
        ("town", "干事", "2024-05-01", "unit_id"),  # nothing changes
    ],
)
def test_a_transfer_that_cannot_be_changes_nothing(app: Flask, time, unit, post, since, field) -> None:
    c = county()
    zhao = newcomer(c)
    place = Place(getattr(c, unit), post)
    assert refused(lambda: history.transfer(zhao, place, D(since), clock.now()))[0] == field
    assert way(zhao) == [("home", c.town.id, "干事", "2020-03-01", None)] and acts() == ["person.create"]


def test_a_second_click_transfers_nobody_twice(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    move = lambda: history.transfer(zhao, Place(c.other, "委员"), D("2024-05-01"), clock.now())  # noqa: E731
    move()
    assert refused(move)[0] == "unit_id" and len(way(zhao)) == 2


def test_the_latest_transfer_can_be_taken_back(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    assert refused(lambda: corrections.undo_transfer(zhao, [c.root.path]))[0] == ""
    history.transfer(zhao, Place(c.other, "委员"), D("2024-05-01"), clock.now())
    corrections.undo_transfer(zhao, [c.root.path])
    assert way(zhao) == [("home", c.town.id, "干事", "2020-03-01", None)]
    assert (zhao.unit_id, zhao.post) == (c.town.id, "干事")


def test_a_transfer_on_the_first_day_keeps_where_that_day_began(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c, "2026-11-23")
    history.transfer(zhao, Place(c.other, "委员"), D("2026-11-23"), clock.now())
    first = ("home", c.town.id, "干事", "2026-11-23", "2026-11-23")
    assert way(zhao) == [first, ("home", c.other.id, "委员", "2026-11-23", None)]
    units.merge(c.other, c.branch, clock.now())
    db.session.refresh(zhao)
    assert way(zhao) == [
        first,
        ("home", c.other.id, "委员", "2026-11-23", "2026-11-23"),
        ("home", c.branch.id, "委员", "2026-11-23", None),
    ]
    assert zhao.unit_id == c.branch.id and corrections.dates(zhao).home == D("2026-11-23")
    history.transfer(zhao, Place(c.town), D("2026-11-23"), clock.now())
    corrections.undo_transfer(zhao, [c.root.path])
    assert (zhao.unit_id, zhao.post) == (c.branch.id, "委员") and way(zhao)[-1][1] == c.branch.id
    history.leave(zhao, Leaving.OTHER, D("2026-11-23"), clock.now())
    assert [until for *_rest, until in way(zhao)] == ["2026-11-23"] * 3


def test_a_merge_takes_along_only_what_goes_on(app: Flask, time) -> None:
    """Not who was transferred or left on that day; whoever is lent from that day on, or later."""
    c = county()
    today = D("2026-11-23")
    moved, gone = newcomer(c, unit_id=c.other.id), newcomer(c, username="huang", unit_id=c.other.id)
    lent, later = newcomer(c, username="ma"), newcomer(c, username="zhou")
    history.transfer(moved, Place(c.branch), today, clock.now())
    history.transfer(moved, Place(c.other), today, clock.now())
    history.transfer(moved, Place(c.branch), today, clock.now())
    history.leave(gone, Leaving.OTHER, today, clock.now())
    history.second(lent, Place(c.other), today, today, clock.now())
    history.second(later, Place(c.other), D("2026-12-01"), None, clock.now())
    before = way(moved), way(gone)
    units.merge(c.other, c.town, clock.now())
    db.session.expire_all()
    assert (way(moved), way(gone)) == before
    assert way(lent)[1:] == [
        ("secondment", c.other.id, "", "2026-11-23", "2026-11-23"),
        ("secondment", c.town.id, "", "2026-11-23", "2026-11-23"),
    ]
    assert way(later)[1:] == [("secondment", c.town.id, "", "2026-12-01", None)]


def test_nobody_comes_to_a_unit_that_was_closed_since_the_form_was_read(app: Flask, time) -> None:
    c = county()
    zhao, gone = newcomer(c), newcomer(c, username="huang")
    history.leave(gone, Leaving.OTHER, D("2026-10-31"), clock.now())
    units.close(c.other, clock.now())
    before, to, day = acts(), Place(c.other, "委员"), D("2026-11-01")
    for act in (
        lambda: newcomer(c, username="ma", unit_id=c.other.id) and None,
        lambda: service.update_person(zhao, corrected(c, unit_id=c.other.id), clock.now()),
        lambda: history.transfer(zhao, to, day, clock.now()),
        lambda: history.second(zhao, to, day, None, clock.now()),
        lambda: history.come_back(gone, to, day, clock.now()),
    ):
        field, text = refused(act)
        assert field == "unit_id" and "已经撤销或并入别的单位" in text
    assert (zhao.unit_id, gone.unit_id, acts()) == (c.town.id, c.town.id, before)


def test_whoever_comes_while_a_unit_is_merged_goes_along(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    db.session.commit()
    closed, into = c.other.id, c.town.id

    history.transfer(zhao, Place(c.other, "委员"), D("2024-05-01"), clock.now())
    with meanwhile(app, lambda: units.merge(unit(closed), unit(into), clock.now())):
        db.session.commit()
    assert (zhao.unit_id, zhao.post) == (into, "委员") and way(zhao)[-1][1:] == (
        into,
        "委员",
        "2026-11-23",
        None,
    )
    assert acts() == ["person.create", "person.transfer", "person.transfer", "unit.merge"]


def test_a_transfer_is_taken_back_before_or_after_a_merge_never_across_it(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    history.transfer(zhao, Place(c.other, "委员"), D("2024-05-01"), clock.now())
    db.session.commit()
    number, root, said = zhao.id, c.root.path, []

    def undo() -> None:
        person = db.session.get_one(Person, number)
        said.append(refused(lambda: corrections.undo_transfer(person, [root]))[1])

    units._hold(c.town, c.branch)
    units._hold_people(c.town)
    with meanwhile(app, undo):  # who held the person first, and then waited for the unit, would lock both out
        units.merge(c.town, c.root, clock.now())
        db.session.execute(sa.select(Person.id).where(Person.id == number).with_for_update())
        db.session.commit()
    assert said == ["调动前的单位已经撤销，不能退回去。请改用“调动”，选现有的单位。"]
    assert zhao.unit_id == c.other.id


def test_the_database_keeps_one_open_home(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        postings.open_homes([(zhao, D("2024-05-01"))])


def test_many_move_at_once(app: Flask, time, queries) -> None:
    c = county()
    people = [factories.person(f"甲{n}", c.town) for n in range(30)]
    postings.open_homes((person, D("2020-01-01")) for person in people)
    homes = postings.homes([person.id for person in people])
    moves = [postings.Move(p, homes[p.id], c.other.id, "", D("2025-01-01")) for p in people]
    queries.statements.clear()
    postings.move_all(moves)
    assert len(queries) == 3  # postings closed, people moved, postings opened
    assert {p.unit_id for p in people} == {c.other.id}
    assert {h.since for h in postings.homes([p.id for p in people]).values()} == {D("2025-01-01")}


def test_a_seconded_person_is_still_of_the_home_unit(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    history.second(zhao, Place(c.other, "专班"), D("2026-01-01"), D("2026-12-31"), clock.now())
    assert zhao.unit_id == c.town.id
    assert way(zhao)[1] == ("secondment", c.other.id, "专班", "2026-01-01", "2026-12-31")
    assert (
        refused(lambda: history.second(zhao, Place(c.town), D("2026-01-01"), None, clock.now()))[0]
        == "unit_id"
    )
    wrong = lambda: history.second(zhao, Place(c.other), D("2026-05-01"), D("2026-04-30"), clock.now())  # noqa: E731
    assert refused(wrong)[0] == "until"
    lent = db.session.scalars(sa.select(Posting).filter_by(kind=PostingKind.SECONDMENT)).one()
    history.second(zhao, Place(c.other, "专班"), D("2026-01-01"), D("2026-06-30"), clock.now(), lent)
    assert way(zhao)[1][4] == "2026-06-30"
    corrections.remove_secondment(zhao, lent)
    assert len(way(zhao)) == 1
    assert acts() == ["person.create", "person.second", "person.second", "person.undo"]


def test_the_rank_is_the_latest_by_date(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    history.promote(zhao, "一级科员", D("2023-01-01"), clock.now())
    history.promote(zhao, "四级主任科员", D("2025-01-01"), clock.now())
    history.promote(zhao, "试用期", D("2019-03-01"), clock.now())  # noted late, long past
    assert zhao.rank == "四级主任科员"
    assert [since for _rank, since in ranks(zhao)] == ["2019-03-01", "2020-03-01", "2023-01-01", "2025-01-01"]
    assert refused(lambda: history.promote(zhao, "一级科员", D("2023-01-01"), clock.now()))[0] == "since"
    assert refused(lambda: history.promote(zhao, "一级科员", D("2027-01-01"), clock.now()))[0] == "since"
    corrections.remove_rank(zhao, promotions.of(zhao.id)[0])
    assert zhao.rank == "一级科员" and len(ranks(zhao)) == 3


def test_whoever_leaves_keeps_the_record_and_is_signed_out(app: Flask, time, sign_in) -> None:
    c = county()
    zhao = newcomer(c)
    theirs = sign_in(zhao)
    assert theirs.get("/").status_code == 200
    history.second(zhao, Place(c.other), D("2026-01-01"), D("2026-12-31"), clock.now())
    assert refused(lambda: history.leave(zhao, Leaving.RETIRED, D("2020-02-29"), clock.now()))[0] == "day"
    assert refused(lambda: history.leave(zhao, Leaving.RETIRED, D("2026-11-24"), clock.now()))[0] == "day"
    history.leave(zhao, Leaving.RETIRED, D("2026-10-31"), clock.now())
    db.session.commit()
    assert (zhao.active, zhao.left_on, zhao.left_reason) == (False, D("2026-10-31"), "retired")
    assert [until for *_rest, until in way(zhao)] == ["2026-10-31", "2026-10-31"]
    assert theirs.get("/").status_code == 302
    again = [
        lambda: history.leave(zhao, Leaving.RETIRED, D("2026-11-01"), clock.now()),
        lambda: history.transfer(zhao, Place(c.other), D("2026-11-01"), clock.now()),
        lambda: history.promote(zhao, "一级科员", D("2026-11-01"), clock.now()),
        lambda: history.second(zhao, Place(c.other), D("2026-11-01"), None, clock.now()),
        lambda: history.set_active(zhao, True, clock.now()),
    ]
    assert ["已于 2026-10-31 离开" in refused(act)[1] for act in again] == [True] * 5


def test_whoever_returns_begins_anew_after_a_gap(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    back = lambda day: history.come_back(zhao, Place(c.town, "干事"), D(day), clock.now())  # noqa: E731
    assert refused(lambda: back("2026-11-01"))[0] == "since"
    history.leave(zhao, Leaving.RESIGNED, D("2025-01-31"), clock.now())
    assert refused(lambda: back("2025-01-31"))[0] == "since"
    back("2026-01-01")
    assert (zhao.active, zhao.left_on, zhao.left_reason) == (True, None, "")
    assert way(zhao) == [
        ("home", c.town.id, "干事", "2020-03-01", "2025-01-31"),
        ("home", c.town.id, "干事", "2026-01-01", None),
    ]
    assert acts() == ["person.create", "person.leave", "person.return"]


def test_back_on_the_next_day_was_never_gone(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    history.leave(zhao, Leaving.OTHER, D("2025-01-31"), clock.now())
    history.come_back(zhao, Place(c.town, "干事"), D("2025-02-01"), clock.now())
    assert way(zhao) == [("home", c.town.id, "干事", "2020-03-01", None)]


def corrected(c: County, **more: Any) -> PersonFacts:
    return PersonFacts(**{"name": "赵云", "username": "zhao", "unit_id": c.town.id, "post": "干事",
                          "rank": "二级科员", **more})  # fmt: skip


def test_a_correction_is_no_transfer(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    service.update_person(zhao, corrected(c, unit_id=c.branch.id, post="书记", rank="一级科员"), clock.now())
    assert way(zhao) == [("home", c.branch.id, "书记", "2020-03-01", None)]
    assert ranks(zhao) == [("一级科员", "2020-03-01")]


def test_corrected_days_stay_in_order(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    history.transfer(zhao, Place(c.other, "委员"), D("2024-05-01"), clock.now())
    history.promote(zhao, "一级科员", D("2023-01-01"), clock.now())
    same = corrected(c, unit_id=c.other.id, post="委员", rank="一级科员")

    def put(home: str, rank: str | None) -> None:
        service.update_person(zhao, same, clock.now(), Dates(D(home), D(rank) if rank else None))

    put("2024-03-01", "2022-01-01")
    assert [(since, until) for *_rest, since, until in way(zhao)] == [
        ("2020-03-01", "2024-02-29"), ("2024-03-01", None),
    ]  # fmt: skip
    assert ranks(zhao) == [("二级科员", "2020-03-01"), ("一级科员", "2022-01-01")]
    assert refused(lambda: put("2020-03-01", "2022-01-01"))[0] == "since"
    assert refused(lambda: put("2026-11-24", "2022-01-01"))[0] == "since"
    assert refused(lambda: put("2024-03-01", "2020-03-01"))[0] == "rank_since"
    assert refused(lambda: put("2024-03-01", None))[0] == "rank_since"
    assert [str(p.since) for p in postings.of(zhao.id)] == ["2024-03-01", "2020-03-01"]


def test_a_refused_correction_keeps_nothing_of_it(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c)
    said = corrected(c, name="赵子龙")
    assert (
        refused(lambda: service.update_person(zhao, said, clock.now(), Dates(D("2027-01-01"))))[0] == "since"
    )
    db.session.commit()
    assert zhao.name == "赵云" and acts() == ["person.create"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"username": "lin"}, "username"),
        ({"staff_no": "qh001"}, "staff_no"),
        ({"id_number": "11010519491231002X"}, "id_number"),
    ],
)
def test_what_is_taken_is_named(app: Flask, time, more: dict[str, str], field: str) -> None:
    c = county()
    newcomer(c, staff_no="qh001", id_number="11010519491231002X", phone="13800000001")
    facts = PersonFacts(**{"name": "钱进", "username": "qian", "unit_id": c.town.id, **more})
    with pytest.raises(service.Taken) as taken:
        service.create_person(facts, clock.now())
    assert taken.value.field == field and acts() == ["person.create"]


def test_a_changed_number_with_the_same_mask_is_said(app: Flask, time) -> None:
    c = county()
    zhao = newcomer(c, phone="13800000001")
    service.update_person(zhao, corrected(c, phone="13811110001"), clock.now())
    db.session.flush()
    after = db.session.scalars(sa.select(AuditEvent.after)).all()[-1]
    assert '"phone": "138****0001（已更改）"' in after and "13811110001" not in after
