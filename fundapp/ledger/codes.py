"""Which accounts and funds there are: codes and kinds never change, so they are read once a connection and remembered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, text

from fundapp.core.db import recall, remember
from fundapp.core.language import gettext as _
from fundapp.ledger.chart import MONEY_KINDS, awardable
from fundapp.ledger.draft import Draft, Line

_PLACE = "ledger-codes"
_ACCOUNTS = text("SELECT code, kind FROM account")
_FUNDS = text("SELECT code FROM fund")


@dataclass(frozen=True, slots=True)
class Codes:
    """The kind of every account, and the funds."""

    kinds: dict[str, str]
    funds: frozenset[str]
    # Movements (debit, credit, fund) that were looked at: all that they name is there, and whatever the amount they only add.
    _harmless: set[tuple[str, str, str]] = field(default_factory=set)

    def are_harmless(self, draft: Draft) -> bool:
        """Whether each line by itself names what there is, and takes nothing from what its fund can award."""
        return all((line.debit, line.credit, line.fund) in self._harmless or self._is_harmless(line) for line in draft.lines)

    def _is_harmless(self, line: Line) -> bool:
        known = line.debit in self.kinds and line.credit in self.kinds and line.fund in self.funds
        # What a penny does, any sum does: nothing in `awardable` depends on how much it is.
        harmless = known and self._least((replace(line, amount_pence=1),), line.fund) >= 0
        if harmless:
            self._harmless.add((line.debit, line.credit, line.fund))
        return harmless

    def missing(self, draft: Draft) -> str:
        """What is said of a draft that names what nobody has opened; empty when all of it is there."""
        for code in sorted({line.debit for line in draft.lines} | {line.credit for line in draft.lines}):
            if code not in self.kinds:
                return _("There is no account “%(code)s” in the ledger.") % {"code": code}
        for code in draft.funds:
            if code not in self.funds:
                return _("There is no fund “%(code)s” in the ledger.") % {"code": code}
        return ""

    def only_adds(self, draft: Draft) -> bool:
        """Whether no fund can be left with less to award by the draft's lines, whatever its balances are."""
        return all(self._least(draft.lines, fund) >= 0 for fund in draft.funds)

    def _least(self, lines: tuple[Line, ...], fund: str) -> int:
        """The least that the lines can add to what the fund has to award, in pence."""
        moved: dict[str, int] = {}
        for line in lines:
            if line.fund == fund:
                moved[line.debit] = moved.get(line.debit, 0) + line.amount_pence
                moved[line.credit] = moved.get(line.credit, 0) - line.amount_pence
        return sum(awardable(code, pence) for code, pence in moved.items() if self.kinds[code] in MONEY_KINDS)


def is_harmless(connection: Connection, draft: Draft) -> bool:
    """Whether what is remembered here says already that nothing speaks against the draft's lines. False: it is not known yet."""
    codes: Codes | None = recall(connection, _PLACE)
    return codes is not None and codes.are_harmless(draft)


def for_draft(connection: Connection, draft: Draft) -> tuple[Codes, str]:
    """The codes as they are known here, read again when the draft names one that is not; and what is said if nobody has opened it."""
    codes: Codes | None = recall(connection, _PLACE)
    if codes is not None:
        missing = codes.missing(draft)
        if not missing:
            return codes, missing
    codes = Codes({row.code: row.kind for row in connection.execute(_ACCOUNTS)}, frozenset(connection.scalars(_FUNDS)))
    remember(connection, _PLACE, codes)
    return codes, codes.missing(draft)
