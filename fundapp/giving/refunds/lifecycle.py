"""The life of a refund: one pure table. It begins with the donor's asking, with a finance officer's entering it, or at Stripe itself."""

from __future__ import annotations

from enum import StrEnum

from fundapp.core.language import marked


class State(StrEnum):
    """Where a refund stands."""

    # The donor asked, and nobody has looked at it yet.
    ASKED = "asked"
    # A finance officer entered it; another one agrees to it or sends it back.
    ENTERED = "entered"
    # Agreed: a job asks Stripe for it, under the key that is stored with it.
    SENDING = "sending"
    # Stripe has it, and the donor's bank does not yet.
    PENDING = "pending"
    DONE = "done"
    # It came back from the donor's bank, or Stripe refused it. The donor is still owed it.
    FAILED = "failed"
    # Finance said no, in words that the donor reads.
    DECLINED = "declined"
    # The donor thought again, or the second person sent back what nobody had asked for.
    WITHDRAWN = "withdrawn"


MOVES: dict[State, frozenset[State]] = {
    State.ASKED: frozenset({State.ENTERED, State.SENDING, State.DECLINED, State.WITHDRAWN}),
    State.ENTERED: frozenset({State.SENDING, State.DONE, State.ASKED, State.WITHDRAWN}),
    State.SENDING: frozenset({State.PENDING, State.DONE, State.FAILED}),
    State.PENDING: frozenset({State.DONE, State.FAILED}),
    # A bank may send a refund back days after it had gone through.
    State.DONE: frozenset({State.FAILED}),
    State.FAILED: frozenset(),
    State.DECLINED: frozenset(),
    State.WITHDRAWN: frozenset(),
}

# One of a gift's refunds at a time waits for us.
OPEN = (State.ASKED, State.ENTERED, State.SENDING)
# What has its amount set aside and is not in the ledger yet, until Stripe moves the money.
RESERVING = (State.ENTERED, State.SENDING, State.PENDING)

WORDS = {
    State.ASKED: marked("Asked for"),
    State.ENTERED: marked("To be agreed"),
    State.SENDING: marked("Being sent"),
    State.PENDING: marked("On its way"),
    State.DONE: marked("Given back"),
    State.FAILED: marked("Came back"),
    State.DECLINED: marked("Declined"),
    State.WITHDRAWN: marked("Not made"),
}
# How each is marked: the kind of tag and its sign.
TAGS = {
    State.ASKED: ("warn", "half"),
    State.ENTERED: ("warn", "half"),
    State.SENDING: ("", "clock"),
    State.PENDING: ("", "clock"),
    State.DONE: ("good", "tick"),
    State.FAILED: ("bad", "late"),
    State.DECLINED: ("", "slash"),
    State.WITHDRAWN: ("", "slash"),
}


def may_move(start: State, end: State) -> bool:
    """Whether a refund may go from one state to another."""
    return end in MOVES[start]


def told_by_stripe(status: str) -> State:
    """The state that a refund's status at Stripe stands for (docs.stripe.com/api/refunds/object)."""
    if status == "succeeded":
        return State.DONE
    return State.FAILED if status in {"failed", "canceled"} else State.PENDING
