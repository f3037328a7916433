"""Pictures that people upload, drawn anew in a limited process (app/web/redrawing.py)."""

import json
from dataclasses import dataclass
from hashlib import sha256

from flask_babel import lazy_gettext as _l

from app.web import limited

MAX_BYTES = 8 * 1024 * 1024  # of the file

REFUSALS = {
    "unreadable": _l("读不了这张图片。请另存为 PNG 或 JPEG 后再上传。"),
    "vector": _l("这是 Word 的矢量图，读不了。请截图或另存为 PNG 后再上传。"),
    "large": _l("图片的尺寸太大。请缩小到 4000 万像素以内，另存后再上传。"),
    "weight": _l("图片文件超过 8 MB。请压缩后再上传。"),
    "exhausted": _l("这张图片太复杂，读不了。请另存为 PNG 或 JPEG 后再上传。"),
}


class PictureError(Exception):
    """The upload cannot be shown; the message tells its owner what to do."""


@dataclass(frozen=True)
class Drawn:
    """A picture as it is kept, named by what is in it."""

    mime: str  # image/png | image/jpeg
    width: int
    height: int
    data: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()


def redraw(data: bytes) -> Drawn:
    """The picture in a file of unknown origin. Raises PictureError."""
    if len(data) > MAX_BYTES:
        raise PictureError(str(REFUSALS["weight"]))
    try:
        answer = limited.run("app.web.redrawing", data)
    except limited.Exhausted as error:
        raise PictureError(str(REFUSALS["exhausted"])) from error
    head, _newline, body = answer.partition(b"\n")
    said = json.loads(head)
    if "refused" in said:
        raise PictureError(str(REFUSALS[said["refused"]]))
    return Drawn(said["mime"], said["width"], said["height"], body)
