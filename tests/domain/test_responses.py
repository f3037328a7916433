from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.responses import fitting_letters


@pytest.mark.parametrize(
    ("value", "letters"),
    [
        (None, "smjbopt"),
        (True, "j"),
        (False, "j"),
        ("c", "st"),
        ("", "st"),
        ("x" * 200, "st"),
        ("x" * 201, "t"),
        ("文" * 10_000, "t"),
        ([], "mbop"),
        (["a", "c"], "mbop"),
        (["文"] * 50, "mbop"),
        (["文" * 2000], "mbop"),
    ],
)
def test_fitting_letters(value: object, letters: str) -> None:
    assert fitting_letters(value) == letters


@pytest.mark.parametrize(
    "value",
    [
        0,
        1,
        1.5,
        {"a": 1},
        ("a",),
        b"a",
        "x" * 10_001,
        ["a"] * 51,
        ["文" * 2001],
        ["a", None],
        [["a"]],
        [True],
        "a\0",
        ["\ud800"],
    ],
)
def test_no_kind_takes(value: object) -> None:
    with pytest.raises(ValueError):
        fitting_letters(value)


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), st.lists, max_leaves=5))
def test_fitting_letters_answers_or_refuses(value: object) -> None:
    with suppress(ValueError):
        assert fitting_letters(value) in {"smjbopt", "j", "st", "mbop"}
