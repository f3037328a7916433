"""Settings from the environment, read once at start. docs/deploy.md lists them."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from app.domain.policy import ASVS, PROFILES, Policy, without_second_factor


class ConfigError(click.ClickException):
    """A setting is missing or unusable; the message says which and what to do, without a traceback."""


def _demo_key(data_dir: Path) -> str:
    """The demo's own key, made at the first start, readable by its owner alone."""
    path = data_dir / "secret.key"
    if not path.exists():
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _weak(key: str) -> bool:
    return len(key) < 32 or len(set(key)) < 10


def _data_key() -> str:
    """What personal numbers are sealed with; empty: a key derived from SECRET_KEY."""
    key = os.environ.get("DATA_KEY", "")
    if key and _weak(key):
        raise ConfigError("DATA_KEY 太弱：至少要 32 个随机字符。不填则用由 SECRET_KEY 推出的密钥。")
    return key


def _key(demo: bool, data_dir: Path) -> str:
    key = os.environ.get("SECRET_KEY", "")
    if not key and demo:
        return _demo_key(data_dir)
    if _weak(key):
        raise ConfigError(
            "没有设置 SECRET_KEY，或者太弱：至少要 32 个随机字符。可以这样生成：\n"
            '  python3 -c "import secrets; print(secrets.token_urlsafe(48))"\n'
            "要对 make run 建的演示学校执行命令，请改设 GANXUN_DEMO=1。"
        )
    return key


def from_environment() -> dict[str, Any]:
    """The application's configuration. Raises ConfigError in words an operator can act on."""
    env = os.environ
    demo = env.get("GANXUN_DEMO") == "1"
    data_dir = Path(env.get("DATA_DIR", "var")).resolve()
    os.umask(0o077)  # the database, its journals and whatever else is written: for this account alone
    data_dir.mkdir(parents=True, exist_ok=True)
    key_made = demo and not env.get("SECRET_KEY") and not (data_dir / "secret.key").exists()
    port = _number("PORT", 8000)
    public_url = env.get("PUBLIC_URL", f"http://127.0.0.1:{port}" if demo else "").rstrip("/")
    if urlsplit(public_url).scheme not in {"http", "https"}:
        raise ConfigError("没有设置 PUBLIC_URL：用户访问的网址，如 https://ganxun.example.cn")
    return {
        "DEMO": demo,
        "DATA_DIR": data_dir,
        "SECRET_KEY": _key(demo, data_dir),
        "KEY_MADE": key_made,
        "DATA_KEY": _data_key(),
        "PUBLIC_URL": public_url,
        "SQLALCHEMY_DATABASE_URI": _database_url(env.get("DATABASE_URL", ""), data_dir),
        "TRUSTED_PROXIES": _number("TRUSTED_PROXIES", 0),
        "HOST": env.get("HOST", "127.0.0.1"),
        "PORT": port,
        "WEB_PROCESSES": _number("WEB_PROCESSES", 2),
        "SEPARATE_ADMINS": env.get("SEPARATE_ADMINS") == "1" or env.get("SECURITY_PROFILE") == "djbh",
        "DEMO_PASSWORD": env.get("DEMO_PASSWORD", ""),
        "POLICY": _policy(env.get("SECURITY_PROFILE") or "asvs", env.get("SECOND_FACTOR") or "required"),
        "BACKUP_DIR": env.get("BACKUP_DIR", ""),
        "BACKUP_KEEP": _number("BACKUP_KEEP", 14),
        "BACKUP_HOUR": _backup_hour(demo),
    }


def _policy(profile: str, second_factor: str) -> Policy:
    if profile not in PROFILES:
        raise ConfigError(f"SECURITY_PROFILE 只能是 {' 或 '.join(PROFILES)}，现在是 {profile!r}。")
    if second_factor not in {"required", "optional"}:
        raise ConfigError(f"SECOND_FACTOR 只能是 required 或 optional，现在是 {second_factor!r}。")
    if second_factor == "required":
        return PROFILES[profile]
    try:
        return without_second_factor(PROFILES[profile])
    except ValueError:
        raise ConfigError(
            "SECURITY_PROFILE=djbh 要求管理人员使用动态口令，不能设 SECOND_FACTOR=optional。"
        ) from None


def _backup_hour(demo: bool) -> int | None:
    """The hour in Beijing after which the worker makes the backup of the day; None: it makes none."""
    given = os.environ.get("BACKUP_HOUR") or ("off" if demo else "2")
    if given == "off":
        return None
    if not given.isdecimal() or int(given) > 23:
        raise ConfigError(f"BACKUP_HOUR 只能是 0 至 23 的整点，或 off，现在是 {given!r}。")
    return int(given)


def _number(name: str, default: int) -> int:
    given = os.environ.get(name) or str(default)
    if not given.isdecimal():
        raise ConfigError(f"{name} 只能是整数，现在是 {given!r}。")
    return int(given)


def _database_url(url: str, data_dir: Path) -> str:
    if not url:
        return f"sqlite:///{data_dir / 'ganxun.db'}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def defaults(public_url: str) -> dict[str, Any]:
    """What does not depend on the machine."""
    https = public_url.startswith("https://")
    return {
        "POLICY": ASVS,
        "SESSION_COOKIE_NAME": "__Host-ganxun" if https else "ganxun",
        "DEVICE_COOKIE_NAME": "__Host-ganxun-device" if https else "ganxun-device",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # a token lives as long as its session; an exam outlasts an hour
        "WTF_CSRF_CHECK_DEFAULT": True,
        "MAX_CONTENT_LENGTH": 8 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,  # a lesson of 100,000 characters is 900 kB as a form
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 1,  # a third of the time of 3 for a tenth more bytes
        "COMPRESS_LEVEL": 5,
        "COMPRESS_MIMETYPES": ["text/html", "application/json"],
        "JSON_AS_ASCII": False,
        "BACKUP_DIR": "",  # in DATA_DIR
        "BACKUP_KEEP": 14,
        "BACKUP_HOUR": None,
    }


ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "migrations"
CONTENT = ROOT / "question_bank"
