"""Pictures that people upload, drawn anew: only in a limited process (app/web/limited.py).

Nothing is left of the file but what one sees: no position of the camera, no second file at its end.
"""

import io
import json
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")  # each one more reader to trust
LARGEST = 1600  # pixels of the longer side
MAX_PIXELS = 40_000_000  # of the file: a few kilobytes can unpack to gigabytes
MAX_PNG = 1_000_000  # bytes; a larger one is a photograph

_UNREADABLE = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError)


class Refused(Exception):
    """No picture to be had; `reason` is a key of pictures.REFUSALS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def redraw(data: bytes) -> tuple[dict[str, object], bytes]:
    """Upright, on white, not larger than it is shown; a JPEG stays one."""
    if data.startswith((b"\xd7\xcd\xc6\x9a", b"\x01\x00\x00\x00")):
        raise Refused("vector")
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Refused("large")
        photograph = image.format == "JPEG"
        if photograph:
            image.draft("RGB", (LARGEST, LARGEST))
        drawn = _on_white(ImageOps.exif_transpose(image))
    drawn.thumbnail((LARGEST, LARGEST))
    bare = Image.new("RGB", drawn.size)  # without what else the file said
    bare.paste(drawn)
    body = b"" if photograph else _saved(bare, "PNG")
    if photograph or len(body) > MAX_PNG:
        photograph, body = True, _saved(bare, "JPEG")
    mime = "image/jpeg" if photograph else "image/png"
    return {"mime": mime, "width": bare.width, "height": bare.height}, body


def _on_white(image: Image.Image) -> Image.Image:
    """What was transparent would be black on some screens."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def _saved(image: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    image.save(out, form, optimize=True, quality=85)
    return out.getvalue()


def answer(data: bytes) -> bytes:
    """For app/web/pictures.py: a line of JSON, what it is or why it is none, then the picture's bytes."""
    warnings.simplefilter("ignore")
    body = b""
    head: dict[str, object]
    try:
        head, body = redraw(data)
    except Refused as refusal:
        head = {"refused": refusal.reason}
    except Image.DecompressionBombError:
        head = {"refused": "large"}
    except _UNREADABLE:
        head = {"refused": "unreadable"}
    return json.dumps(head).encode() + b"\n" + body
