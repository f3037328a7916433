"""The whole database as a value: to see whether anything changed, and to put back what did."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.web.db import Base, db

APPEND_ONLY = {"audit_event", "audit_seal", "audit_anchor"}  # the database itself refuses to shorten them
Rows = dict[tuple[Any, ...], dict[str, Any]]


def _tables() -> list[sa.Table]:
    return Base.metadata.sorted_tables


_seen: dict[str, tuple[str, Rows]] = {}  # table → all it held as one text, and as rows


def _texts(conn: sa.Connection) -> dict[str, str]:
    """All that each table holds as one text, in one statement: a request changes few of them."""
    lite = conn.dialect.name == "sqlite"
    asked = (
        f"SELECT '{table.name}', {_of_lite(table) if lite else _OF_POSTGRES} FROM {table.name} t"  # noqa: S608
        for table in _tables()
    )
    return {name: text or "" for name, text in conn.execute(sa.text(" UNION ALL ".join(asked)))}


_OF_POSTGRES = "md5(string_agg(t::text, '' ORDER BY t::text))"


def _of_lite(table: sa.Table) -> str:
    columns = " || ',' || ".join(f'quote("{column.name}")' for column in table.columns)
    return f"group_concat({columns})"


def _read(conn: sa.Connection, table: sa.Table, text: str) -> Rows:
    if _seen.get(table.name, ("",))[0] != text:
        keys = [column.name for column in table.primary_key]
        found = conn.execute(sa.select(table)).mappings()
        _seen[table.name] = text, {tuple(row[k] for k in keys): dict(row) for row in found}
    return dict(_seen[table.name][1]) if text else {}


def read() -> dict[str, Rows]:
    """Every row of every table, by table and primary key; without the records of refusals, which have a
    test of their own: tests/people/test_refusals.py."""
    with db.engine.connect() as conn:
        texts = _texts(conn)
        rows = {table.name: _read(conn, table, texts[table.name]) for table in _tables()}
    refused = {key for key, event in rows["audit_event"].items() if event["action"] == "access.refuse"}
    for name in ("audit_event", "audit_waiting"):
        rows[name] = {key: row for key, row in rows[name].items() if key not in refused}
    return rows


def differences(before: Mapping[str, Rows], after: Mapping[str, Rows]) -> dict[str, list[Any]]:
    """Table → the primary keys whose rows are not as they were."""
    found = {}
    for name in before:
        if before[name] != after[name]:
            keys = {*before[name], *after[name]}
            found[name] = sorted((k for k in keys if before[name].get(k) != after[name].get(k)), key=repr)
    return found


def restore(wanted: Mapping[str, Rows], actual: Mapping[str, Rows]) -> None:
    """Make the database what it was, append-only tables excepted."""
    changed = [t for t in _tables() if t.name not in APPEND_ONLY and wanted[t.name] != actual[t.name]]
    waiting = [s for table in changed for s in _statements(table, wanted[table.name], actual[table.name])]
    with db.engine.begin() as conn:
        while waiting:  # constraints decide the order: what one refuses has its turn after the others
            refused = [statement for statement in waiting if not _done(conn, statement)]
            assert len(refused) < len(waiting), "the database cannot be put back"
            waiting = refused


def _statements(table: sa.Table, wanted: Rows, actual: Rows) -> Iterator[sa.Executable]:
    for key in wanted.keys() - actual.keys():
        yield sa.insert(table).values(wanted[key])
    for key in actual.keys() - wanted.keys():
        yield sa.delete(table).where(_is(table, key))
    for key in actual.keys() & wanted.keys():
        if actual[key] != wanted[key]:
            yield sa.update(table).where(_is(table, key)).values(wanted[key])


def _done(conn: sa.Connection, statement: sa.Executable) -> bool:
    try:
        with conn.begin_nested():
            conn.execute(statement)
    except IntegrityError:
        return False
    return True


def _is(table: sa.Table, key: tuple[Any, ...]) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))
