"""The file: a tar of a manifest and the compressed database, and behind it the SHA-256 of every byte before.

All that a school keeps is in the database, issued certificates and uploaded rosters too. Keys are not in it.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import click

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database.gz"  # the members, in this order
_LEVEL = 1  # a third of the time of the usual level for a tenth more bytes
_CHUNK = 1 << 20
_SEAL = 64  # hexadecimal digits at the end; tar stops reading before them


class BackupError(click.ClickException):
    """What hinders a backup or a restore, in words an operator can act on."""


class InUse(BackupError):
    """Somebody else works with the database."""

    def __init__(self) -> None:
        super().__init__("数据库正在使用。请先停止服务（systemctl stop ganxun），再恢复。什么也没有改动。")


class Damaged(BackupError):
    """The file is not what was written."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"备份文件 {path} 已损坏，不能使用（{why}）。请换用另一份备份。")


@dataclass(frozen=True)
class Manifest:
    """What the file holds. `key_check` tells the key of sealed data from any other, and nothing else."""

    made_at: str  # UTC
    version: str  # of the program
    engine: str
    schema: str
    school: str
    key_check: str
    rows: Mapping[str, int]  # by table
    size: int  # of the database, unpacked
    format: int = FORMAT


def pack(path: Path, manifest: Manifest, database: Path) -> None:
    """Readable by its owner alone, and on the disk when this returns. `database` is used up."""
    words = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
    small = database.with_name(database.name + ".gz")
    with database.open("rb") as source, gzip.open(small, "wb", compresslevel=_LEVEL) as target:
        shutil.copyfileobj(source, target, _CHUNK)
    database.unlink()
    with tarfile.open(path, mode="x") as tar, small.open("rb") as source:
        _add(tar, MANIFEST, len(words), io.BytesIO(words))
        _add(tar, DATABASE, small.stat().st_size, source)
    path.chmod(0o600)
    with path.open("r+b") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0, os.SEEK_END)
        file.write(digest.encode())
        file.flush()
        os.fsync(file.fileno())
    small.unlink()


def _add(tar: tarfile.TarFile, name: str, size: int, content: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    tar.addfile(entry, content)


def unpack(path: Path, database: Path) -> Manifest:
    """Writes the database to `database`. Raises Damaged unless every byte is as it was written."""
    manifest = read_manifest(path)
    try:
        with tarfile.open(path) as tar, gzip.open(_member(tar, DATABASE)) as source:
            fd = os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
                target.flush()
                os.fsync(target.fileno())
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Damaged(path, "读不下去") from error
    if database.stat().st_size != manifest.size:
        raise Damaged(path, "长度不符")
    return manifest


def read_manifest(path: Path) -> Manifest:
    """What the file says of itself. Raises Damaged unless every byte is as it was written."""
    with path.open("rb") as file:
        ours = file.read(len(MANIFEST)) == MANIFEST.encode()
    if not ours:
        raise BackupError(f"{path} 不是本系统的备份文件，或已损坏，不能使用。")
    if not _sealed(path):
        raise Damaged(path, "校验和不符")
    with tarfile.open(path) as tar:
        facts = json.load(_member(tar, MANIFEST))
    if facts["format"] > FORMAT:
        raise BackupError(f"备份 {path} 来自更新的程序版本（{facts['version']}），请先升级程序。")
    return Manifest(**facts)


def _sealed(path: Path) -> bool:
    left, digest = path.stat().st_size - _SEAL, hashlib.sha256()
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(left, _CHUNK))):
            digest.update(chunk)
            left -= len(chunk)
        return file.read() == digest.hexdigest().encode()


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    content = tar.extractfile(name)
    if content is None:
        raise tarfile.TarError(name)
    return content
