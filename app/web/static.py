"""Static files under one content hash, compressed at set-up.

The hash is a directory of the URL, so ES modules keep their relative imports and every file may be
cached for ever.
"""

import gzip
import hashlib
import shutil
from importlib.resources import files
from pathlib import Path

import brotli
from flask import Flask, Response, abort, request, send_file

from app.web.gate import public

_HERE = Path(__file__).resolve().parent.parent / "static"


def sources() -> dict[str, Path]:
    """URL name → file. Bootstrap comes from its wheel, never from a copy of ours."""
    ours = {str(p.relative_to(_HERE)): p for p in sorted(_HERE.rglob("*")) if p.is_file()}
    bootstrap = Path(str(files("flask_bootstrap"))) / "static/bootstrap5/css/bootstrap.min.css"
    return ours | {"css/bootstrap.css": bootstrap}


def _digest(named: dict[str, Path]) -> str:
    total = hashlib.sha256()
    for name, path in sorted(named.items()):
        total.update(name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:12]


def _plain(name: str, path: Path) -> bytes:
    # The wheel's stylesheet names a source map that is not served.
    data = path.read_bytes()
    return data.split(b"/*# sourceMappingURL")[0] if name.endswith(".css") else data


def build(app: Flask) -> Path:
    """Write every file beside its .br and .gz under DATA_DIR/static/<hash>; older hashes go."""
    root = Path(app.config["DATA_DIR"]) / "static"
    target: Path = root / app.extensions["static_hash"]
    if target.exists():
        return target
    shutil.rmtree(root, ignore_errors=True)
    draft = root / "draft"
    for name, path in sources().items():
        data, out = _plain(name, path), draft / name
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(data)
        Path(f"{out}.br").write_bytes(brotli.compress(data))
        Path(f"{out}.gz").write_bytes(gzip.compress(data, mtime=0))
    draft.rename(target)
    return target


def register(app: Flask) -> None:
    named = sources()
    app.extensions["static_hash"] = current = _digest(named)
    built = Path(app.config["DATA_DIR"]) / "static" / current

    @app.get("/static/<version>/<path:filename>", endpoint="static")
    @public
    def static_file(version: str, filename: str) -> Response:
        if filename not in named:
            abort(404)
        encoding, suffix = None, ""
        for token, ending in (("br", ".br"), ("gzip", ".gz")):
            if request.accept_encodings[token] and (built / (filename + ending)).exists():
                encoding, suffix = token, ending
                break
        path = built / (filename + suffix) if encoding else named[filename]
        response = send_file(path, mimetype=_mimetype(filename), conditional=True, etag=True)
        response.headers["Vary"] = "Accept-Encoding"
        if encoding:
            response.headers["Content-Encoding"] = encoding
        age = "public, max-age=31536000, immutable" if version == current else "no-cache"
        response.headers["Cache-Control"] = age
        return response


def _mimetype(filename: str) -> str:
    return {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png"}.get(
        filename.rsplit(".", 1)[-1], "application/octet-stream"
    )
