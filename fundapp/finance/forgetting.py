"""What of contributions is forgotten, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.finance.models import Contribution
from fundapp.finance.reversal_models import ContributionReversal


def _old(before: datetime) -> ColumnElement[bool]:
    return Contribution.received_on < clock.day_of(before)


def _drop_names(_session: Session, contribution: Contribution) -> None:
    contribution.received_from = contribution.bank_reference = ""


def _over(before: datetime) -> ColumnElement[bool]:
    return ContributionReversal.asked_at < before


def _drop_why(_session: Session, reversal: ContributionReversal) -> None:
    reversal.why = ""


FORGETTING = (
    Forgetting(Kept.MONEY, marked("Why a contribution was taken back"), ContributionReversal, "contribution-reversal", _over, _drop_why),
    Forgetting(
        Kept.MONEY, marked("From whom a contribution came, and the bank’s reference"), Contribution, "contribution", _old, _drop_names
    ),
)
