"""知识点 as a tree: a topic is the path to it, such as 党的纪律/政治纪律."""

from collections.abc import Iterable

SEPARATOR = "/"


def within(topic: str, wanted: str) -> bool:
    """Whether it is the wanted topic or one below it."""
    return topic == wanted or topic.startswith(wanted + SEPARATOR)


def tree(topics: Iterable[str]) -> list[tuple[str, int]]:
    """(path, depth from 0) of every topic and all above it, each followed by those below it."""
    paths = {
        SEPARATOR.join(steps[:depth])
        for steps in (topic.split(SEPARATOR) for topic in topics)
        for depth in range(1, len(steps) + 1)
    }
    return [(path, path.count(SEPARATOR)) for path in sorted(paths, key=lambda path: path.split(SEPARATOR))]


def name(topic: str) -> str:
    """What it is called among its neighbours."""
    return topic.rpartition(SEPARATOR)[2]
