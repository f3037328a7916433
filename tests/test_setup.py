"""Starting and stopping as an operator does it: real processes, real signals."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.web.config import ROOT

FLASK = [sys.executable, "-m", "flask"]
GOOD_KEY = "k3J9-long-and-random-enough-for-a-test-0123456789"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(folder: Path, **more: str) -> dict[str, str]:
    own = {"SECRET_KEY", "PUBLIC_URL", "DATABASE_URL", "HOST", "PORT", "DEMO_PASSWORD", "GANXUN_DEMO"}
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return {**kept, "DATA_DIR": str(folder), **more}


def _answer(port: int, process: subprocess.Popen[str]) -> dict[str, object]:
    """The first answer of /healthz with a living worker."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as reply:
                state = json.load(reply)
                if state["worker"]["status"] == "ok":
                    return state
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"no answer; exit status {process.poll()}")


def _family(pid: int) -> list[int]:
    """The process and everything below it."""
    done = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    found = [pid]
    for parent in found:
        found += [child for child, above in pairs if above == parent]
    return found


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def _started(folder: Path, port: int, **more: str) -> Iterator[subprocess.Popen[str]]:
    environment = _environment(folder, PORT=str(port), **more)
    process = subprocess.Popen(
        [*FLASK, "up"], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _greeting(process: subprocess.Popen[str]) -> str:
    """What it prints until it says how to stop it; a moment after it answers."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the demo school was started once."""
    folder = tmp_path_factory.mktemp("school")
    port = _free_port()
    with _started(folder, port, GANXUN_DEMO="1", DEMO_PASSWORD="first password") as process:
        state = _answer(port, process)
        assert state["status"] == "ok" and state["database"] == {"status": "ok", "engine": "sqlite"}
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0, output
    assert "正在建立数据库" in output and "正在载入演示学校" in output
    return folder


@pytest.mark.parametrize("how", ["ctrl-c", "terminate", "kill"])
def test_second_start_is_quick_and_stopping_leaves_no_process(school: Path, how: str) -> None:
    port, began = _free_port(), time.monotonic()
    with _started(school, port, GANXUN_DEMO="1", DEMO_PASSWORD="first password") as process:
        _answer(port, process)
        assert time.monotonic() - began < 15  # five seconds on an idle machine; tests share theirs
        told = _greeting(process)
        family = _family(process.pid)
        assert len(family) >= 4  # itself, two web processes, the worker
        if how == "ctrl-c":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGTERM if how == "terminate" else signal.SIGKILL)
        output, _ = process.communicate(timeout=20)
    assert "正在载入演示学校" not in told + output
    if how != "kill":
        assert process.returncode == 0 and "已停止。" in output and "first password" in told
    until = time.monotonic() + 10
    while time.monotonic() < until and any(map(_alive, family)):
        time.sleep(0.1)
    assert [pid for pid in family if _alive(pid)] == []


def _refused(folder: Path, *words: str, **environment: str) -> str:
    done = subprocess.run(
        [*FLASK, *(words or ("up",))], cwd=ROOT, env=_environment(folder, **environment),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_port_in_use_is_said_in_words(school: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = _refused(school, GANXUN_DEMO="1", PORT=str(port))
    assert f"127.0.0.1:{port}" in words and f"PORT={port + 1} make run" in words


@pytest.mark.parametrize("key", ["", "short", "a" * 64])
def test_production_refuses_a_missing_or_weak_key(tmp_path: Path, key: str) -> None:
    words = _refused(tmp_path, SECRET_KEY=key, PUBLIC_URL="https://ganxun.example.cn", GANXUN_DEMO="0")
    assert "没有设置 SECRET_KEY" in words
    assert not (tmp_path / "ganxun.db").exists()


def test_a_weak_data_key_is_refused(tmp_path: Path) -> None:
    given = {"SECRET_KEY": GOOD_KEY, "DATA_KEY": "short", "PUBLIC_URL": "https://ganxun.example.cn"}
    assert "DATA_KEY 太弱" in _refused(tmp_path, GANXUN_DEMO="0", **given)


def test_production_wants_the_address_that_people_type(tmp_path: Path) -> None:
    assert "没有设置 PUBLIC_URL" in _refused(tmp_path, SECRET_KEY=GOOD_KEY, GANXUN_DEMO="0")


def test_a_setting_that_is_no_number_is_named(tmp_path: Path) -> None:
    assert "PORT 只能是整数" in _refused(tmp_path, GANXUN_DEMO="1", PORT="eighty")


def test_a_database_out_of_reach_is_said_in_words(tmp_path: Path) -> None:
    nowhere = f"postgresql://ganxun:secret@127.0.0.1:{_free_port()}/ganxun"
    words = _refused(tmp_path, GANXUN_DEMO="1", PORT=str(_free_port()), DATABASE_URL=nowhere)
    assert "连不上数据库" in words and "secret" not in words


@pytest.mark.parametrize(
    "words",
    [
        ("people", "create-admin", "--username", "head", "--name", "罗校长", "--one-time"),
        ("bank", "import", "question_bank"),
        ("demo", "load"),
        ("audit", "verify"),
    ],
    ids=" ".join,
)
def test_commands_say_that_the_database_is_not_there_yet(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert "请先执行：flask db upgrade" in _refused(tmp_path, *words, GANXUN_DEMO="1")


def test_production_starts_without_demo_people(tmp_path: Path) -> None:
    port = _free_port()
    with _started(
        tmp_path, port, SECRET_KEY=GOOD_KEY, PUBLIC_URL="http://school.example.cn", GANXUN_DEMO="0"
    ) as process:
        _answer(port, process)
        process.terminate()
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "演示" not in output and "http://school.example.cn" in output


@pytest.mark.parametrize("script", ["scripts/setup.sh", "scripts/lock.sh", ".ci/run"])
def test_scripts_are_plain_shell(script: str) -> None:
    assert subprocess.run(["sh", "-n", script], cwd=ROOT, check=False).returncode == 0
