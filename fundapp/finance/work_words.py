"""What the worker does, said for a finance officer: what could not be done, what it was about, and what comes round by itself."""

from __future__ import annotations

from collections.abc import Mapping

from fundapp.core.language import gettext as _
from fundapp.core.language import marked

# What was not done, when a job is given up.
JOBS = {
    "giving.act_on_event": marked("What Stripe told us could not be recorded"),
    "giving.send_refund": marked("A refund could not be asked of Stripe"),
    "giving.send_receipt": marked("A receipt could not be sent"),
    "giving.tell_refused": marked("A donor could not be told that their bank said no"),
    "grants.tell_approver": marked("An approver could not be told that a request waits"),
    "grants.tell_approvers": marked("The approvers could not be told that a request waits"),
    "grants.tell_asker": marked("A key worker could not be told what became of a request"),
    "openbooks.send_checkpoint": marked("A checkpoint could not be sent to a reader"),
    "people.send_invitation": marked("An invitation could not be sent"),
}

# What comes round by itself.
LOOPS = {
    "giving.ask_about_refunds": marked("Asks Stripe how refunds on their way stand"),
    "giving.prove_balance": marked("Compares Stripe’s balance with the ledger"),
    "giving.sweep": marked("Looks for gifts that Stripe did not tell us of"),
    "grants.forget_photos": marked("Forgets photos of bills that were never shown"),
    "openbooks.publish_quarters": marked("Publishes quarters whose months are sealed"),
    "openbooks.seal": marked("Seals and signs the ledger"),
    "openbooks.write_checkpoint_letters": marked("Sends checkpoints to readers"),
    "people.forget_old": marked("Forgets old sessions"),
}

# Which of a job's ids names something that the ledger knows, and what the ledger calls it.
_SUBJECTS = {"donation_id": "donation", "request_id": "grant"}


def undone(name: str) -> str:
    """What was not done; work that nobody has put into words is named as it stands."""
    return _(JOBS[name]) if name in JOBS else _("Work failed: %(name)s") % {"name": name}


def loop_words(name: str) -> str:
    """What a loop does; one that nobody has put into words is named as it stands."""
    return _(LOOPS[name]) if name in LOOPS else name


def subject_of(ids: Mapping[str, int | str]) -> str:
    """What a job was about, as the ledger refers to it; empty where the ledger knows nothing of it."""
    return next((f"{_SUBJECTS[name]}:{value}" for name, value in ids.items() if name in _SUBJECTS), "")
