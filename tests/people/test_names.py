import pytest

from app.people.names import readings, tidy_name, tidy_username


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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("曾国藩", ("zengguofan", "zgf")),
        ("单雄信", ("shanxiongxin", "sxx")),
        ("单于婉", ("chanyuwan", "cyw")),
        ("仇英", ("qiuying", "qy")),
        ("解晓东", ("xiexiaodong", "xxd")),
        ("任长霞", ("renzhangxia", "rzx")),
        ("欧阳修", ("ouyangxiu", "oyx")),
        ("张三", ("zhangsan", "zs")),
        ("阿卜杜拉·热合曼", ("abodulareheman", "abdlrhm")),
        ("Li Si", ("lisi", "ls")),
        ("", ("", "")),
    ],
)
def test_a_name_is_read_with_its_surname(name: str, expected: tuple[str, str]) -> None:
    assert readings(name) == expected
