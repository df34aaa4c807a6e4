"""A request's clock in words, the same on every page."""

from __future__ import annotations

from datetime import timedelta

from fundapp.core.language import gettext as _
from fundapp.core.language import ngettext
from fundapp.grants.lifecycle import UNANSWERED, Status
from fundapp.grants.models import GrantRequest
from fundapp.web.needs import when


def due_words(request: GrantRequest) -> str:
    """By when it is answered: "Due by tomorrow, 5:00 pm". Nothing for one that has its answer, or was never sent."""
    if request.status not in UNANSWERED | {Status.QUESTION}:
        return ""
    if not request.runs:
        return _("Paused: its clock stands still") if request.paused_at else _("Its clock stands still")
    if request.due_at is None:
        return ""
    sentence = _("Overdue since %(when)s") if request.is_overdue else _("Due by %(when)s")
    return sentence % {"when": when(request.due_at)}


def span(length: timedelta) -> str:
    """A length of time as somebody says it: "under an hour", "5 hours", "3 days"."""
    hours = round(length.total_seconds() / 3600)
    if hours < 1:
        return _("under an hour")
    if hours < 48:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = round(hours / 24)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
