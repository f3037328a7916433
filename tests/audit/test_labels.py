import ast

from flask import Flask

from app.audit.labels import NOUNS, VERBS
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
