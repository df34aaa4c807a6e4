"""How the ledger's own words are said on a page."""

from __future__ import annotations

KINDS = {
    "account.opened": "Account opened",
    "account.renamed": "Account renamed",
    "contribution.received": "Contribution from a service",
    "fund.moved": "Moved between funds",
    "fund.opened": "Fund opened",
    "gift.charged": "Gift by card",
    "gift.refunded": "Gift given back",
    "gift.settled": "Card fee known",
    "grant.awarded": "Grant agreed",
    "grant.paid": "Grant paid",
    "grant.released": "Grant not needed after all",
    "reversal": "Correction",
    "stripe.unknown": "Not yet understood",
}

# Who acts without being a person.
PLAIN_KINDS = {"system": "The Fund, by itself", "donor": "The donor", "stripe": "Stripe"}


def kind_words(kind: str) -> str:
    """What happened, in words; a kind that nobody has put into words is shown as it stands."""
    return KINDS.get(kind, kind)


def people_in(reference: str) -> list[int]:
    """The account's id in a reference like user:7, if it is one."""
    what, _, identity = reference.partition(":")
    return [int(identity)] if what == "user" and identity.isascii() and identity.isdigit() else []
