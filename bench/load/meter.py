"""Where the processor's time goes, read from /proc: web, worker, database, the crowd, and everybody else."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
Seconds = dict[str, float]  # processor seconds by who used them


def _stat(pid: int) -> list[str]:
    """The fields after the name: state, parent, … [11:13] own time, [13:15] that of children who ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (stat := _stat(int(entry.name))):
            found.setdefault(int(stat[1]), []).append(int(entry.name))
    return found


def _spent(pid: int, children: Mapping[int, list[int]], skip: Callable[[int], bool]) -> float:
    """Of a process and those it started; of those that ended, as far as it waited for them."""
    stat = _stat(pid)
    own = sum(map(int, stat[11:15])) / _TICK if stat else 0.0
    return own + sum(_spent(child, children, skip) for child in children.get(pid, ()) if not skip(child))


def _is_worker(pid: int) -> bool:
    try:
        return b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def memory(pid: int) -> float:
    """MiB that a process and those it started have for themselves; shared pages by their share."""
    children, waiting, total = _children(), [pid], 0
    while waiting:
        one = waiting.pop()
        waiting += children.get(one, ())
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


class Meter:
    """Reads at the given moments (seconds since 1970), in a thread of its own."""

    def __init__(self, server: int, crowd: int, database: int | None) -> None:
        self._server, self._crowd, self._database = server, crowd, database
        self.readings: list[tuple[float, Seconds]] = []

    def read(self) -> Seconds:
        children = _children()
        nobody: Callable[[int], bool] = lambda _pid: False  # noqa: E731
        workers = [pid for pid in children.get(self._server, ()) if _is_worker(pid)]
        told = {
            "web": _spent(self._server, children, _is_worker),
            "worker": sum(_spent(pid, children, nobody) for pid in workers),
            "database": _spent(self._database, children, nobody) if self._database else 0.0,
            "crowd": _spent(self._crowd, children, nobody),
        }
        busy = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
        idle = int(busy[3]) + int(busy[4])
        return told | {"all": (sum(map(int, busy[:8])) - idle) / _TICK}

    def watch(self, moments: list[float]) -> threading.Thread:
        def follow() -> None:
            for moment in moments:
                time.sleep(max(0.0, moment - time.time()))
                self.readings.append((time.time(), self.read()))

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        return thread


def between(first: tuple[float, Seconds], last: tuple[float, Seconds]) -> Seconds:
    """Cores used, by whom; `others` is what the machine did besides."""
    length = max(last[0] - first[0], 0.001)
    cores = {name: (spent - first[1][name]) / length for name, spent in last[1].items()}
    whole = cores.pop("all")
    return cores | {"others": max(whole - sum(cores.values()), 0.0)}
