"""Migrations lead up, down and up again, to the very schema of the models."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

from app import create_app
from app.domain import releasing
from app.exams.models import Blueprint, Exam
from app.web.db import Base, db
from tests.conftest import settings


def _address(engine: str, folder: Path, request: pytest.FixtureRequest | None = None) -> str:
    """A database of this test's own."""
    if engine == "sqlite":
        return f"sqlite:///{folder / 'migrations.db'}"
    assert request is not None
    server = sa.make_url(request.getfixturevalue("postgres_url"))
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS migrations"))
        connection.execute(sa.text("CREATE DATABASE migrations"))
    admin.dispose()
    return server.set(database="migrations").render_as_string(hide_password=False)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_up_down_up_and_no_difference(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    app = create_app(settings(_address(engine, tmp_path, request), tmp_path))
    with app.app_context():
        upgrade()
        downgrade(revision="base")
        assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
        db.engine.dispose()


OLD_PEOPLE = """
INSERT INTO unit (id, parent_id, path, code, name, kind, position)
VALUES (1, NULL, '/1/', 'a', '青禾县', 'county', 0);
INSERT INTO person (id, username, name, unit_id, post, rank, party_member, active, created_at,
                    password_hash, must_change_password, demo)
VALUES (1, 'zhang', '张三', 1, '书记', '一级科员', TRUE, TRUE, 1767200400000000, 'own', FALSE, FALSE),
       (2, 'li', '李四', 1, '', '', FALSE, TRUE, 1767200400000000, 'one-time', TRUE, FALSE);
INSERT INTO sign_in_session (id, person_id, created_at, address, agent) VALUES ('s', 1, 1, '', '')
"""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_people_of_the_first_release_are_kept(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    app = create_app(settings(_address(engine, tmp_path, request), tmp_path))
    with app.app_context():
        upgrade(revision="0001")
        for statement in OLD_PEOPLE.split(";"):
            db.session.execute(sa.text(statement))
        db.session.commit()
        upgrade(revision="0002")
        kept = sa.text("SELECT id, political, password_hash FROM person ORDER BY id")
        assert db.session.execute(kept).all() == [
            (1, "01", "own"), (2, "", None),
        ]  # fmt: skip
        postings = (
            "SELECT person_id, unit_id, post, kind, CAST(since AS TEXT) FROM posting ORDER BY person_id"
        )
        assert db.session.execute(sa.text(postings)).all() == [
            (1, 1, "书记", "home", "2026-01-01"), (2, 1, "", "home", "2026-01-01"),
        ]  # fmt: skip
        db.session.rollback()
        downgrade(revision="0001")
        kept = sa.text("SELECT username, party_member, rank, must_change_password FROM person ORDER BY id")
        assert [tuple(row) for row in db.session.execute(kept)] == [
            ("zhang", True, "一级科员", False),
            ("li", False, "", True),
        ]
        assert db.session.execute(sa.text("SELECT person_id FROM sign_in_session")).all() == [(1,)]
        db.session.rollback()
        db.engine.dispose()


OLD_BANK = """
INSERT INTO rule_set (id, code, title, summary, position, excerpt, local, document, issuer, number,
                      place, note)
VALUES (1, 'five', '五个必须', '', 10, FALSE, FALSE, '', '', '', '', '');
INSERT INTO clause (id, rule_set_id, code, position, heading, locator, text)
VALUES (1, 1, '1', 1, '', '', '条文');
INSERT INTO question (id, code, current_version_id, retired_at) VALUES (1, 'q-1', 2, NULL);
INSERT INTO question_version (id, question_id, number, kind, stem, options, topic, difficulty, created_at)
VALUES (1, 1, 1, 'judge', '甲乙。丙', '[]', '题', 'easy', 5), (2, 1, 2, 'judge', '乙', '[]', '题', 'easy', 6);
INSERT INTO citation (version_id, clause_id) VALUES (1, 1), (2, 1)
"""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_bank_of_the_second_release_stays_in_use(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    app = create_app(settings(_address(engine, tmp_path, request), tmp_path))
    with app.app_context():
        upgrade(revision="0002")
        for statement in OLD_BANK.split(";"):
            db.session.execute(sa.text(statement))
        db.session.commit()
        upgrade(revision="0003")
        for query, expected in (
            ("SELECT current_version_id, newest_version_id FROM question", [(2, 2)]),
            ("SELECT submitted_at, approved_at FROM question_version ORDER BY id", [(5, 5), (6, 6)]),
            ("SELECT c.revision, w.revision, w.text FROM clause c JOIN wording w ON w.clause_id = c.id",
             [(1, 1, "条文")]),
            ("SELECT word, version_id FROM version_word ORDER BY word", [("乙丙", 1), ("甲乙", 1)]),
            ("SELECT version_id, count(*) FROM version_band GROUP BY version_id ORDER BY version_id",
             [(1, 8), (2, 8)]),
            ("SELECT version_id, revision FROM citation ORDER BY version_id", [(1, 1), (2, 1)]),
        ):  # fmt: skip
            assert [tuple(row) for row in db.session.execute(sa.text(query))] == expected
        db.session.rollback()
        downgrade(revision="0002")
        assert db.session.execute(sa.text("SELECT id, stem FROM question_version ORDER BY id")).all() == [
            (1, "甲乙。丙"), (2, "乙"),
        ]  # fmt: skip
        db.session.rollback()
        db.engine.dispose()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_citation_knows_what_its_version_knew(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    app = create_app(settings(_address(engine, tmp_path, request), tmp_path))
    with app.app_context():
        upgrade(revision="0002")
        for statement in OLD_BANK.split(";"):
            db.session.execute(sa.text(statement))
        db.session.commit()
        upgrade(revision="0004")
        kept = sa.text("SELECT version_id, at FROM citation ORDER BY version_id")
        assert db.session.execute(kept).all() == [(1, 5), (2, 6)]
        db.session.rollback()
        downgrade(revision="0003")
        assert db.session.execute(sa.text("SELECT count(*) FROM citation")).scalar() == 2
        db.session.rollback()
        db.engine.dispose()


OLD_BLUEPRINT = """
INSERT INTO blueprint (id, code, title, minutes, pass_percent, sections)
VALUES (1, 'final', '结业', 45, 60, '%s')
"""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_blueprint_of_sections_becomes_a_grid_and_back(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    app = create_app(settings(_address(engine, tmp_path, request), tmp_path))
    head = {"title": "一", "kind": "single", "points": 25, "preset": "exact"}
    old = [head | {"count": 4, "topics": ["甲", "乙"], "rule_sets": []}, head | {"count": 2}]
    with app.app_context():
        upgrade(revision="0004")
        db.session.execute(sa.text(OLD_BLUEPRINT % json.dumps(old)))
        db.session.commit()
        upgrade(revision="0005")
        row = db.session.scalars(sa.select(Blueprint)).one()
        free = {"difficulty": "", "rule_sets": [], "clauses": []}
        assert row.sections == [
            head | {"cells": [{"count": 4, "topics": ["甲", "乙"]} | free]},
            head | {"cells": [{"count": 2, "topics": []} | free]},
        ]
        assert (row.total, row.at_least, row.enemies, row.rest_days, row.rest_exams) == (150, [], [], 0, 0)
        row.sections = [head | {"cells": [
            {"count": 1, "topics": ["甲"]} | free, {"count": 3, "topics": ["乙"]} | free,
        ]}, *row.sections[1:]]  # fmt: skip
        db.session.commit()
        downgrade(revision="0004")
        [kept] = db.session.scalars(sa.text("SELECT sections FROM blueprint"))
        whole = [old[0] | {"topics": sorted(["甲", "乙"])}, old[1] | {"topics": [], "rule_sets": []}]
        assert (json.loads(kept) if isinstance(kept, str) else kept) == whole
        db.session.rollback()
        db.engine.dispose()


OLD_EXAMS = """
INSERT INTO paper (id, sha256, document, created_at) VALUES (1, 'x', '{}', 1767200400000000);
INSERT INTO exam (id, kind, code, title, blueprint_id, paper_id, opens_at, closes_at, minutes, draw,
                  attempts_allowed, pass_percent, shuffle_slots, shuffle_options, review, created_at)
VALUES (1, 'exam', 'a', '一', NULL, 1, 1, 2, 45, NULL, 1, 60, TRUE, TRUE, 'score', 1),
       (2, 'exam', 'b', '二', NULL, 1, 1, 2, 45, NULL, 1, 60, TRUE, TRUE, 'after_submit', 1),
       (3, 'exam', 'c', '三', NULL, 1, 1, 2, 45, NULL, 1, 60, TRUE, TRUE, 'after_close', 1)
"""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_exams_let_review_becomes_phases_and_back(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    app = create_app(settings(_address(engine, tmp_path, request), tmp_path))
    with app.app_context():
        upgrade(revision="0004")
        for statement in OLD_EXAMS.split(";"):
            db.session.execute(sa.text(statement))
        db.session.commit()
        upgrade(revision="0005")
        exams = db.session.scalars(sa.select(Exam).order_by(Exam.id)).all()
        names = ("score", "after_submit", "after_close")
        assert [releasing.read(one.release) for one in exams] == [releasing.USUAL[name] for name in names]
        assert {(one.released_at, one.appeal_days, one.paper_id) for one in exams} == {(None, 0, 1)}
        # The app writes what the lead back has to read; what has no former word shows the score alone.
        exams[1].release = releasing.stored(releasing.USUAL["after_close"])
        exams[2].release = releasing.stored(releasing.USUAL["by_hand"])
        db.session.commit()
        downgrade(revision="0004")
        kept = db.session.execute(sa.text("SELECT review, paper_id FROM exam ORDER BY id")).all()
        assert [tuple(row) for row in kept] == [("score", 1), ("after_close", 1), ("score", 1)]
        db.session.rollback()
        db.engine.dispose()


# Their rows never go, or their numbers stand in no page.
NUMBERED_ANEW = {
    "attempt", "audit_check", "audit_event", "bank_check", "blueprint", "certificate", "certificate_trouble",
    "course", "exam", "paper", "person", "question", "question_comment", "question_version", "rule_set",
    "sign_in_failure", "unapplied_response", "unit", "unit_change",
}  # fmt: skip


def test_a_number_that_a_page_shows_is_given_once(tmp_path: Path) -> None:
    app = create_app(settings(_address("sqlite", tmp_path), tmp_path))
    with app.app_context():
        upgrade()
        numbered = {name for name, table in Base.metadata.tables.items() if "id" in table.columns}
        made = dict(
            db.session.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
        )
        once = {name for name in numbered if "AUTOINCREMENT" in made[name]}
        declared = {n for n in numbered if Base.metadata.tables[n].dialect_kwargs.get("sqlite_autoincrement")}
        assert once == declared
        assert numbered - once - {"sign_in_session"} == NUMBERED_ANEW  # sessions have random names
        for name in ("course_assignment", "exam_assignment"):
            assert made[name].count("CHECK ((unit_id IS NULL) <> (person_id IS NULL))") == 1
        db.session.remove()
        db.engine.dispose()
