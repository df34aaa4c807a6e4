"""Every room's pages, in one list: the composition root registers them. A new room adds its line."""

from __future__ import annotations

from flask import Blueprint

from fundapp.finance.account_views import blueprint as accounts_desk
from fundapp.finance.export_views import blueprint as exports
from fundapp.finance.ledger_views import blueprint as ledger_desk
from fundapp.finance.period_views import blueprint as periods_desk
from fundapp.finance.point_views import blueprint as point_takings
from fundapp.finance.reversal_views import blueprint as contributions
from fundapp.finance.views import blueprint as finance
from fundapp.giving.views import blueprints as giving
from fundapp.grants.views import blueprints as grants
from fundapp.openbooks import admin_views as openbooks_admin
from fundapp.openbooks import demand_views as demand
from fundapp.openbooks import ledger_views as open_ledger
from fundapp.openbooks import readers_views as readers
from fundapp.openbooks import security_views as security
from fundapp.openbooks import views as openbooks
from fundapp.payouts.views import blueprint as payouts
from fundapp.people import mailbox
from fundapp.people.views import blueprints as people
from fundapp.points.pages import blueprints as points
from fundapp.privacy.views import blueprints as privacy
from fundapp.rulebook.views import blueprint as rules
from fundapp.web import design

BLUEPRINTS: tuple[Blueprint, ...] = (
    openbooks.blueprint,
    openbooks_admin.blueprint,
    demand.blueprint,
    open_ledger.blueprint,
    readers.blueprint,
    security.blueprint,
    *people,
    rules,
    *points,
    *giving,
    *grants,
    payouts,
    finance,
    contributions,
    ledger_desk,
    accounts_desk,
    periods_desk,
    point_takings,
    exports,
    *privacy,
)

# Where nothing real is at stake.
DEMO_BLUEPRINTS: tuple[Blueprint, ...] = (design.blueprint, mailbox.blueprint)
