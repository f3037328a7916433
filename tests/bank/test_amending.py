"""A clause changed by hand: what rests on it, what the files may say of it later, and back again."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.bank import amending, browsing, content, grounds, queries, rule_sets, service, stale, typed_clauses
from app.bank.exporting import own, picking, printing
from app.bank.models import Amendment, Citation, Clause, RuleSet, Wording
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, publish, question, read_all, write

SETS, QUESTIONS = "rule_sets/five-musts.toml", "questions/five-musts.toml"
OLD, NEW = "必须维护党的团结", "必须维护党的团结统一"
DOCUMENT, SINCE, LATER = "关于修改五个必须的决定", date(2026, 11, 1), NOW + timedelta(days=1)
LAST = NOW + timedelta(days=2)


@pytest.fixture
def clause(app: Flask, tmp_path: Path) -> Clause:
    """Clause 2, on which question 002 rests and 001 does not."""
    load(write(tmp_path))
    return db.session.scalars(sa.select(Clause).where(Clause.code == "2")).one()


def amend(clause: Clause, text: str = NEW) -> bool:
    changed = amending.amend(clause, DOCUMENT, SINCE, text, LATER, factories.person().id)
    db.session.commit()
    return changed


def due() -> list[str]:
    db.session.expire_all()
    return [found.code for found in stale.due(LATER.date(), 1).items]


def wordings() -> list[tuple[int, str]]:
    rows = sa.select(Wording.revision, Wording.text).join(Clause).where(Clause.code == "2")
    return [tuple(row) for row in db.session.execute(rows.order_by(Wording.revision))]


def acts() -> list[str]:
    return [
        action
        for action in db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id))
        if action.startswith("clause.")
    ]


@pytest.mark.parametrize("text", [NEW, ""], ids=["amended", "repealed"])
def test_exactly_what_rests_on_it_is_to_be_reviewed(clause: Clause, text: str) -> None:
    assert due() == []
    assert amend(clause, text)
    assert due() == ["five-musts-002"]
    assert (clause.text, clause.superseded_on) == ((NEW, None) if text else (OLD, SINCE))
    assert wordings() == [(1, OLD), (2, NEW)][: 2 if text else 1]
    assert not amend(clause, text)  # the same again
    assert acts() == ["clause.amend"]


@pytest.mark.parametrize("text", [NEW, ""], ids=["amended", "repealed"])
def test_files_that_say_nothing_new_undo_nothing(clause: Clause, tmp_path: Path, text: str) -> None:
    amend(clause, text)
    before = amending.facts(clause)
    assert content.load(tmp_path, LAST) == {}
    assert (amending.facts(clause), due()) == (before, ["five-musts-002"])
    write(tmp_path, SETS, 'text = "必须维护党的团结"', f'locator = "二"\ntext = "{OLD}"')
    assert content.load(tmp_path, LAST) == {"clauses_changed": 1}
    assert (clause.locator, amending.facts(clause)) == ("二", before)
    assert due() == ["five-musts-002"]


@pytest.mark.parametrize("text", [NEW, ""], ids=["amended", "repealed"])
def test_a_question_from_the_files_rests_on_what_the_files_know(
    clause: Clause, tmp_path: Path, text: str
) -> None:
    """It was written and read before its authors knew."""
    amend(clause, text)
    write(tmp_path, QUESTIONS, '"团结"]]', '"党内团结"]]')
    content.load(read_all(tmp_path), LAST)
    db.session.commit()
    made = question("five-musts-002")
    assert (made.newest.number, made.current_version_id) == (2, made.newest_version_id)
    assert due() == ["five-musts-002"]


def test_the_files_are_heard_once_they_say_another_thing(clause: Clause, tmp_path: Path) -> None:
    amend(clause)
    write(tmp_path, SETS, OLD, "必须维护党的团结和统一")
    content.load(tmp_path, LAST)
    db.session.commit()
    assert (clause.text, clause.amendment, clause.revision) == ("必须维护党的团结和统一", None, 3)
    assert due() == ["five-musts-002"]
    content.load(read_all(tmp_path), LAST)  # the second reader has looked at the new text
    db.session.commit()
    assert due() == []
    assert acts() == ["clause.amend", "clause.update"]


@pytest.mark.parametrize(
    ("text", "said"),
    [(NEW, f'text = "{NEW}"'), ("", f'text = "{OLD}"\nsuperseded_on = 2026-11-01')],
    ids=["amended", "repealed"],
)
def test_files_that_say_the_same_change_nothing_more(
    clause: Clause, tmp_path: Path, text: str, said: str
) -> None:
    amend(clause, text)
    known = clause.revision, clause.superseded_on, clause.superseded_at
    write(tmp_path, SETS, f'text = "{OLD}"', said)
    content.load(tmp_path, LAST)
    assert (clause.revision, clause.superseded_on, clause.superseded_at) == known
    assert clause.amendment is None
    assert due() == ["five-musts-002"]


@pytest.mark.parametrize("text", [NEW, ""], ids=["amended", "repealed"])
def test_what_was_entered_by_mistake_leaves_no_trace_but_in_the_record(clause: Clause, text: str) -> None:
    before = amending.facts(clause)
    amend(clause, text)
    amending.withdraw(clause, LAST)
    db.session.commit()
    assert (amending.facts(clause), clause.revision, wordings()) == (before, 1, [(1, OLD)])
    assert clause.superseded_at is None
    assert due() == []
    amending.withdraw(clause, LAST)
    assert acts() == ["clause.amend", "clause.undo"]


def test_undone_what_a_question_rests_on_already_leaves_only_that_question_to_be_reviewed(
    clause: Clause, tmp_path: Path
) -> None:
    """Words entered by mistake are no earlier wording of the clause: nobody ever said them."""
    first, before = question("five-musts-002"), stale.changes()
    amend(clause)
    made = publish(Content(Kind.JUDGE, "对吗？", (), True, "对。", ("five-musts/2",), "政治纪律", "easy"))
    db.session.commit()
    amending.withdraw(clause, LAST)
    db.session.commit()
    assert wordings() == [(3, OLD)]
    assert due() == [made.code]
    assert stale.changes() == before  # courses and exams have nothing to look at either
    assert grounds.of(first.newest)[0].shaken is grounds.of(first.newest)[1].shaken is False
    [ground] = grounds.of(made.newest)
    assert (ground.shaken, ground.reworded, ground.clause.text) == (True, (), OLD)
    assert ground.withdrawn
    assert content.load(tmp_path, LAST) == {}
    amend(clause)
    assert wordings() == [(3, OLD), (4, NEW)]


def test_typed_back_and_then_withdrawn_it_leaves_no_trace_either(clause: Clause) -> None:
    before = amending.facts(clause)
    amend(clause)
    amend(clause, OLD)
    amending.withdraw(clause, LAST)
    db.session.commit()
    assert (amending.facts(clause), clause.revision, wordings()) == (before, 1, [(1, OLD)])
    assert due() == []


def test_repealed_after_it_was_amended(clause: Clause) -> None:
    amend(clause)
    amend(clause, "")
    assert (clause.text, clause.superseded_on, clause.revision) == (NEW, SINCE, 2)
    amending.withdraw(clause, LAST)
    db.session.commit()
    assert (clause.text, clause.superseded_on, clause.revision) == (OLD, None, 1)


def test_saving_a_set_of_ones_own_keeps_what_was_entered(clause: Clause) -> None:
    own = db.session.scalars(sa.select(RuleSet).where(RuleSet.local)).one()
    written = typed_clauses.clauses("1. 甲\n2. 乙")
    rule_sets.fill_in(own, {}, written, NOW)
    first, second = own.clauses
    for one in (first, second):
        amending.amend(one, DOCUMENT, SINCE, "", LATER, factories.person().id)
    db.session.commit()
    rule_sets.fill_in(own, {}, typed_clauses.clauses("1. 甲\n2. 乙改"), LAST)
    db.session.commit()
    assert (first.superseded_on, first.amendment is None) == (SINCE, False)
    assert (second.superseded_on, second.amendment, second.text) == (None, None, "乙改")


def test_an_uncited_clause_leaves_with_its_file_though_it_was_amended(clause: Clause, tmp_path: Path) -> None:
    three = f'text = "{OLD}"\n\n[[clause]]\ncode = "3"\ntext = "三"\n'
    load(write(tmp_path, SETS, f'text = "{OLD}"\n', three))
    third = db.session.scalars(sa.select(Clause).where(Clause.code == "3")).one()
    amend(third, "叁")
    assert load(write(tmp_path)) == {"clauses_deleted": 1}
    assert db.session.scalars(sa.select(Amendment)).all() == []


def test_an_author_knows_what_was_entered(clause: Clause) -> None:
    amend(clause)
    made = service.create_question(
        Content(Kind.JUDGE, "对吗？", (), True, "对。", ("five-musts/2",), "政治纪律", "easy"), LAST,
        factories.person().id,
    )  # fmt: skip
    cited = db.session.scalars(sa.select(Citation).where(Citation.version_id == made.newest_version_id)).one()
    assert (cited.revision, cited.at) == (2, LAST)


PLAIN = "习近平：《在会上的讲话》（节选），2015年1月13日，北京"
BY = "《关于修改五个必须的决定》"


def quoted(code: str) -> tuple[str, str]:
    """Clause 2 as a learner is shown it after a question; as the question's own page shows it, too."""
    version = question(code).newest
    cited = next(one for one in queries.answers([version.id])[version.id].clauses if one.code == "2")
    assert cited in [ground.clause for ground in grounds.of(version)]
    return cited.text, cited.source


