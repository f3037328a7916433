"""Settings from the environment: refused in words when unusable."""

import os
from pathlib import Path
from typing import Any

import pytest

from app.domain.policy import ASVS, DJBH
from app.web import config


def read(monkeypatch: pytest.MonkeyPatch, folder: Path, **more: str) -> dict[str, Any]:
    for name in ("SECURITY_PROFILE", "SECOND_FACTOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"GANXUN_DEMO": "1", "DATA_DIR": str(folder), **more}.items():
        monkeypatch.setenv(name, value)
    return config.from_environment()


def test_the_profile_is_asvs_unless_another_is_chosen(monkeypatch, tmp_path: Path) -> None:
    assert read(monkeypatch, tmp_path)["POLICY"] is ASVS
    assert read(monkeypatch, tmp_path, SECURITY_PROFILE="djbh")["POLICY"] is DJBH
    assert not read(monkeypatch, tmp_path, SECOND_FACTOR="optional")["POLICY"].staff_second_factor


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SECURITY_PROFILE": "none"}, "SECURITY_PROFILE"),
        ({"SECOND_FACTOR": "off"}, "SECOND_FACTOR"),
        ({"SECOND_FACTOR": "optional", "SECURITY_PROFILE": "djbh"}, "djbh"),
    ],
)
def test_what_makes_no_sense_is_refused(
    monkeypatch, tmp_path: Path, given: dict[str, str], named: str
) -> None:
    with pytest.raises(config.ConfigError, match=named):
        read(monkeypatch, tmp_path, **given)


def test_what_the_program_makes_is_for_its_own_account(monkeypatch, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        folder = tmp_path / "data"
        read(monkeypatch, folder)
        (folder / "ganxun.db").touch()
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o077 for path in (folder, folder / "ganxun.db")] == [0, 0]


def test_cookies_are_bound_to_the_host_under_https() -> None:
    secure, plain = config.defaults("https://ganxun.example.cn"), config.defaults("http://127.0.0.1:8000")
    assert secure["SESSION_COOKIE_NAME"] == "__Host-ganxun" and secure["SESSION_COOKIE_SECURE"]
    assert secure["DEVICE_COOKIE_NAME"] == "__Host-ganxun-device"
    assert plain["SESSION_COOKIE_NAME"] == "ganxun" and not plain["SESSION_COOKIE_SECURE"]
