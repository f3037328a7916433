"""How often a test does what could fail: a little in the suite, long in `make soak`."""

import os


def times(suite: int, soak: int) -> int:
    return soak if os.environ.get("SOAK") else suite