def after() -> str:
    """The code of a question written once the clause was amended."""
    made = publish(Content(Kind.JUDGE, "对吗？", (), True, "对。", ("five-musts/2",), "政治纪律", "easy"))
    db.session.commit()
    return made.code


def test_nobody_is_quoted_as_having_said_what_another_document_says(clause: Clause) -> None:
    assert quoted("five-musts-002") == (OLD, PLAIN)
    amend(clause)
    assert quoted("five-musts-002") == (
        OLD,
        f"{PLAIN}（原来的条文，已据{BY}修改，2026年11月1日起按新的条文）",
    )
    assert quoted(after()) == (NEW, f"{PLAIN}（据{BY}修改，2026年11月1日起）")


def test_a_repealed_clause_says_so_where_it_is_quoted(clause: Clause) -> None:
    amend(clause, "")
    said = f"{PLAIN}（据{BY}废止，2026年11月1日起不再施行）"
    assert quoted("five-musts-002") == (OLD, said)
    amend(clause)
    code = after()
    amend(clause, "")
    assert quoted("five-musts-002") == (OLD, said)
    assert quoted(code) == (NEW, f"{PLAIN}（修改后的条文，据{BY}废止，2026年11月1日起不再施行）")


def test_what_the_files_say_anew_is_quoted_in_the_words_that_the_question_was_written_on(
    clause: Clause, tmp_path: Path
) -> None:
    write(tmp_path, SETS, OLD, NEW)
    content.load(tmp_path, LATER)
    db.session.commit()
    assert quoted("five-musts-002") == (OLD, f"{PLAIN}（引自改动以前的条文）")
    assert quoted(after()) == (NEW, PLAIN)


