"""The ledger's verbs. Each works in the caller's session and transaction and never commits."""

from __future__ import annotations

from fundapp.ledger.draft import Line, Posted
from fundapp.ledger.errors import FundClosed, MustPassTheGate, NotEnoughCash, NotEnoughMoney, PeriodClosed
from fundapp.ledger.gate import force, fund_allows, require_cash, spend
from fundapp.ledger.opening import open_account, open_fund, open_standard_accounts, rename_account
from fundapp.ledger.posting import post, receive
from fundapp.ledger.recording import record
from fundapp.ledger.reversing import reverse

__all__ = [
    "FundClosed",
    "Line",
    "MustPassTheGate",
    "NotEnoughCash",
    "NotEnoughMoney",
    "PeriodClosed",
    "Posted",
    "force",
    "fund_allows",
    "open_account",
    "open_fund",
    "open_standard_accounts",
    "post",
    "receive",
    "record",
    "rename_account",
    "require_cash",
    "reverse",
    "spend",
]
