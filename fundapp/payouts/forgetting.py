"""What of payments is forgotten, and when: whom, and by which reference of the bank. Amount, day and who paid stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.payouts.models import Payment


def _old(before: datetime) -> ColumnElement[bool]:
    return Payment.paid_on < clock.day_of(before)


def _drop_payee(_session: Session, payment: Payment) -> None:
    payment.supplier = payment.bank_reference = ""


def _request(payment: Payment) -> tuple[str, ...]:
    return (f"grant:{payment.request_id}",)


FORGETTING = (Forgetting(Kept.MONEY, marked("Who was paid, and the bank’s reference"), Payment, "payment", _old, _drop_payee, _request),)
