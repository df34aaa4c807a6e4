"""The words of a Gift Aid declaration: versioned, and kept with each declaration exactly as they were shown.

They say what HMRC's model declarations say (gov.uk, "Gift Aid declarations: claiming tax back on donations"): whose gifts, to which
charity, that the donor pays tax and makes good a difference, what to tell us, and about Self Assessment. A version that was ever
shown is never changed; a change of words is a new version (a test holds each version's hash).
"""

from __future__ import annotations

from collections.abc import Callable

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.giving.gift_aid.models import Scope

Words = Callable[[Scope, int | None, str], tuple[str, ...]]
_WITH_A_GIFT = {
    Scope.GIFT: marked("I want to Gift Aid my donation of %(amount)s to %(charity)s."),
    Scope.FUTURE: marked("I want to Gift Aid my donation of %(amount)s and any donations I make in the future to %(charity)s."),
    Scope.PAST_AND_FUTURE: marked(
        "I want to Gift Aid my donation of %(amount)s and any donations I make in the future or have made in the past 4 years"
        " to %(charity)s."
    ),
}
# A declaration that takes another's place names no gift: those of before stay with the words they were declared in.
_WITHOUT_A_GIFT = {
    Scope.FUTURE: marked("I want to Gift Aid any donations I make in the future to %(charity)s."),
    Scope.PAST_AND_FUTURE: marked("I want to Gift Aid any donations I make in the future or have made in the past 4 years to %(charity)s."),
}


def _first(scope: Scope, amount_pence: int | None, charity: str) -> tuple[str, ...]:
    facts = {"amount": pounds(amount_pence or 0), "charity": charity}
    what = _WITHOUT_A_GIFT[scope] if amount_pence is None else _WITH_A_GIFT[scope]
    return (
        _(what) % facts,
        _(
            "I am a UK taxpayer and understand that if I pay less Income Tax and/or Capital Gains Tax than the amount of Gift Aid "
            "claimed on all my donations in that tax year it is my responsibility to pay any difference."
        ),
        _(
            "I will tell %(charity)s if I want to cancel this declaration, change my name or home address, or no longer pay "
            "enough tax on my income and/or capital gains."
        )
        % facts,
        _(
            "If I pay Income Tax at the higher or additional rate and want the additional tax relief due to me, I must include all "
            "my Gift Aid donations on my Self Assessment tax return or ask HM Revenue and Customs to adjust my tax code."
        ),
        _("Gift Aid is reclaimed by the charity from the tax I pay for the current tax year: 25p for every £1 I give."),
    )


VERSIONS: dict[int, Words] = {1: _first}
NEWEST = max(VERSIONS)


def paragraphs(scope: Scope, *, amount_pence: int | None, charity: str, version: int = NEWEST) -> tuple[str, ...]:
    """What is declared, in the reader's language, a paragraph each. No amount: no gift is named."""
    return VERSIONS[version](scope, amount_pence, charity)


def shown(scope: Scope, *, amount_pence: int | None, charity: str, version: int = NEWEST) -> str:
    """The same as it is kept."""
    return "\n\n".join(paragraphs(scope, amount_pence=amount_pence, charity=charity, version=version))
