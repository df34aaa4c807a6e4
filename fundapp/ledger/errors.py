"""What the ledger says no to."""

from __future__ import annotations

from fundapp.core.errors import NotFound, Refused


class NotEnoughMoney(Refused):
    """The fund has less to award than this would commit. Never raised because somebody else holds the fund: that is Busy."""


class NotEnoughCash(Refused):
    """The fund has the money on paper, but not in the bank, on its way there or at Stripe."""


class FundClosed(Refused):
    """The day lies outside the dates that the fund was given for."""


class MustPassTheGate(Refused):
    """Money would leave a fund by the way in. Use `spend`, or `force` where nobody here can refuse it."""


class PeriodClosed(Refused):
    """The day lies in a period whose books are closed, or before one."""


class NotSealed(NotFound):
    """The entry has no place in the signed log yet: that takes a second or two."""


class CannotSign(Refused):
    """Entries are put in order, and the checkpoint over them is not signed. Its kind says why."""
