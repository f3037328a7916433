"""The process that works on what somebody sent; app/web/limited.py starts it by path.

The data come on standard input; what `answer` of the named module makes of them goes to standard output.
Usage: limited_child.py MODULE MEMORY SECONDS LARGEST [GIVEN …]
"""

import importlib
import resource
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType


def main(module: str, memory: str, seconds: str, largest: str, *given: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what was sent is left in no file
    with suppress(OSError):  # where memory is short, this process goes before the one that asked
        Path("/proc/self/oom_score_adj").write_text("1000")
    # The floors without app/__init__.py, which takes seconds to put the whole application together.
    floors = ModuleType("app")
    floors.__path__ = [str(Path(__file__).parents[1])]
    sys.modules["app"] = floors
    answer: bytes = importlib.import_module(module).answer(sys.stdin.buffer.read(), *given)
    if len(answer) > int(largest):
        sys.exit("the answer is too large")
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