def test_what_was_entered_is_quoted_from_nobody_once_another_text_took_its_place(
    clause: Clause, tmp_path: Path
) -> None:
    amend(clause, "必须维护党的团洁统一")
    code = after()
    amend(clause)
    assert quoted(code) == (NEW, f"{PLAIN}（据{BY}修改，2026年11月1日起）")
    write(tmp_path, SETS, OLD, "必须维护党的团结和统一")
    content.load(tmp_path, LAST)
    db.session.commit()
    assert quoted(code) == ("必须维护党的团结和统一", PLAIN)
    assert quoted("five-musts-002") == (OLD, f"{PLAIN}（引自改动以前的条文）")
    assert wordings() == [(1, OLD), (4, "必须维护党的团结和统一")]
    assert due() == ["five-musts-002", code]


def test_what_was_undone_is_not_remarked_on(clause: Clause) -> None:
    amend(clause)
    code = after()
    amending.withdraw(clause, LAST)
    db.session.commit()
    assert quoted("five-musts-002") == quoted(code) == (OLD, PLAIN)


def test_exports_tell_that_a_clause_was_amended(clause: Clause) -> None:
    def exported() -> tuple[str, list[str]]:
        [found, _local] = picking.rule_sets()
        paper = printing.of_questions(picking.picked(browsing.Filter(), SINCE), "校", "卷", True)
        return own.rule_set(found), list(paper.sections[1].items[0].sources)

    file, sources = exported()
    assert "note" not in file and sources == ["《在会上的讲话》第一条", "《在会上的讲话》"]
    amend(clause)
    file, sources = exported()
    said = f"据{BY}修改，2026年11月1日起"
    assert f'note = "第 2 条：{said}。"' in file
    assert sources == ["《在会上的讲话》第一条", f"《在会上的讲话》（{said}）"]
