"""Numbers here are invented: region 110105, the example of GB 11643 among them."""

from datetime import date

import pytest

from app.domain.identity import (
    Fault,
    check_digit,
    fault,
    identity,
    is_personal,
    masked_number,
    masked_phone,
    number_in,
    phone,
    without_numbers,
)

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "number", "born_on", "sex"),
    [
        ("11010519491231002X", "11010519491231002X", date(1949, 12, 31), "f"),
        (" 110105 19491231 002x ", "11010519491231002X", date(1949, 12, 31), "f"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X", date(1949, 12, 31), "f"),
        ("440524188001010014", None, None, None),  # born before anyone alive
        ("11010519491231002Y", None, None, None),
        ("110105194912310021", None, None, None),  # check digit
        ("110105194902300024", None, None, None),
        ("110105491231002", None, None, None),  # fifteen digits, out of use since 2013
        ("1.10105194912310E+17", None, None, None),
        ("", None, None, None),
    ],
)
def test_an_identity_number(text: str, number: str | None, born_on: date | None, sex: str | None) -> None:
    found = identity(text, TODAY)
    assert (found and (found.number, found.born_on, found.sex)) == (number and (number, born_on, sex))


def test_nobody_is_born_tomorrow() -> None:
    first = "11010520261123001"
    assert identity(first + check_digit(first), TODAY) is None
    assert identity(first + check_digit(first), date(2026, 11, 23)) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13800000001", "13800000001"),
        ("+86 138-0000-0001", "13800000001"),
        ("１３８０００００００１", "13800000001"),
        ("12800000001", None),
        ("1380000000", None),
        ("0571-88888888", None),
    ],
)
def test_a_phone_number(text: str, expected: str | None) -> None:
    assert phone(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话13800138000。", "电话138****00。"),
        ("138 0013 8000", "138****00"),
        ("138-0013-8000", "138****00"),
        ("+86 138 - 0013 8000", "+86****00"),
        ("110101 19900307 775x", "110****5x"),
        ("１３８００１３８０００", "１３８****００"),
        ("110101 19900307 775Ｘ和13800138000", "110****5Ｘ和138****00"),
        ("2019-07-01 2020-01-01", "2019-07-01 2020-01-01"),
        ("2019.07-2020.01，1380013800", "2019.07-2020.01，1380013800"),
    ],
)
def test_long_numbers_in_a_text_are_masked_and_dates_are_not(text: str, expected: str) -> None:
    assert without_numbers(text) == expected
    assert (number_in(text) is None) == (text == expected)


def test_masking_takes_linear_time() -> None:
    for text in (
        "1" * 1_000_000,
        "1- " * 300_000,
        "1- 2- 3- x" * 100_000,
        "2019-07-01 " * 90_000 + "1",
        "2019-07-20" * 90_000 + "1",
    ):
        assert len(without_numbers(text)) <= len(text)


def test_masks_show_too_little_to_use() -> None:
    assert masked_number("11010519491231002X") == "110105**********2X"
    assert masked_phone("13800000001") == "138****0001"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11010519491231002X", None),
        (" 110105 19491231 002x ", None),
        ("110105491231002", Fault.OLD),
        ("", Fault.LENGTH),
        ("11010519491231002", Fault.LENGTH),
        ("1.10105194912310E+17", Fault.LENGTH),
        ("11010519491231002Y", Fault.CHARACTERS),
        ("01010519491231002X", Fault.CHARACTERS),
        ("１1010519491231٠٠2X", Fault.CHARACTERS),
        ("11010519490230002X", Fault.BIRTHDAY),
        ("11010520270101002X", Fault.BIRTHDAY),
        ("110105194912310021", Fault.CHECK),
    ],
)
def test_what_is_wrong_with_a_number(text: str, expected: Fault | None) -> None:
    assert fault(text, TODAY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13800000001", True), ("+86 138-0000-0001", True), ("11010519491231002x", True), ("1" * 15, True),
        ("2380000001", False), ("qh-13800000001", False), ("a" * 18, False), ("", False),
    ],
)  # fmt: skip
def test_what_is_written_like_a_number_of_somebody(text: str, expected: bool) -> None:
    assert is_personal(text) is expected
