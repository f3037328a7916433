import ast

from flask import Flask

from app.audit.fields import VALUES, reading
from app.audit.labels import NOUNS, VERBS, target_label
from app.bank import labels as bank_labels
from app.domain.access import Action, Role
from app.domain.careers import Leaving, PostingKind
from app.domain.questions import Kind
from app.domain.ranks import Political
from app.domain.releasing import When
from app.domain.scoring import Preset
from tests.guards import source


def recorded() -> set[str]:
    """Every act whose name stands in the source."""
    calls = (node for path in source.files() for node in ast.walk(source.tree(path)))
    return {
        node.args[0].value
        for node in calls
        if isinstance(node, ast.Call)
        and source.attribute(node.func) == "record"
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_act_has_a_chinese_name(app: Flask) -> None:
    acts = [act.split(".") for act in sorted(recorded())]
    assert len(acts) > 20
    assert [act for act in acts if act[0] not in NOUNS or act[1] not in VERBS] == []


def test_every_coded_value_has_a_chinese_name(app: Flask) -> None:
    coded = {
        "access": Action, "role": Role, "score": When, "preset": Preset, "political": Political,
        "left_reason": Leaving, "kind": [*Kind, *PostingKind], "difficulty": bank_labels.DIFFICULTIES,
        "sex": ("m", "f"),
    }  # fmt: skip
    assert {name: set(words) - VALUES[name].keys() for name, words in coded.items()} == {
        name: set() for name in coded
    }


def test_values_are_read_as_people_write_them(app: Flask) -> None:
    assert reading("opens_at", "2026-12-01 01:00:00+00:00") == "2026-12-01 09:00"
    assert reading("credit_hours", 45) == "4.5" and reading("rows", 45) == "45"
    assert reading("sections", [{"kind": "single", "points": 25, "topics": []}]) == (
        "类别：单选题，每题分值：2.5，知识点：无"
    )
    assert [reading("x", value) for value in (None, True, False, "")] == ["无", "是", "否", "空"]
    assert reading("kind", "branch") == "党支部" and reading("", ["甲", "乙"]) == "甲；乙"


def test_what_was_acted_on_is_named(app: Flask) -> None:
    assert target_label("setting:school") == "学校设置" and target_label("course:files") == "课程文件"
    assert target_label("exam:7/person:12") == "考试 7，人员 12"
    assert target_label("access:unit_edit") == "权限 管理单位"
