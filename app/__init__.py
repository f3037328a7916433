"""Ganxun 干训: training and examinations for cadres. `create_app` puts the floors together."""

import codecs
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, system
from app.audit import manage as audit_manage
from app.bank import illustrating
from app.bank import manage as bank_manage
from app.bank import views as bank_views
from app.certificates import manage as certificates_manage
from app.certificates import views as certificates_views
from app.courses import manage as courses_manage
from app.courses import views as courses_views
from app.exams import api as exams_api
from app.exams import manage as exams_manage
from app.exams import short_save
from app.exams import views as exams_views
from app.exams import waiting as exams_waiting
from app.home import manage as home_manage
from app.home import views as home_views
from app.people import api as people_api
from app.people import manage as people_manage
from app.people import refusals, school, sign_in, sign_in_api
from app.people import views as people_views
from app.reports import manage as reports_manage
from app.web import clock, config, csrf, db, errors, gate, headers, health, intake, static, templating, uow

# The map of the application: every face of every floor.
BLUEPRINTS = (
    home_views.bp, people_views.bp, sign_in_api.bp, bank_views.bp, illustrating.bp, courses_views.bp,
    exams_views.bp, exams_waiting.bp, exams_api.bp, certificates_views.bp, people_manage.bp, people_api.bp,
    bank_manage.bp,
    courses_manage.bp, exams_manage.bp, reports_manage.bp, certificates_manage.bp, audit_manage.bp,
    home_manage.bp, system.bp,
)  # fmt: skip


# Werkzeug asks for it with every host name. Two threads that are the first to do so can fail, and Python
# remembers the failure: every request would end in LookupError until the next start.
codecs.lookup("idna")


class App(Flask):
    """Flask without asynchronous views, so that it need not look for them ten times a request."""

    def ensure_sync(self, func: Any) -> Any:
        return func


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """The application. `overrides` replaces settings from the environment (tests, bench)."""
    app = App(__name__, static_folder=None)
    settings = overrides if overrides is not None else config.from_environment()
    app.config.update(config.defaults(settings["PUBLIC_URL"]))
    app.config.update(settings)
    if app.config.get("TRUSTED_PROXIES"):
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    db.configure(app)
    Migrate(app, db.db, directory=str(config.MIGRATIONS), render_as_batch=True)
    Babel(app)
    Compress(app)
    for part in (clock, intake, headers, uow, errors, csrf):
        part.register(app)
    sign_in.register(app)
    school.register(app)
    refusals.register(app)
    gate.register(app)
    static.register(app)
    health.register(app)
    templating.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    cli.register(app)
    gate.check_declared(app)
    app.wsgi_app = short_save.ShortSave(app)  # type: ignore[method-assign]
    return app
