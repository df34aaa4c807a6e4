"""The chart of accounts: codes as constants, kinds, and which accounts are money (reference: stripe.md section 4, ledger.md section 4)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class AccountKind(StrEnum):
    """What an account is. Its natural side is debit for assets and expenses, credit for the others."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"
    FUND = "fund"


class Restriction(StrEnum):
    """Who bound a fund's money: its giver (restricted), the trustees themselves (designated), or nobody."""

    RESTRICTED = "restricted"
    UNRESTRICTED = "unrestricted"
    DESIGNATED = "designated"


# Accounts that grow on the debit side.
DEBIT_KINDS = (AccountKind.ASSET, AccountKind.EXPENSE)

# What a fund's balance is made of: assets less liabilities.
MONEY_KINDS = (AccountKind.ASSET, AccountKind.LIABILITY)

BANK = "bank"
STRIPE_BALANCE = "stripe-balance"
STRIPE_CLEARING = "stripe-clearing"
PAYOUTS_IN_TRANSIT = "payouts-in-transit"
DISPUTED = "disputed"
SUSPENSE = "suspense"
GRANTS_PAYABLE = "grants-payable"
DONATIONS = "donations"
CONTRIBUTIONS = "contributions"
REFUNDS = "refunds"
CHARGEBACKS = "chargebacks"
PROCESSING_FEES = "processing-fees"
DISPUTE_FEES = "dispute-fees"
TRANSFERS_BETWEEN_FUNDS = "transfers-between-funds"
# Not opened yet; named here because it must never count as money once it is.
GIFT_AID_RECEIVABLE = "gift-aid-receivable"

# A kind of help is an expense account whose code begins so (docs/ledger.md).
HELP = "help-"

# Money that can pay somebody today or within days.
CASH = (BANK, PAYOUTS_IN_TRANSIT, STRIPE_BALANCE)

# Assets that are promised or in dispute: in the fund's balance, and not to be awarded.
NOT_YET_MONEY = (STRIPE_CLEARING, DISPUTED, GIFT_AID_RECEIVABLE)

# What is not yet understood counts against a fund and never for it: a loss at once, a gain only once it is explained.
AGAINST_ONLY = SUSPENSE


class Standard(NamedTuple):
    """An account that every Fund has."""

    code: str
    name: str
    kind: AccountKind


STANDARD = (
    Standard(BANK, "Bank", AccountKind.ASSET),
    Standard(STRIPE_BALANCE, "Stripe balance", AccountKind.ASSET),
    Standard(STRIPE_CLEARING, "Stripe, fee not yet known", AccountKind.ASSET),
    Standard(PAYOUTS_IN_TRANSIT, "On its way from Stripe to the bank", AccountKind.ASSET),
    Standard(DISPUTED, "Held by a bank while a gift is disputed", AccountKind.ASSET),
    Standard(SUSPENSE, "Not yet understood", AccountKind.ASSET),
    Standard(GRANTS_PAYABLE, "Grants agreed, not yet paid", AccountKind.LIABILITY),
    Standard(DONATIONS, "Gifts", AccountKind.INCOME),
    Standard(CONTRIBUTIONS, "Contributions from services", AccountKind.INCOME),
    Standard(REFUNDS, "Gifts given back", AccountKind.EXPENSE),
    Standard(CHARGEBACKS, "Gifts taken back by a bank", AccountKind.EXPENSE),
    Standard(PROCESSING_FEES, "Card fees", AccountKind.EXPENSE),
    Standard(DISPUTE_FEES, "Fees for disputed gifts", AccountKind.EXPENSE),
    Standard(TRANSFERS_BETWEEN_FUNDS, "Moved between funds", AccountKind.FUND),
)


def awardable(code: str, debit_balance_pence: int) -> int:
    """What an asset's or a liability's balance adds to what its fund can award, in pence (ledger.md section 4)."""
    if code in NOT_YET_MONEY:
        return 0
    return min(debit_balance_pence, 0) if code == AGAINST_ONLY else debit_balance_pence
