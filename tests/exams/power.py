"""Power cuts: what a process told the kernel, and what a disk may hold of it when the current goes.

strace records every write and sync. What was synced is on the disk; of what came after, anything may be:
all of it, nothing, single sectors, in any order.
"""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

SECTOR = 512
_CALLS = "write,pwrite64,ftruncate,fsync,fdatasync,unlink"
_FILE, _DATA = r'(?:\d+<(?P<fd>[^>]*)>|"(?P<name>[^"]*)")', r'(?:, "(?P<data>[^"]*)")?'
_LINE = re.compile(rf"(\w+)\({_FILE}{_DATA}(?P<rest>.*)\) += \d")
_HEX = re.compile(r"\\x([0-9a-f]{2})")


@dataclass(frozen=True)
class Event:
    call: str  # write | truncate | sync | unlink | told
    name: str  # of the file
    at: int = 0  # where it was written, or the new length
    data: bytes = b""


def record(module: str, *arguments: str, trace: Path, told: Path) -> list[Event]:
    """Run a module of one thread under strace. `told`: the file that it appends to when it tells somebody."""
    command = ["strace", "-y", "-xx", "-s", "1000000", "-e", f"trace={_CALLS}", "-o", str(trace)]
    subprocess.run([*command, sys.executable, "-m", module, *arguments], check=True)
    with trace.open() as lines:
        return [event for line in lines if (event := _event(line, told)) is not None]


def _event(line: str, told: Path) -> Event | None:
    found = _LINE.match(line)
    if found is None:
        return None
    name = _bytes(found["fd"] or found["name"]).decode(errors="replace")
    data, numbers = _bytes(found["data"] or ""), [int(n) for n in re.findall(r", (\d+)", found["rest"])]
    match found[1]:
        case "write" if name == str(told):
            return Event("told", name, data=data)
        case "pwrite64":
            return Event("write", name, numbers[-1], data)
        case "ftruncate":
            return Event("truncate", name, numbers[-1])
        case "fsync" | "fdatasync":
            return Event("sync", name)
        case "unlink":
            return Event("unlink", name)
    return None


def _bytes(told: str) -> bytes:
    """-y tells of paths as they are, and of what is written in hexadecimal digits."""
    return bytes.fromhex("".join(_HEX.findall(told))) if told.startswith("\\x") else told.encode()


def cut(base: Mapping[str, bytes], events: Sequence[Event], upto: int, dice: Random) -> dict[str, bytes]:
    """What the files may hold when the power goes after so many events."""
    synced = {event.name: n for n, event in enumerate(events[:upto]) if event.call == "sync"}
    files = {name: bytearray(data) for name, data in base.items()}
    for n, event in enumerate(events[:upto]):
        sure = n < synced.get(event.name, -1)
        fate = 1.0 if sure else dice.choice((0.0, 0.5, 1.0))
        if event.call == "write":
            _write(files.setdefault(event.name, bytearray()), event, fate, dice)
        elif event.call == "truncate" and fate == 1.0:
            del files.setdefault(event.name, bytearray())[event.at :]
        elif event.call == "unlink" and fate == 1.0:
            files.pop(event.name, None)
    return {name: bytes(data) for name, data in files.items()}


def _write(file: bytearray, event: Event, fate: float, dice: Random) -> None:
    """All, nothing, or some of the sectors."""
    start, end = event.at, event.at + len(event.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        if dice.random() < fate:
            file.extend(bytes(max(0, stop - len(file))))
            file[start:stop] = event.data[start - event.at : stop - event.at]
        start = stop
