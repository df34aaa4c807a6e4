"""What waits for a finance officer, and what an auditor looks at first: funds taken too low, payments that do not fit, work that failed."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func, select

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.finance import closing
from fundapp.finance.ledger_words import about_words, month_of
from fundapp.finance.reversal_models import ContributionReversal
from fundapp.finance.shortfalls import open_shortfalls
from fundapp.finance.work_words import undone
from fundapp.giving import queries as giving
from fundapp.jobs import queries as jobs
from fundapp.ledger.periods_read import CLOSING
from fundapp.web.needs import Need, Waiting
from fundapp.web.session import db


def looks(_actor: Actor, limit: int) -> Waiting:
    """What failed and what looked wrong, the oldest first."""
    url = url_for("finance.needs_a_look")
    found = [
        *(
            Need(
                _("A fund was taken below what it had"),
                _("%(what)s, entry %(number)s") % {"what": one.what, "number": f"{one.number:,}"},
                url,
                _("Look"),
                one.since,
                glyph="late",
            )
            for one in open_shortfalls(db(), [])
        ),
        *(
            Need(one.sentence, _("About %(thing)s") % {"thing": about_words(one.subject)}, url, _("Look"), one.raised_at, glyph="late")
            for one in giving.open_alarms(db())
        ),
        *(
            Need(undone(one.name), _("Given up after all its tries"), url, _("Look"), one.failed_at, glyph="late")
            for one in jobs.failed(db())
        ),
    ]
    found.sort(key=lambda need: need.since.timestamp() if need.since else 0)
    return Waiting(found[:limit], len(found))


def reversals(actor: Actor, limit: int) -> Waiting:
    """Contributions that somebody else called wrong, the longest waiting first."""
    if not actor.has(Role.FINANCE):
        return Waiting()
    standing = (
        ContributionReversal.reversed_at.is_(None),
        ContributionReversal.kept_at.is_(None),
        ContributionReversal.asked_by != actor.user_id,
    )
    statement = (
        select(ContributionReversal, func.count().over()).where(*standing).order_by(ContributionReversal.asked_at, ContributionReversal.id)
    )
    rows = db().execute(statement.limit(limit)).all()
    needs = [
        Need(
            _("See whether a contribution is wrong"),
            _("Contribution %(number)d") % {"number": one.contribution_id},
            url_for("contributions.show", contribution_id=one.contribution_id),
            _("Check"),
            since=one.asked_at,
            glyph="half",
        )
        for one, _count in rows
    ]
    return Waiting(needs, rows[0][1] if rows else 0)


def months(actor: Actor, _limit: int) -> Waiting:
    """The month that can be closed or sealed next, unless this person closed it."""
    month = closing.next_step(db())
    if month is None or not actor.has(Role.FINANCE) or (month.state == CLOSING and month.closed_by == actor.reference):
        return Waiting()
    name = {"month": month_of(month.ends_on)}
    url = url_for("periods_desk.month", year=month.ends_on.year, month=month.ends_on.month)
    if month.state == CLOSING:
        need = Need(_("Look at %(month)s and seal it") % name, _("Closed by another officer"), url, _("Check"), since=month.closed_at)
    else:
        need = Need(_("Close %(month)s") % name, _("Its last day is over"), url, _("See to it"))
    return Waiting([need], 1)
