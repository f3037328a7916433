"""Pictures somebody sent: drawn anew, small and bare; what is hostile is refused in words."""

import io
import struct
import zlib

import pytest
from PIL import Image

from app.web import limited, pictures
from app.web.pictures import PictureError, redraw


def made(form: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **how: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, how.pop("colour", None)).save(out, form, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("data", "mime", "size"),
    [
        (made(), "image/png", (40, 20)),
        (made("JPEG"), "image/jpeg", (40, 20)),
        (made("GIF", mode="P"), "image/png", (40, 20)),
        (made("BMP"), "image/png", (40, 20)),
        (made("WEBP"), "image/png", (40, 20)),
        (made("JPEG", (3200, 800)), "image/jpeg", (1600, 400)),
    ],
)
def test_it_is_drawn_anew(data: bytes, mime: str, size: tuple[int, int]) -> None:
    drawn = redraw(data)
    assert (drawn.mime, (drawn.width, drawn.height)) == (mime, size)
    assert opened(drawn.data).size == size
    assert redraw(data).sha256 == drawn.sha256


def test_nothing_is_left_but_what_one_sees() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "secret place"
    drawn = redraw(made("JPEG", exif=exif) + b"PK\x03\x04 a second file")
    assert (drawn.width, drawn.height) == (20, 40)
    assert b"secret" not in drawn.data and b"PK\x03\x04" not in drawn.data


def test_what_was_transparent_is_white() -> None:
    clear = redraw(made(mode="RGBA", colour=(0, 0, 0, 0)))
    assert opened(clear.data).getpixel((3, 3)) == (255, 255, 255)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is that large."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "unreadable"),
        (b"<svg onload='alert(1)'/>", "unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "unreadable"),
        (made()[:60], "unreadable"),
        (made("TIFF"), "unreadable"),
        (bomb(5_000, 5_000), "unreadable"),  # no such rows in it
        (bomb(50_000, 50_000), "large"),
        (bomb(7_000, 7_000), "large"),
        (b"\xd7\xcd\xc6\x9a" + b"\0" * 40, "vector"),
        (b"\0" * (pictures.MAX_BYTES + 1), "weight"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_cure(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError) as refused:
        redraw(data)
    assert str(refused.value) == str(pictures.REFUSALS[reason])


def test_a_child_that_ends_itself_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "TIMEOUT", 0.0)
    with pytest.raises(PictureError, match="太复杂"):
        redraw(made())


def test_a_child_that_wants_too_much_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "MEMORY", 200 << 20)
    with pytest.raises(PictureError, match="太复杂"):
        redraw(made(size=(6000, 6000)))
