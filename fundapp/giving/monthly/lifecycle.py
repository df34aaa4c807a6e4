"""The life of a monthly gift: one pure table for where it stands, and one for what its donor may do about it."""

from __future__ import annotations

from enum import StrEnum


class PledgeState(StrEnum):
    """Where a monthly gift stands. What Stripe says of its subscription is what counts (`told_by_stripe`)."""

    # A row is made; nobody has paid a first month.
    STARTED = "started"
    # Its payment page was closed unpaid.
    EXPIRED = "expired"
    ACTIVE = "active"
    # A month's payment did not go through; the card is asked again.
    OVERDUE = "overdue"
    # Nothing is asked for until the donor goes on.
    PAUSED = "paused"
    STOPPED = "stopped"


class Deed(StrEnum):
    """What is done to a monthly gift that has begun."""

    CHANGE = "change"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


_RUNNING = frozenset({PledgeState.ACTIVE, PledgeState.OVERDUE, PledgeState.PAUSED, PledgeState.STOPPED})

# From each state, where it may go. What was stopped never begins again: another one is begun in its place.
MOVES: dict[PledgeState, frozenset[PledgeState]] = {
    PledgeState.STARTED: _RUNNING | {PledgeState.EXPIRED},
    PledgeState.EXPIRED: _RUNNING | {PledgeState.STARTED},
    PledgeState.ACTIVE: _RUNNING - {PledgeState.ACTIVE},
    PledgeState.OVERDUE: _RUNNING - {PledgeState.OVERDUE},
    PledgeState.PAUSED: _RUNNING - {PledgeState.PAUSED},
    PledgeState.STOPPED: frozenset(),
}

# What may be done in each state. The buttons on its page come from here too.
DEEDS: dict[PledgeState, tuple[Deed, ...]] = {
    PledgeState.STARTED: (),
    PledgeState.EXPIRED: (),
    PledgeState.ACTIVE: (Deed.CHANGE, Deed.PAUSE, Deed.STOP),
    PledgeState.OVERDUE: (Deed.CHANGE, Deed.PAUSE, Deed.STOP),
    PledgeState.PAUSED: (Deed.RESUME, Deed.CHANGE, Deed.STOP),
    PledgeState.STOPPED: (),
}

# Where somebody is giving, or means to go on.
BEGUN = frozenset({PledgeState.ACTIVE, PledgeState.OVERDUE, PledgeState.PAUSED})


def may_move(start: PledgeState, end: PledgeState) -> bool:
    """Whether a monthly gift may go from one state to another."""
    return end in MOVES[start]


def told_by_stripe(*, status: str, is_paused: bool) -> PledgeState:
    """The state that a subscription stands for (docs.stripe.com/api/subscriptions/object#subscription_object-status).

    Stripe's own `paused` is a trial without a card; a donor's pause is `pause_collection`, and leaves the status as it was.
    """
    if status in {"canceled", "unpaid"}:
        return PledgeState.STOPPED
    if status == "incomplete_expired":
        return PledgeState.EXPIRED
    if status == "incomplete":
        return PledgeState.STARTED
    if is_paused or status == "paused":
        return PledgeState.PAUSED
    return PledgeState.OVERDUE if status == "past_due" else PledgeState.ACTIVE
