"""How the ledger's own words are said on a page."""

from __future__ import annotations

from datetime import date
from functools import cache

from fundapp.core import days
from fundapp.core.language import gettext as _
from fundapp.core.language import language, marked, pgettext
from fundapp.ledger.chart import AccountKind

KINDS = {
    "account.opened": marked("Account opened"),
    "account.renamed": marked("Account renamed"),
    "audit.sealed": marked("Day of the audit trail sealed"),
    "contribution.received": marked("Contribution from a service"),
    "fund.moved": marked("Moved between funds"),
    "fund.opened": marked("Fund opened"),
    "gift.charged": marked("Gift by card"),
    "gift.disputed": marked("Gift taken back by a bank, for now"),
    "gift.failed": marked("Gift that a bank took back late"),
    "gift.lost": marked("Dispute lost"),
    "gift.not-lost": marked("Dispute not lost after all"),
    "gift.reinstated": marked("Disputed gift given back to us"),
    "gift.received": marked("Gift by cheque or bank"),
    "gift.refunded": marked("Gift given back"),
    "gift.settled": marked("Card fee known"),
    "grant.awarded": marked("Grant agreed"),
    "grant.paid": marked("Grant paid"),
    "grant.released": marked("Grant not needed after all"),
    "key.introduced": marked("Signing key introduced"),
    "key.retired": marked("Signing key retired"),
    "period.sealed": marked("Month sealed"),
    "quarter.published": marked("Quarter published"),
    "reversal": marked("Correction"),
    "stripe.fee": marked("Fee for the account at Stripe"),
    "stripe.paid-out": marked("Paid out by Stripe"),
    "stripe.topped-up": marked("Paid in at Stripe from the bank"),
    "stripe.unknown": marked("Not yet understood"),
}

# Who acts without being a person.
PLAIN_KINDS = {"system": marked("The Fund, by itself"), "donor": marked("The donor"), "stripe": "Stripe"}

# Why, where the ledger has a code for it.
REASONS = {
    "came-back": marked("The payment came back"),
    "entered-twice": marked("It was entered twice"),
    "entered-wrong": marked("It was entered wrong"),
    "not-needed": marked("It was not needed after all"),
    "payout-failed": marked("The payout did not reach the bank"),
    "refund-failed": marked("The refund could not be paid out"),
    "spent-less": marked("It cost less than was agreed"),
}

# Ids longer than this are cut on a page; days are not.
LONG = 12

# What a reference is about, with where the ledger's reader can go on from there; `which` follows the colon.
SUBJECTS = {
    "account": marked("The account %(which)s"),
    "audit": marked("The audit trail of %(which)s"),
    "charge": marked("A payment at Stripe that belongs to no gift of ours"),
    "contribution": marked("Contribution %(which)s"),
    "donation": marked("A gift"),
    "fund": marked("The fund %(which)s"),
    "grant": marked("Request %(which)s"),
    "key": marked("A signing key"),
    "period": marked("The books to %(which)s"),
    "point": marked("Collection point %(which)s"),
    "quarter": marked("The quarter %(which)s"),
    "stripe": marked("A movement at Stripe"),
    "stripe-payout": marked("A payout from Stripe to the bank"),
}

# The same behind the word "about". What has no number that people know is what the page is about.
_NEAR = {
    "account": marked("the account %(which)s"),
    "audit": marked("the audit trail of %(which)s"),
    "charge": marked("this payment"),
    "declines": marked("the hour from %(which)s UTC"),
    "contribution": marked("contribution %(which)s"),
    "donation": marked("this gift"),
    "fund": marked("the fund %(which)s"),
    "grant": marked("request %(which)s"),
    "key": marked("this key"),
    "period": marked("the books to %(which)s"),
    "point": marked("collection point %(which)s"),
    "quarter": marked("the quarter %(which)s"),
    "stripe": marked("this movement"),
    "stripe-payout": marked("this payout"),
}

# What a month's seal says in public, in the order of a page.
PUBLIC_FIGURES = (
    ("received_pence", marked("Received"), marked("given and paid in, less what was given back")),
    ("fees_pence", marked("Fees"), marked("kept by the card company")),
    ("awarded_pence", marked("Agreed"), marked("set aside for people, less what was not needed")),
    ("paid_pence", marked("Paid"), marked("of what was agreed, in this month or before")),
    ("left_pence", marked("Left"), marked("all the Fund’s money at the end, promised or not")),
)

