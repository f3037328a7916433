"""The demo school: an invented county with its people, one course and two exams."""

import os
import secrets
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask

from app import importing
from app.audit.service import record
from app.courses import service as courses
from app.courses.models import Course
from app.domain.access import Role
from app.exams import grids, making
from app.exams import service as exams
from app.exams.models import Blueprint, Exam
from app.people import grants, passwords, postings, school
from app.people.facts import PersonFacts, columns
from app.people.models import Person, Setting, Unit
from app.people.units import UnitFacts
from app.people.units import create as create_unit
from app.web import clock, config, uow
from app.web.db import db

COUNTY = config.CONTENT / "demo" / "county.toml"
ACCOUNTS = {
    "learner": "学员", "author": "命题人", "admin": "教务管理员",
    "grader": "阅卷人", "liaison": "单位联络员", "auditor": "审计管理员",
    "caopeng": "审题人", "yangjianjun": "监考员", "qiuyongping": "系统管理员", "hanlu": "安全管理员",
}  # fmt: skip

_FACTS = ("username", "name", "sex", "staff_no", "post", "rank", "political")


def _password_file(app: Flask) -> Path:
    return Path(app.config["DATA_DIR"]) / "demo.password"


def _kept_password(app: Flask) -> str:
    path = _password_file(app)
    return path.read_text().strip() if path.exists() else ""


def _wanted_password(app: Flask) -> str:
    return app.config.get("DEMO_PASSWORD") or _kept_password(app)


def _keep_password(app: Flask, password: str) -> None:
    fd = os.open(_password_file(app), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(password)


def ensure(app: Flask) -> None:
    """At the first start load the school; later only follow DEMO_PASSWORD."""
    if db.session.scalar(sa.select(Person.id).where(Person.demo).limit(1)) is None:
        click.echo("正在载入演示学校 …")
        reload(app)
    elif not (kept := _kept_password(app)) or _wanted_password(app) != kept:
        _settle_password(app)
        uow.commit_item()


def reload(app: Flask) -> None:
    """Bring the demo school up to the content files."""
    load(clock.now())
    _settle_password(app)
    uow.commit_item()


def _settle_password(app: Flask) -> None:
    """One password for all demo people, and one hash: it is printed on the screen anyway."""
    password = _wanted_password(app) or "-".join(secrets.token_hex(2) for _ in range(3))
    _keep_password(app, password)
    digest = passwords.hash_password(password)
    db.session.execute(sa.update(Person).where(Person.demo).values(password_hash=digest))


def greeting(app: Flask) -> str:
    """The accounts to try, and their password."""
    names = "\n".join(f"  {username:<15}{role}" for username, role in ACCOUNTS.items())
    return f"\n演示账号：\n{names}\n密码都是：{_kept_password(app)}\n"


def load(now: datetime) -> None:
    """Everything that the demo school lacks; what is there stays as it is."""
    county = tomllib.loads(COUNTY.read_text(encoding="utf-8"))
    importing.load(config.CONTENT, now)
    if db.session.scalar(sa.select(Setting.key).limit(1)) is None:
        school.save(school.School(**county["school"]))
    units = _units(county["unit"], now)
    _people(county["person"], units, now)
    for entry in county["exam"]:
        _exam(entry, units[entry["unit"]], now)
    for entry in county["course_assignment"]:
        course = db.session.scalars(sa.select(Course).where(Course.code == entry["course"])).one()
        courses.assign(course, unit=units[entry["unit"]])
    record("demo.load", "school:1", "载入演示学校")
    db.session.flush()


def _units(entries: list[dict[str, Any]], now: datetime) -> dict[str, Unit]:
    units = {unit.code: unit for unit in db.session.scalars(sa.select(Unit))}
    for position, entry in enumerate(entries):
        if entry["code"] not in units:
            facts = UnitFacts(entry["name"], entry["code"], entry["kind"], position)
            units[entry["code"]] = create_unit(units.get(entry["parent"]), facts, now)
    return units


def _people(entries: list[dict[str, Any]], units: dict[str, Unit], now: datetime) -> None:
    known = set(db.session.scalars(sa.select(Person.username)))
    for entry in entries:
        if entry["username"] in known:
            continue
        said = {key: entry[key] for key in _FACTS}
        facts = PersonFacts(**said, unit_id=units[entry["unit"]].id)
        person = Person(**columns(facts, now), created_at=now, demo=True)
        db.session.add(person)
        db.session.flush()
        postings.open_homes([(person, clock.day(now))])
        for grant in entry["roles"]:
            role, unit_code = grant.split("@")
            grants.grant(person, Role(role), units[unit_code], None, now)


def _exam(entry: dict[str, Any], unit: Unit, now: datetime) -> None:
    code = f"demo:{entry['blueprint']}@{entry['unit']}"
    if db.session.scalar(sa.select(Exam.id).where(Exam.code == code)) is not None:
        return
    blueprint = db.session.scalars(sa.select(Blueprint).where(Blueprint.code == entry["blueprint"])).one()
    exam = exams.create_exam(
        entry["title"],
        blueprint,
        now + timedelta(days=entry["opens_in_days"]),
        now + timedelta(days=entry["closes_in_days"]),
        entry["attempts"],
        entry["release"],
        now,
        code=code,
    )
    making.make(making.order(exam, grids.of(blueprint), 1, now, None).id, now)
    exams.assign(exam, unit=unit)
    if "ends_course" in entry:
        course = db.session.scalars(sa.select(Course).where(Course.code == entry["ends_course"])).one()
        courses.set_exam(course, exam)
        courses.publish(course, True)
