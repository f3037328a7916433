import pytest

from app.domain.places import lost, pieces, place, unnamed


@pytest.mark.parametrize(
    ("text", "count", "found"),
    [
        ("见〔图1〕和〔图2〕。", 2, ["见", 1, "和", 2, "。"]),
        ("〔图2〕〔图2〕", 2, [2, 2]),
        ("〔图3〕〔图0〕甲", 2, ["〔图3〕〔图0〕甲"]),
        ("没有图", 8, ["没有图"]),
        ("", 1, []),
    ],
)
def test_a_text_is_cut_where_its_pictures_stand(text: str, count: int, found: list[str | int]) -> None:
    assert list(pieces(text, count)) == found


def test_what_no_text_names_is_left() -> None:
    assert lost(["看〔图2〕", f"甲{place(4)}〔图0〕"], 3) == [0, 4]
    assert unnamed(["看〔图2〕", f"甲{place(4)}〔图9〕"], 4) == [1, 3]
