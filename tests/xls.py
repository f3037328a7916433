"""The smallest .xls that a reader accepts (BIFF8 in a compound file), so that tests need no writer of it."""

import struct
from collections.abc import Iterable

_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
SECTOR = 512


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _text(text: str, *, short: bool = False) -> bytes:
    return struct.pack("<B" if short else "<H", len(text)) + b"\x01" + text.encode("utf-16-le")


def _cell(row: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        return _record(0x0204, place + _text(value))  # LABEL
    return _record(0x0203, place + struct.pack("<d", value))  # NUMBER


def workbook(cells: Iterable[tuple[int, int, str | float]]) -> bytes:
    """One sheet with (row, column, value) cells."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    head = _record(0x0809, begin) + _record(0x0042, struct.pack("<H", 1200))
    name = b"\x00\x00" + _text("Sheet1", short=True)
    length = len(head) + 4 + 4 + len(name) + 4
    globals_ = head + _record(0x0085, struct.pack("<I", length) + name) + _record(0x000A, b"")
    sheet = _record(0x0809, begin[:2] + b"\x10\x00" + begin[4:])
    sheet += b"".join(_cell(*cell) for cell in cells) + _record(0x000A, b"")
    return compound("Workbook", globals_ + sheet)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<BBIII", kind, 1, _NONE, _NONE, child)
    return (
        raw.ljust(64, b"\0") + struct.pack("<H", len(raw)) + links + bytes(36)
        + struct.pack("<IQ", start, size)
    )  # fmt: skip


def compound(name: str, stream: bytes) -> bytes:
    """A compound file (MS-CFB, version 3) of one stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")  # no mini stream
    sectors = len(stream) // SECTOR
    tables = -(-(sectors + 2) // 127)
    fat = [_FAT] * tables + [_END] + [tables + 2 + n for n in range(sectors - 1)] + [_END]
    fat += [_FREE] * (tables * 128 - len(fat))
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _NONE, tables + 1, len(stream))
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, tables, tables, 0, 4096, _END, 0, _END, 0,
    )  # fmt: skip
    head += struct.pack("<109I", *([*range(tables)] + [_FREE] * (109 - tables)))
    return head + struct.pack(f"<{len(fat)}I", *fat) + directory.ljust(SECTOR, b"\0") + stream