# Kinds of account, in the order of a page, and what stands on their own side.
ACCOUNT_KINDS = {
    AccountKind.ASSET: (marked("What the Fund has"), marked("Places where money lies, and what others owe")),
    AccountKind.LIABILITY: (marked("What the Fund owes"), marked("Promised to somebody, and not yet paid")),
    AccountKind.INCOME: (marked("What came in"), marked("All that was ever received")),
    AccountKind.EXPENSE: (marked("What it went on"), marked("All that was ever spent or promised")),
    AccountKind.FUND: (marked("Between funds"), marked("Nothing, in all funds together")),
}


def kind_words(kind: str) -> str:
    """What happened, in words; a kind that nobody has put into words is shown as it stands."""
    return _(KINDS[kind]) if kind in KINDS else kind


def plain_kind(kind: str) -> str:
    """The same for files that other programs read: they are in English, whoever takes them."""
    return KINDS.get(kind, kind)


def account_kind(kind: AccountKind) -> tuple[str, str]:
    """What a kind of account is called, and what stands in it."""
    heading, means = ACCOUNT_KINDS[kind]
    return _(heading), _(means)


def public_figures() -> list[tuple[str, str, str]]:
    """What a month's seal says in public: each figure's key, its name, and what it means."""
    return [(key, _(label), _(means)) for key, label, means in PUBLIC_FIGURES]


def who_words(reference: str) -> str:
    """Who acts without being a person; what nobody has put into words is shown as it stands."""
    return _(PLAIN_KINDS[reference]) if reference in PLAIN_KINDS else reference


def reason_words(reason: str) -> str:
    """Why, in words; a code that nobody has put into words is read as it stands."""
    return _(REASONS[reason]) if reason in REASONS else reason.replace("-", " ").capitalize()


def subject_words(subject: str) -> str:
    """What an entry is about, in words."""
    what, _colon, which = subject.partition(":")
    return _(SUBJECTS[what]) % {"which": which} if what in SUBJECTS else subject


def about_words(subject: str) -> str:
    """What an entry is about, behind the word "about": "this gift", "request 417"."""
    what, _colon, which = subject.partition(":")
    return _(_NEAR[what]) % {"which": which} if what in _NEAR else cut(subject)


def cut(reference: str) -> str:
    """A reference with a long id cut to its first eight signs, which tell it apart well enough on a page."""
    what, colon, which = reference.partition(":")
    return f"{what}{colon}{which[:8]}…" if len(which) > LONG else reference


def month_words(month: str) -> str:
    """A month as the ledger writes it, in words."""
    return month_of(date.fromisoformat(f"{month}-01"))


def month_of(day: date) -> str:
    """The month of a day: "November 2026"."""
    return f"{_months(language())[day.month - 1]} {day.year}"


def stands(account: str | None, until: date | None, log_size: int | None) -> str:
    """What is said behind a balance: of an account or else a fund, now, at the end of a day, or as the log had it."""
    if until:
        said = _("stood in this account at the end of %(day)s") if account else _("stood in this fund at the end of %(day)s")
        return said % {"day": days.day(until)}
    if log_size:
        said = (
            _("stood in this account when the log had %(number)s entries")
            if account
            else _("stood in this fund when the log had %(number)s entries")
        )
        return said % {"number": f"{log_size:,}"}
    return _("stands in this account") if account else _("is in this fund")


def people_in(reference: str) -> list[int]:
    """The account's id in a reference like user:7, if it is one."""
    what, _colon, identity = reference.partition(":")
    return [int(identity)] if what == "user" and identity.isascii() and identity.isdigit() else []


@cache
def _months(_language: str) -> tuple[str, ...]:
    """The months as they stand before a year, without a day."""
    return (
        pgettext("a month", "January"),
        pgettext("a month", "February"),
        pgettext("a month", "March"),
        pgettext("a month", "April"),
        pgettext("a month", "May"),
        pgettext("a month", "June"),
        pgettext("a month", "July"),
        pgettext("a month", "August"),
        pgettext("a month", "September"),
        pgettext("a month", "October"),
        pgettext("a month", "November"),
        pgettext("a month", "December"),
    )
