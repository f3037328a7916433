"""Pictures of an imported file: drawn anew and kept before the questions that show them."""

from hashlib import sha256

from flask_babel import gettext as _

from app.bank import pictures
from app.bank.importing.assembling import with_pictures
from app.bank.importing.items import Item, Note, Reading
from app.web import clock, uow
from app.web.pictures import PictureError

MOST = 500  # of a file; each takes a process of its own


def keep(reading: Reading) -> None:
    """Each in a transaction of its own: drawing is slow, and holds up nobody."""
    names: dict[str, str] = {}
    wrong: dict[str, str] = {}
    done: dict[bytes, str] = {}
    shown = {number for item in reading.items for number in item.content.pictures}
    for number, data in enumerate(reading.pictures, 1):
        digest = sha256(data).digest()
        if str(number) not in shown:
            continue
        if digest not in done and len(done) >= MOST:
            wrong[str(number)] = _("一个文件最多带 %(n)s 张图片，这一张没有收。", n=MOST)
            continue
        try:
            done[digest] = names[str(number)] = done.get(digest) or pictures.keep(data, clock.now())
            uow.commit_item()
        except PictureError as error:
            wrong[str(number)] = str(error)
    for item in reading.items:
        _show(item, names, wrong)


def _show(item: Item, names: dict[str, str], wrong: dict[str, str]) -> None:
    for number in item.content.pictures:
        if number in wrong:
            item.notes.append(Note("pictures", wrong[number]))
    if item.content.pictures:
        item.content = with_pictures(item.content, names)
