"""The list of every room's models, for Alembic and for the grants alone."""

from fundapp.audit import models as audit
from fundapp.finance import models as finance
from fundapp.finance import reversal_models as finance_reversals
from fundapp.giving import models as giving
from fundapp.giving.bank import models as giving_money
from fundapp.giving.cards import models as giving_cards
from fundapp.giving.elsewhere import models as giving_elsewhere
from fundapp.giving.following import models as giving_traces
from fundapp.giving.gift_aid import models as giving_gift_aid
from fundapp.giving.letters import models as giving_letters
from fundapp.giving.monthly import models as giving_monthly
from fundapp.giving.refunds import models as giving_refunds
from fundapp.grants import catalogue_models as grants_catalogue
from fundapp.grants import draft_models as grants_drafts
from fundapp.grants import handover_models as grants_handovers
from fundapp.grants import models as grants
from fundapp.grants import thing_models as grants_things
from fundapp.grants.clocks import models as grants_clocks
from fundapp.grants.delivery import models as grants_delivery
from fundapp.grants.demand import models as grants_demand
from fundapp.grants.groups import models as grants_groups
from fundapp.grants.matching import models as grants_matching
from fundapp.grants.policy import models as grants_policy
from fundapp.grants.slips import models as grants_slips
from fundapp.grants.together import models as grants_together
from fundapp.jobs import models as jobs
from fundapp.ledger import log_models as ledger_log
from fundapp.ledger import models as ledger
from fundapp.openbooks import models as openbooks
from fundapp.payouts import models as payouts
from fundapp.people import cover_models as people_cover
from fundapp.people import factor_models as people_factors
from fundapp.people import models as people
from fundapp.people import procedure_models as people_procedures
from fundapp.points import host_models as points_hosts
from fundapp.points import models as points
from fundapp.points import watch_models as points_watch
from fundapp.privacy import models as privacy
from fundapp.rulebook import models as rulebook
from fundapp.web import models as web

__all__ = [
    "audit",
    "finance",
    "finance_reversals",
    "giving",
    "giving_cards",
    "giving_elsewhere",
    "giving_gift_aid",
    "giving_letters",
    "giving_money",
    "giving_monthly",
    "giving_refunds",
    "giving_traces",
    "grants",
    "grants_catalogue",
    "grants_clocks",
    "grants_delivery",
    "grants_demand",
    "grants_drafts",
    "grants_groups",
    "grants_handovers",
    "grants_matching",
    "grants_policy",
    "grants_slips",
    "grants_things",
    "grants_together",
    "jobs",
    "ledger",
    "ledger_log",
    "openbooks",
    "payouts",
    "people",
    "people_cover",
    "people_factors",
    "people_procedures",
    "points",
    "points_hosts",
    "points_watch",
    "privacy",
    "rulebook",
    "web",
]
