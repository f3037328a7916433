"""Work on what people send, in a process of its own with limited memory and time (limited_child.py).

A file made to exhaust them ends that process and nothing else.
"""

import resource
import subprocess
import sys
from pathlib import Path

import structlog

MEMORY = 1 << 30  # address space
SECONDS = 90  # of the processor; 20,000 questions take a third of it
TIMEOUT = 240.0  # seconds in all, for a process that waits
LARGEST = 160 * 1024 * 1024  # bytes of an answer; who asked holds them all in memory
# Else a helper for matrices starts a thread, with memory of its own, for each processor.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}
_CHILD = Path(__file__).with_name("limited_child.py")
log = structlog.get_logger()


class Exhausted(Exception):
    """The work did not come to its end: it wanted more than it may have, or died of what it read."""


def spent() -> float:
    """Seconds of the processor that such processes have taken so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(module: str, data: bytes, *given: str) -> bytes:
    """What `answer(data, *given)` of the module gives. Raises Exhausted."""
    limits = (str(limit) for limit in (MEMORY, SECONDS, LARGEST))
    command = [sys.executable, "-I", str(_CHILD), module, *limits, *given]
    try:
        done = subprocess.run(  # without this process's environment: there are keys in it
            command, input=data, capture_output=True, timeout=TIMEOUT, check=True, env=_ENVIRONMENT
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        log.warning("limited_work_ended", module=module, how=_how(error))
        raise Exhausted from error
    return done.stdout


def _how(error: subprocess.CalledProcessError | subprocess.TimeoutExpired) -> str:
    """The signal, or the last exception by its name alone: its text may quote what somebody sent."""
    if isinstance(error, subprocess.TimeoutExpired):
        return "timeout"
    last = (error.stderr or b"").decode(errors="replace").strip().rpartition("\n")[2]
    return f"{error.returncode} {last.partition(':')[0][:60]}".strip()
