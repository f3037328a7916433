"""What the worker does for certificates: give the due ones their numbers, then print them."""

from app.certificates import printing, service
from app.web import clock
from app.web.jobs import Job


def _derive() -> int:
    return service.derive(clock.now())


def _print() -> int:
    return printing.render_pending(clock.now())


JOBS: tuple[Job, ...] = (
    Job("certificates.derive", 3.0, _derive),
    Job("certificates.print", 2.0, _print),
)
