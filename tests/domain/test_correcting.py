import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.correcting import Mark, corrected
from app.domain.questions import normalise

OATH = "我志愿加入中国共产党，拥护党的纲领。"
SIGNS = {Mark.SAME: "{}", Mark.MISSING: "+{}+", Mark.EXTRA: "-{}-"}


def marked(original: str, written: str) -> str:
    return "".join(SIGNS[piece.mark].format(piece.text) for piece in corrected(original, written))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (OATH, OATH),
        ("我志愿加入中国共产党拥护党的纲领", OATH),
        (" 我志愿，加入中国共产党：\n拥护党的纲领！", OATH),
        ("我志愿加入中国共产党，拥护党的章程。", "我志愿加入中国共产党，拥护党的-章程。-+纲领。+"),
        ("我加入中国共产党，拥护党的纲领。", "我+志愿+加入中国共产党，拥护党的纲领。"),
        ("我志愿加入中国共产党，坚决拥护党的纲领。", "我志愿加入中国共产党，-坚决-拥护党的纲领。"),
        ("", f"+{OATH}+"),
        ("。，", f"+{OATH}+"),
    ],
)
def test_a_text_is_corrected(written: str, said: str) -> None:
    assert marked(OATH, written) == said


def test_width_and_case_make_no_difference() -> None:
    assert marked("ＡＢＣ１２㎏", "abc 12kg") == "ＡＢＣ１２㎏"


def test_what_is_far_too_long_is_not_compared() -> None:
    pieces = corrected(OATH, OATH + "党" * 9000)
    assert [piece.mark for piece in pieces[:1]] == [Mark.SAME]
    assert sum(len(piece.text) for piece in pieces if piece.mark is Mark.EXTRA) == 9000


@given(st.text("党的，。 ＡaéͿ㎏\n纲领", max_size=30), st.text("党的，。 ＡaéͿ㎏\n纲领", max_size=30))
def test_the_original_can_be_read_in_the_correction(original: str, written: str) -> None:
    pieces = corrected(original, written)
    kept = "".join(piece.text for piece in pieces if piece.mark is not Mark.EXTRA)
    assert kept == (original if normalise(original) else "")
    assert all(piece.text for piece in pieces)
