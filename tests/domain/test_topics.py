import pytest

from app.domain.topics import name, tree, within


@pytest.mark.parametrize(
    ("topic", "wanted", "inside"),
    [
        ("纪律", "纪律", True),
        ("纪律/政治", "纪律", True),
        ("纪律/政治/规矩", "纪律/政治", True),
        ("纪律", "纪律/政治", False),
        ("纪律处分", "纪律", False),
    ],
)
def test_within(topic: str, wanted: str, inside: bool) -> None:
    assert within(topic, wanted) is inside


def test_the_tree_holds_what_is_above_and_keeps_families_together() -> None:
    assert tree(["b/a/c", "a-", "b", "b/d", "b-c"]) == [
        ("a-", 0), ("b", 0), ("b/a", 1), ("b/a/c", 2), ("b/d", 1), ("b-c", 0),
    ]  # fmt: skip
    assert tree([]) == []


def test_name() -> None:
    assert (name("纪律/政治"), name("纪律")) == ("政治", "纪律")
