"""What changed between two texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.changes import Piece, pieces


def marked(before: str, after: str) -> str:
    marks = {"same": "{}", "del": "[-{}]", "ins": "[+{}]"}
    return "".join(marks[piece.op].format(piece.text) for piece in pieces(before, after))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("", "", ""),
        ("甲乙", "甲乙", "甲乙"),
        ("", "甲", "[+甲]"),
        ("甲", "", "[-甲]"),
        ("必须维护党中央权威", "必须坚决维护党中央权威", "必须[+坚决]维护党中央权威"),
        ("三年以下处分", "五年以上处分", "[-三][+五]年以[-下][+上]处分"),
        ("甲一乙丙丁", "戊一己丙丁", "[-甲一乙][+戊一己]丙丁"),
        ("甲一二三四乙", "丙一二三四丁", "[-甲][+丙]一二三四[-乙][+丁]"),
        ("甲" * 5000, "乙" * 5000, f"[-{'甲' * 5000}][+{'乙' * 5000}]"),
    ],
)
def test_pieces(before: str, after: str, shown: str) -> None:
    assert marked(before, after) == shown


@settings(deadline=None)
@given(st.text("甲乙丙", max_size=30), st.text("甲乙丙", max_size=30))
def test_both_texts_can_be_read_from_it(before: str, after: str) -> None:
    found: list[Piece] = pieces(before, after)
    assert "".join(piece.text for piece in found if piece.op != "ins") == before
    assert "".join(piece.text for piece in found if piece.op != "del") == after
    assert all(piece.text for piece in found)
