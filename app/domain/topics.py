"""知识点 as a tree: a topic is the path to it, such as 党的纪律/政治纪律."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

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


def meant(text: str, paths: Collection[str]) -> list[str]:
    """The topics that may be called so: by the whole path, or by where it ends."""
    return [text] if text in paths else [path for path in paths if path.endswith(SEPARATOR + text)]


def close(text: str, paths: Collection[str]) -> list[str]:
    """The topics that may have been meant by what is no topic, the closest first."""
    names = dict.fromkeys(name(path) for path in paths)
    return [path for like in get_close_matches(name(text), names, 2) for path in paths if name(path) == like]


def name(topic: str) -> str:
    """What it is called among its neighbours."""
    return topic.rpartition(SEPARATOR)[2]
