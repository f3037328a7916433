"""Pictures of an imported file: drawn anew and kept before the questions that show them."""

from flask_babel import gettext as _

from app.bank import pictures
from app.bank.importing import placing
from app.bank.importing.items import Item, Note, Reading
from app.web import clock, limited, uow
from app.web.pictures import PictureError

MOST = 500  # of a file; each takes a process of its own
SECONDS = 150.0  # of the processor, for all of a file


def keep(reading: Reading) -> None:
    """Each in a transaction of its own: drawing is slow, and holds up nobody."""
    shown = {given for item in reading.items for given in item.content.pictures}
    if not shown:
        return
    names, wrong = _here({given for given in shown if not given.isdigit()})
    drawn: dict[bytes, str] = {}
    refused: dict[bytes, str] = {}
    before = limited.spent()
    for number, data in enumerate(reading.pictures, 1):
        if str(number) not in shown:
            continue
        if data not in drawn and data not in refused:  # one that stands in many places is drawn once
            try:
                _allow(len(drawn) + len(refused), limited.spent() - before)
                drawn[data] = pictures.keep(data, clock.now())
                uow.commit_item()
            except PictureError as error:
                refused[data] = str(error)
        if data in drawn:
            names[str(number)] = drawn[data]
        else:
            wrong[str(number)] = refused[data]
    for item in reading.items:
        _show(item, names, wrong)


def _allow(drawn: int, spent: float) -> None:
    """Raises PictureError where a file has had its share."""
    if drawn >= MOST:
        raise PictureError(_("一个文件最多带 %(n)s 张图片，这一张没有收。", n=MOST))
    if spent > SECONDS:
        raise PictureError(_("这个文件的图片太多或太复杂，这一张没有收。请压缩图片，再添加到题里。"))


def _here(files: set[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Of pictures that a file of our own names without bringing them: those kept here, and why not others.

    They stay until their items are kept, and are called after what is in them (`pictures.file_name`).
    """
    kept = pictures.touch({name.partition(".")[0] for name in files}, clock.now())
    uow.commit_item()
    names = {name: name.partition(".")[0] for name in files if name.partition(".")[0] in kept}
    wrong = _("题库里没有这张图片：请把 pictures 文件夹与试题文件一起压缩成 .zip 上传，或在试题页上添加。")
    return names, dict.fromkeys(files - names.keys(), wrong)


def _show(item: Item, names: dict[str, str], wrong: dict[str, str]) -> None:
    item.notes += [
        Note("pictures", text)
        for text in dict.fromkeys(wrong[n] for n in item.content.pictures if n in wrong)
    ]
    if item.content.pictures:
        item.content = placing.kept(item.content, names)
