from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.certificates import (
    CODE_ALPHABET,
    CODE_LENGTH,
    Facts,
    chinese_date,
    chinese_hours,
    grouped,
    mask_name,
    missing_glyphs,
    number,
    read_code,
    unit_and_post,
    unprintable,
)


@pytest.mark.parametrize(
    ("serial", "text"),
    [
        (1, "青禾党校〔2026〕第00001号"),
        (99999, "青禾党校〔2026〕第99999号"),
        (100000, "青禾党校〔2026〕第100000号"),
    ],
)
def test_number(serial: int, text: str) -> None:
    assert number("青禾党校", 2026, serial) == text


@pytest.mark.parametrize("serial", [0, -1])
def test_serials_start_at_one(serial: int) -> None:
    with pytest.raises(ValueError):
        number("青禾党校", 2026, serial)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("王小明", "王*明"),
        ("欧阳修", "欧*修"),
        ("欧阳小明", "欧**明"),
        ("阿依古丽·买买提江", "阿*******江"),
        ("𬱖小明", "𬱖*明"),
        ("丁", "*"),
        ("", ""),
        (" 张三 ", "张*"),
    ],
)
def test_mask_name(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(st.characters(categories=["Lo"]), min_size=1))
def test_a_mask_keeps_the_length_and_hides_something(name: str) -> None:
    assert len(mask_name(name)) == len(name)
    assert "*" in mask_name(name)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", ()),
        ("王明", ()),
        ("王 　\n明", ()),
        ("王𬱖明", ("𬱖",)),
        ("䶮王𬱖䶮", ("䶮", "𬱖")),
    ],
)
def test_missing_glyphs(text: str, missing: tuple[str, ...]) -> None:
    assert missing_glyphs(text, {ord("王"), ord("明")}) == missing


@pytest.mark.parametrize(
    ("unit", "post", "text"),
    [
        ("青禾县委办公室", "主任", "青禾县委办公室主任"),
        ("青禾县委办公室", "青禾县委办公室主任", "青禾县委办公室主任"),
        ("溪川镇云岭村党支部", "云岭村党支部书记、村委会主任", "溪川镇云岭村党支部书记、村委会主任"),
        ("青禾县人民医院", "县人民医院党委书记", "青禾县人民医院党委书记"),
        ("县委办公室", "室务会成员", "县委办公室室务会成员"),
        ("青禾县", "", "青禾县"),
        ("", "主任", "主任"),
        (" 青禾县 ", " 县长 ", "青禾县县长"),
        ("", "", ""),
    ],
)
def test_unit_and_post(unit: str, post: str, text: str) -> None:
    assert unit_and_post(unit, post) == text


@pytest.mark.parametrize(
    ("entered", "code"),
    [
        ("0123456789abcdefghjkmnpqrstv", "0123456789abcdefghjkmnpqrstv"),
        (" 0123 4567 89AB CDEF GHJK MNPQ RSTV ", "0123456789abcdefghjkmnpqrstv"),
        ("o123-4567-89ab-cdef-ghjk-mnpq-rstl", "0123456789abcdefghjkmnpqrst1"),
        ("https://g.example/verify/0123456789abcdefghjkmnpqrstv/", "0123456789abcdefghjkmnpqrstv"),
        ("0123456789abcdefghjkmnpqrst", None),
        ("0123456789abcdefghjkmnpqrstu", None),
        ("青禾党校〔2026〕第00001号", None),
        ("", None),
    ],
)
def test_read_code(entered: str, code: str | None) -> None:
    assert read_code(entered) == code


@given(st.text(CODE_ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_a_printed_code_reads_back(code: str) -> None:
    assert read_code(grouped(code)) == read_code(grouped(code).upper()) == code


def test_dates_and_hours_as_printed() -> None:
    assert chinese_date(date(2026, 1, 9)) == "2026年1月9日"
    assert [chinese_hours(tenths) for tenths in (60, 5, 125)] == ["6.0", "0.5", "12.5"]


def test_unprintable_names_the_field() -> None:
    facts = Facts("王𬱖", "县委主任", "课", "始", "末", "6.0", "92", "号", "校", "日")
    assert unprintable(facts, {ord(char) for char in "王县委主任课号校"}) == {"name": ("𬱖",)}
