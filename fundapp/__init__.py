"""The Changing Lives Fund.

`create_app` reads as the boot order. With `cli/` and the list of jobs it is the composition root, which may import every room;
the imports stand inside, so that `fundapp.core` can be had without the whole house.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from fundapp.config import Settings
    from fundapp.core.db import Database
    from fundapp.gateways import Gateways


def create_app(settings: Settings, *, database: Database | None = None, gateways: Gateways | None = None) -> Flask:
    """One town's app. Nothing is global: a process may hold several.

    `database` is needed where the settings name none (the embedded server is run by whoever serves). Raises Unguarded when a
    view has no guard, and ValueError without a database.
    """
    from fundapp import composition
    from fundapp.web.app import Fund, fund_of

    fund = Fund(
        settings=settings,
        database=database or composition.open_database(settings),
        keys=composition.derive_keys(settings),
        gateways=gateways or composition.open_gateways(settings),
    )
    app = composition.bare_app(fund)
    composition.lay_plumbing(app)
    composition.register_pages(app, fund_of(app))
    composition.close_doors(app)
    return app


def create_closed_app(settings: Settings) -> Flask:
    """An app that answers each address with “Back in a few minutes” and asks nothing of the database, which need not be there."""
    from fundapp import composition
    from fundapp.core.db import Database
    from fundapp.web.app import Fund

    # It is never connected to.
    nowhere = Database("postgresql://127.0.0.1:1/closed")
    app = composition.bare_app(Fund(settings, nowhere, composition.derive_keys(settings), composition.open_gateways(settings)))
    composition.lay_little_plumbing(app)
    return app
