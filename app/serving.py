"""`flask up`: prepare what is due, then the web server and the background worker, until a signal."""

import contextvars
import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from types import FrameType

import click
from flask import Flask
from flask_migrate import upgrade
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy.exc import OperationalError

from app import demo
from app.web import config, schema, static
from app.web.db import db

BLOCKING_THREADS = 8
# Of each web process. Every browser keeps its connection, and granian by itself accepts 512: the rest of a
# county would wait at the door until those have gone.
CONNECTIONS = 20_000
BACKLOG = 4096  # that come at once
STOP_SECONDS = 15
PR_SET_PDEATHSIG = 1  # Linux, <sys/prctl.h>


def up(app: Flask) -> None:
    """In the foreground; returns when everything has stopped."""
    # The port first: who starts a second time by mistake should not wait to hear it.
    _check_port(app.config["HOST"], app.config["PORT"])
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with app.app_context():
            prepare(app)
        _serve(app)
    except KeyboardInterrupt:
        click.echo("已停止。")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"无法使用 {host}:{port}（{error.strerror}）。"
                f"如果端口已被别的程序占用，可换一个端口：PORT={port + 1} make run"
            ) from error


def prepare(app: Flask) -> None:
    """Database schema, static files and, at the demo's first start, the demo school."""
    engine = db.engine
    try:
        fresh = schema.current() is None
    except OperationalError as error:
        raise click.ClickException(f"连不上数据库 {engine.url.render_as_string()}：\n{error.orig}") from error
    if fresh:
        click.echo("正在建立数据库 …")
    db.session.remove()
    upgrade()
    static.build(app)
    if app.config["DEMO"]:
        demo.ensure(app)
    engine.dispose()  # web processes are forked from this one and open connections of their own


def _follow_parent() -> None:
    """In a new process: Ctrl-C goes to the parent alone, and whoever outlives the parent ends.

    A web process that gets the terminal's SIGINT and the parent's SIGTERM at once can hang.
    """
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # until it sets its own, not the parent's
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _open_many() -> None:
    """As many connections as the system allows: what it gives without being asked is often 1024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _serve(app: Flask) -> None:
    _open_many()
    os.register_at_fork(after_in_child=_follow_parent)
    server = Granian(
        "app:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=app.config["HOST"],
        port=app.config["PORT"],
        workers=app.config["WEB_PROCESSES"],
        blocking_threads=BLOCKING_THREADS,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.error,
        websockets=False,
    )
    stopping = threading.Event()
    worker = threading.Thread(target=_keep_worker, args=(stopping,))
    worker.start()
    threading.Thread(target=_announce, args=(app, stopping), daemon=True).start()
    try:
        # Web processes are forked from here and must not inherit this command's application context.
        contextvars.Context().run(server.serve)
    finally:
        stopping.set()
        worker.join()
    click.echo("已停止。")


def _keep_worker(stopping: threading.Event) -> None:
    """The background worker as a process of its own, started again if it dies."""
    while not stopping.is_set():
        command = [sys.executable, "-m", "flask", "worker"]
        process = subprocess.Popen(command, cwd=config.ROOT, preexec_fn=_follow_parent)
        while process.poll() is None and not stopping.wait(0.2):
            pass
        if stopping.is_set():
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        else:
            click.echo(f"后台任务意外退出（代码 {process.returncode}），5 秒后重新启动。", err=True)
            stopping.wait(5)


def _announce(app: Flask, stopping: threading.Event) -> None:
    """Say where it is once it answers."""
    host, port = app.config["HOST"], app.config["PORT"]
    reach = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    while not stopping.wait(0.1):
        try:
            with urllib.request.urlopen(f"http://{reach}:{port}/healthz", timeout=5):  # noqa: S310
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    if not stopping.is_set():
        click.echo(f"\n干训已启动：http://{reach}:{port}（对外地址 {app.config['PUBLIC_URL']}）")
        if app.config["DEMO"]:
            click.echo(demo.greeting(app))
        click.echo("按 Ctrl-C 停止。")
