"""Which passwords may be chosen; each refusal says which rule and what to do."""

import pytest
from flask import Flask

from app.domain.policy import ASVS, DJBH
from app.people import passwords, school
from app.people.facts import PersonFacts
from tests import factories
from tests.people.school import county

FACTS = PersonFacts(
    "曾国藩", "zgf1811", 1, id_number="110101199001011237", phone="13812345678", staff_no="qh0042"
)
WORDS = passwords.personal_words(FACTS, ["中共青禾县委党校", "青禾党校", "青禾县委办公室", "溪川镇第2党支部"])


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "10 至 200"),
        ("x" * 201, "10 至 200"),
        ("aaaaaaaaabbb", "太有规律"),
        ("abcdefghij1", "太有规律"),
        ("0987654321", "太有规律"),
        ("PASSWORD123", "太常见"),
        ("1qaz2wsx3edc", "太常见"),
        ("woaini1314", "太常见"),
        ("my zengguofan 7", "zengguofan"),
        ("小路曾国藩与秋天的雨水", "曾国藩"),
        ("tree ZGF1811 lake", "zgf1811"),
        ("lake 19900101 tree", "19900101"),
        ("lake 12345678 tree", "12345678"),
        ("tree qh0042 lake", "qh0042"),
        ("dangxiao-tree-7", "dangxiao"),
        ("qinghedangxiao9x", "dangxiao"),
        ("qinghexian2026", "“qinghexian”"),
        ("Qinghe@2026!!", "“qinghe”"),
        ("XichuanZhen#88", "“xichuanzhen”"),
        ("2026-xianwei-ban", "“xianwei”"),
        ("青禾县二〇二六年的秋", "“青禾县”"),
        ("我在县委办公室上班呢", "“县委办公室”"),
        ("bangongshi*0042", "“bangongshi”"),
    ],
)
def test_refused(app: Flask, password: str, said: str) -> None:
    assert said in passwords.fault(password, ASVS, WORDS)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "溪边石桥老槐树下乘凉",
        "lake-otter-plum",
        "x7#Kq!m2Zt",
        "a" * 3 + "溪桥" * 40 + "kite",
    ],
)
def test_allowed(app: Flask, password: str) -> None:
    assert passwords.fault(password, ASVS, WORDS) == ""


def test_the_profile_of_the_graded_protection_asks_three_kinds(app: Flask) -> None:
    assert "3 种" in passwords.fault("correct horse battery", DJBH, WORDS)
    assert passwords.fault("Correct horse 4", DJBH, WORDS) == ""


def test_the_units_above_and_the_school_are_known_too(app: Flask) -> None:
    c = county()
    c.root.short_name = "大青山"
    school.save(school.School(name="云州干部学院"))
    zhao = factories.person("赵云", c.branch)
    for password, said in {
        "qinghexian2026": "qinghexian", "yunlingcun2026": "yunlingcun", "xichuan-2026": "xichuan",
        "daqingshan2026": "daqingshan", "yunzhou..2026": "yunzhou",
    }.items():  # fmt: skip
        assert f"“{said}”" in passwords.fault_of(zhao, password)
    assert passwords.fault_of(zhao, "shiqiaozhen2026") == ""  # a neighbour's name


def test_a_composed_and_a_decomposed_letter_are_one(app: Flask) -> None:
    stored = passwords.hash_password("cafe\u0301 lake otter")
    assert passwords.verify(stored, "caf\u00e9 lake otter")
    assert not passwords.verify(stored, "cafe lake otter")


def test_nothing_is_cut_off(app: Flask) -> None:
    stored = passwords.hash_password("k" * 199 + "1")
    assert not passwords.verify(stored, "k" * 199 + "2")
