"""How an app is put together, step by step. Only `create_app` calls this."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.exc import OperationalError

from fundapp.blueprints import BLUEPRINTS, DEMO_BLUEPRINTS
from fundapp.config import ROOT, Settings
from fundapp.core.db import Database
from fundapp.core.keys import Keys
from fundapp.core.vault import Vault
from fundapp.database import health
from fundapp.database.migrate import revisions
from fundapp.gateways import Gateways, specimens
from fundapp.giving import figures as gift_figures
from fundapp.people import queries as people
from fundapp.people import signed_in
from fundapp.points import figures as point_figures
from fundapp.rule_sets import MADE_SETS, RULE_SETS
from fundapp.rulebook import views as rulebook
from fundapp.web import app as web_app
from fundapp.web import (
    closed,
    compression,
    csrf,
    design,
    errors,
    guards,
    headers,
    identity,
    inbound,
    language,
    limits,
    logs,
    session,
    static,
    templating,
)
from fundapp.web.app import Fund
from fundapp.web.health import health_blueprint
from fundapp.web.manifest import blueprint as manifest
from fundapp.web.search_views import blueprint as search
from fundapp.web.session import db


class Town(Flask):
    """Flask, but a fault's words stay out of the log where they could be somebody's."""

    def log_exception(self, exc_info: logs.Raised) -> None:
        """Write a fault that nobody expected."""
        logs.report(exc_info, show_words=not web_app.fund_of(self).settings.is_production)


def open_database(settings: Settings) -> Database:
    """The database that the settings name. Raises ValueError when they name none."""
    if settings.database_url is None:
        raise ValueError("No database: set DATABASE_URL, or start with “fundapp serve”, which brings its own.")
    return Database(settings.database_url, vault=Vault(settings.private_keys))


def derive_keys(settings: Settings) -> Keys:
    """The keys of this town."""
    return Keys(settings.secret_key, settings.private_keys)


def open_gateways(settings: Settings) -> Gateways:
    """The ways to the outside: Stripe and mail."""
    return Gateways.build(settings)


def bare_app(fund: Fund) -> Flask:
    """An app that holds its parts and its cookie, and serves nothing yet."""
    app = Town(__name__, static_folder=None, template_folder=str(ROOT / "templates"), root_path=str(ROOT / "fundapp"))
    settings = fund.settings
    # A key of its own, so that a cookie's signature is good for nothing else.
    app.secret_key = fund.keys.mac("cookie", "1").hex()
    app.config.update(
        TESTING=settings.env == "test",
        SESSION_COOKIE_NAME=settings.cookie_name("session"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.is_secure,
        # A link in a mail must find its reader signed in; a form of another site must not (see csrf).
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=signed_in.WHOLE,
    )
    web_app.install(app, fund)
    app.extensions["gateways"] = fund.gateways
    return app


def lay_plumbing(app: Flask) -> None:
    """What stands between the socket and a view, outermost first."""
    settings = web_app.fund_of(app).settings
    logs.install(app)
    inbound.install(app, settings)
    session.install(app)
    identity.install(app, signed_in.load)
    guards.install(app)
    csrf.install(app)
    limits.install(app)
    # After a view the order is turned round: what is installed last sees the answer first.
    headers.install(app, settings)
    compression.install(app)
    errors.install(app)
    language.install(app)
    templating.install(app, lambda: people.fund_holder(db()))
    static.install(app, settings, ROOT / "static")
    limits.watch(app)


def lay_little_plumbing(app: Flask) -> None:
    """For an app that says it is closed: nothing here asks the database, or who it is that comes."""
    settings = web_app.fund_of(app).settings
    logs.install(app)
    inbound.install(app, settings)
    headers.install(app, settings)
    compression.install(app)
    errors.install(app)
    language.install(app)
    closed.install(app)
    templating.install(app, lambda: None)
    static.install(app, settings, ROOT / "static")
    app.register_blueprint(health_blueprint(lambda: None))


def register_pages(app: Flask, fund: Fund) -> None:
    """Every room's pages."""
    rulebook.install(app, RULE_SETS, MADE_SETS)
    app.register_blueprint(health_blueprint(lambda: _fault(web_app.database())))
    for blueprint in (manifest, search, *BLUEPRINTS):
        app.register_blueprint(blueprint)
    # What was given at points stands in a room above theirs.
    point_figures.install(app, gift_figures.by_month)
    if not fund.settings.is_production:
        for blueprint in DEMO_BLUEPRINTS:
            app.register_blueprint(blueprint)
        design.show_plots(app, specimens.plots)


def close_doors(app: Flask) -> None:
    """Nothing is served that nobody guards."""
    guards.verify(app)


def _fault(database: Database) -> str | None:
    """What keeps the database from its work, or None."""
    try:
        with database.engine.connect() as connection:
            return health.not_migrated(connection, revisions())
    except OperationalError as error:
        return health.unreachable(database.engine.url.render_as_string(hide_password=False), error)
