"""Pictures on their way out, a question at a time: never more of them in memory than one question shows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.bank import pictures
from app.bank.exporting.picking import Exported
from app.bank.pictures import Picture
from app.domain import places


@dataclass(frozen=True)
class Album:
    """The pictures of a question by their numbers; one that is not kept any more has none."""

    count: int
    by_number: dict[int, Picture]

    def pieces(self, text: str) -> Iterator[str | tuple[int, Picture]]:
        """The text, cut where a picture stands."""
        for piece in places.pieces(text, self.count):
            picture = self.by_number.get(piece) if isinstance(piece, int) else None
            if isinstance(piece, str):
                yield piece
            else:
                yield (piece, picture) if picture else places.place(piece)

    def shown(self, *texts: str) -> list[Picture]:
        """Those that stand in the texts, each once."""
        met = (piece for text in texts for piece in self.pieces(text) if not isinstance(piece, str))
        return list({picture.name: picture for _n, picture in met}.values())


EMPTY = Album(0, {})


def album(one: Exported) -> Album:
    names = one.content.pictures
    kept = pictures.fetch(set(names))
    return Album(len(names), {n: kept[name] for n, name in enumerate(names, 1) if name in kept})


def placed(one: Exported) -> Exported:
    """With every picture named in a text: other programs know no picture that just belongs to a question."""
    content = one.content
    left = places.unnamed(content.texts, len(content.pictures))
    stem = "\n".join([content.stem, *map(places.place, left)])
    return replace(one, content=replace(content, stem=stem)) if left else one
