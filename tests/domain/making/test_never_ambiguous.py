"""What every recipe makes of every rule set has one answer, and is true or false as its key says."""

import re
from dataclasses import replace

import pytest

from app.domain.faults import faults
from app.domain.making.recipes import RECIPES, Made, make, remake
from app.domain.making.texts import Library, Source
from app.domain.questions import BLANK, Kind, normalise
from tests.domain.making.shelf import library

CODES = [source.code for source in library().sources]
SEEDS = (1, 2, 3)


def made(code: str, name: str) -> list[Made]:
    return [one for seed in SEEDS for one in make(library(), code, name, "知识点", seed, 12)]


def said_by(source: Source) -> list[str]:
    texts = [text for clause in source.clauses for text in (clause.text, clause.heading) if text]
    return [normalise(text) for text in texts]


def said_somewhere(text: str) -> bool:
    return any(normalise(text) in said for source in library().sources for said in said_by(source))


@pytest.mark.parametrize("code", CODES)
def test_each_is_well_formed_cites_and_quotes_its_clause_and_can_be_made_again(code: str) -> None:
    for name in RECIPES:
        for one in made(code, name):
            assert faults(one.question) == ()
            assert one.recipe["clause"] in one.question.clauses
            assert set(one.question.clauses) <= set(library().clauses)
            assert one.question.topic == "知识点"
            assert set(one.recipe) == {"name", "seed", "clause", "revision", "arguments"}
            assert remake(library(), one.recipe, "知识点") == one


@pytest.mark.parametrize("code", CODES)
def test_a_blank_has_one_filling(code: str) -> None:
    for one in made(code, "cloze"):
        [[phrase, *_variants]] = one.question.key
        assert one.question.stem.count(BLANK) == 1
        left, right = one.question.stem.removeprefix(library().by_code[code].intro).split(BLANK)
        left, right = normalise(left), normalise(right)
        assert normalise(phrase) not in left + right
        if library().by_code[code].terms:
            continue
        whole = f"{left}{normalise(phrase)}{right}"
        assert any(whole in said for said in said_by(library().by_code[code]))
        near = re.compile(f"{re.escape(left[-8:])}(.{{1,12}}?){re.escape(right[:8])}")
        if left and right:
            fillings = {
                m[1] for source in library().sources for s in said_by(source) for m in near.finditer(s)
            }
            assert fillings == {normalise(phrase)}


@pytest.mark.parametrize("code", CODES)
def test_one_option_alone_does_not_belong(code: str) -> None:
    source = library().by_code[code]
    for one in made(code, "outsider"):
        strange = one.question.options["abcd".index(str(one.question.key))]
        assert not any(normalise(strange) in said or said in normalise(strange) for said in said_by(source))
        assert strange not in source.summary
        for option in set(one.question.options) - {strange}:
            assert any(normalise(option) in said for said in said_by(source))


@pytest.mark.parametrize("code", CODES)
def test_a_quotation_stands_in_one_of_the_sets_alone(code: str) -> None:
    by_title = {source.title: source for source in library().sources}
    for one in made(code, "belonging"):
        quote = one.question.stem[1 : one.question.stem.index("”是（")]
        holders = [
            title
            for title in one.question.options
            if any(normalise(quote) in said for said in said_by(by_title[title]))
        ]
        assert holders == [one.question.options["abcd".index(str(one.question.key))]]
        assert holders == [library().by_code[code].title]


@pytest.mark.parametrize("code", CODES)
def test_what_is_true_is_said_and_what_is_false_is_said_nowhere(code: str) -> None:
    for one in made(code, "changed"):
        statement = one.question.stem.removeprefix(library().by_code[code].intro)
        assert said_somewhere(statement) is one.question.key


@pytest.mark.parametrize("code", CODES)
def test_every_prompt_has_its_own_text_and_none_gives_it_away(code: str) -> None:
    for one in made(code, "match"):
        question = one.question
        clauses = [library().clauses[name] for name in question.clauses]
        for place, (prompt, key) in enumerate(zip(question.prompts, question.key, strict=True)):
            text = question.options["abcdefgh".index(key)]
            for at, clause in enumerate(clauses):
                assert (normalise(text) in clause.plain) is (at == place)
            assert normalise(prompt) not in normalise(text)


@pytest.mark.parametrize("code", CODES)
def test_an_order_is_that_of_the_text(code: str) -> None:
    said = "\n".join(clause.plain for clause in library().by_code[code].clauses)
    for one in made(code, "order"):
        steps = [normalise(one.question.options["abcdefgh".index(key)]) for key in one.question.key]
        places = [said.index(step) for step in steps]
        assert places == sorted(places)
        assert len(set(places)) == len(places)


def test_the_shipped_sets_give_something_by_every_recipe() -> None:
    given = {name: sum(len(made(code, name)) for code in CODES) for name in RECIPES}
    assert all(given.values()), given


def test_what_is_recited_is_the_clause() -> None:
    for code in CODES:
        for one in made(code, "recite"):
            assert one.question.kind is Kind.RECITE
            assert all(phrase in one.question.key["text"] for phrase in one.question.key["phrases"])


def test_another_wording_makes_another_question_or_none() -> None:
    old = make(library(), "five-musts", "cloze", "题", 1, 50)
    assert len(old) > 10
    for one in old:
        name = one.recipe["clause"]
        shorter = _reworded(library(), name, "必须维护党的团结，要坚持五湖四海，团结一切忠实于党的同志。")
        again = remake(shorter, one.recipe, "题")
        assert again is not None
        assert again.recipe["revision"] == 2
        assert normalise(again.question.key[0][0]) in shorter.clauses[name].plain
        assert again.question != one.question
        assert remake(_reworded(library(), name, "略。"), one.recipe, "题") is None


def _reworded(shelf: Library, name: str, text: str) -> Library:
    sources = [
        replace(
            source,
            clauses=tuple(
                replace(clause, text=text, revision=clause.revision + 1) if clause.name == name else clause
                for clause in source.clauses
            ),
        )
        for source in shelf.sources
    ]
    return Library(tuple(sources))
