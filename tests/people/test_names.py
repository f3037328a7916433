import pytest

from app.people.names import tidy_name, tidy_username


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张　三", "张三"),
        (" 欧阳 文婧 ", "欧阳文婧"),
        ("Li  Si", "Li Si"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        (None, ""),
    ],
)
def test_names_lose_padding_only(typed: str | None, kept: str) -> None:
    assert tidy_name(typed) == kept


def test_usernames_are_plain_and_lower() -> None:
    assert tidy_username(" ＬiＳi１３ ") == "lisi13"
