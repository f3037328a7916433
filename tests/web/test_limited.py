"""The process that takes apart what people send: what it knows, what it may have, how its end is told."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.web import limited


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A floor with one module of our own, in place of the application's."""
    web = tmp_path / "app" / "web"
    web.mkdir(parents=True)
    child = limited._CHILD.read_bytes()
    (web / "limited_child.py").write_bytes(child)
    monkeypatch.setattr(limited, "_CHILD", web / "limited_child.py")
    return web / "work.py"


def test_it_knows_neither_keys_nor_the_application(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a key")
    (module.parent.parent / "__init__.py").write_text("raise SystemExit('the whole application')")
    module.write_text(
        "import os, sys\n"
        "def answer(data, *given):\n"
        "    return repr([data, given, 'SECRET_KEY' in os.environ, sys.path[:1] == ['']]).encode()\n"
    )
    assert limited.run("app.web.work", b"x", "1") == b"[b'x', ('1',), False, False]"


@pytest.mark.parametrize(
    ("work", "how"),
    [
        ("while True: pass", "-24"),  # SIGXCPU
        ("bytearray(3 << 30)", "1 MemoryError"),
        ("raise ValueError('110101199001011234')", "1 ValueError"),
        ("return bytes(2000)", "1 the answer is too large"),
        ("import os; os.kill(os.getpid(), 11)", "-11"),
    ],
)
def test_its_end_is_told_without_what_it_read(
    module: Path, monkeypatch: pytest.MonkeyPatch, work: str, how: str
) -> None:
    monkeypatch.setattr(limited, "SECONDS", 1)
    monkeypatch.setattr(limited, "LARGEST", 1000)
    module.write_text(f"def answer(data):\n    {work}\n")
    with capture_logs() as logs, pytest.raises(limited.Exhausted):
        limited.run("app.web.work", b"")
    assert [(entry["module"], entry["how"]) for entry in logs] == [("app.web.work", how)]
