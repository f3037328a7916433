"""What the school says about itself: its name, the prefix of its certificate numbers, a contact."""

from dataclasses import asdict, dataclass, fields

import sqlalchemy as sa
from flask import Flask, g

from app.audit.service import record
from app.people.models import Setting
from app.web.db import db


@dataclass(frozen=True)
class School:
    name: str = "县委党校"
    certificate_prefix: str = "党校"
    contact: str = ""


def school() -> School:
    """Read once per request."""
    if "school" not in g:
        rows = db.session.execute(sa.select(Setting.key, Setting.value)).all()
        known = {f.name for f in fields(School)}
        g.school = School(**{key: value for key, value in rows if key in known})
    value: School = g.school
    return value


def save(changed: School) -> None:
    before, after = asdict(school()), asdict(changed)
    if before == after:
        return
    for key, value in after.items():
        db.session.merge(Setting(key=key, value=value))
    g.pop("school", None)
    record("setting.update", "setting:school", "修改学校设置", before=before, after=after)


def register(app: Flask) -> None:
    app.jinja_env.globals["school"] = school
