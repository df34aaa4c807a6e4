"""Every room's jobs and loops, for the worker. With `create_app` and the commands it is the composition root."""

from __future__ import annotations

# Sealing anew walks every table there is.
import fundapp.models  # noqa: F401
from fundapp.giving.bank.tasks import tasks as giving_banks
from fundapp.giving.cards.tasks import tasks as giving_cards
from fundapp.giving.letters.tasks import tasks as giving_letters
from fundapp.giving.monthly.tasks import tasks as giving_monthly
from fundapp.giving.point_tasks import tasks as giving_points
from fundapp.giving.refunds.tasks import tasks as giving_refunds
from fundapp.giving.tasks import tasks as giving
from fundapp.grants.groups.tasks import tasks as support
from fundapp.grants.matching.tasks import tasks as grants_matching
from fundapp.grants.tasks import tasks as grants
from fundapp.grants.together.tasks import tasks as grants_together
from fundapp.jobs import Tasks
from fundapp.jobs.resealing import tasks as resealing
from fundapp.openbooks.publishing_tasks import tasks as publishing
from fundapp.openbooks.tasks import tasks as openbooks
from fundapp.people.factor_tasks import tasks as people_factors
from fundapp.people.tasks import tasks as people
from fundapp.points.tasks import tasks as points
from fundapp.privacy.tasks import tasks as privacy

ROOMS: tuple[Tasks, ...] = (
    resealing,
    people,
    people_factors,
    giving,
    giving_banks,
    giving_cards,
    giving_letters,
    giving_monthly,
    giving_points,
    giving_refunds,
    grants,
    grants_matching,
    grants_together,
    openbooks,
    points,
    publishing,
    privacy,
    support,
)
LOOPS = tuple(loop for room in ROOMS for loop in room.loops)
