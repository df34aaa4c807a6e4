"""What of refunds and of gifts made elsewhere is forgotten, and when: the words and the names. The figures stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.giving.elsewhere.models import GiftElsewhere
from fundapp.giving.refunds.lifecycle import OPEN
from fundapp.giving.refunds.models import GiftRefund


def _old_refund(before: datetime) -> ColumnElement[bool]:
    return (GiftRefund.began_at < before) & GiftRefund.state.not_in(OPEN)


def _drop_words(_session: Session, refund: GiftRefund) -> None:
    refund.reason = refund.answer = refund.bank_reference = ""


def _old_elsewhere(before: datetime) -> ColumnElement[bool]:
    ended = GiftElsewhere.checked_at.is_not(None) | GiftElsewhere.refused_at.is_not(None)
    return ended & (GiftElsewhere.received_on < clock.day_of(before))


def _drop_giver(_session: Session, gift: GiftElsewhere) -> None:
    gift.given_by = gift.postal_address = gift.in_memory_of = gift.bank_reference = gift.refusal = gift.reversal_why = ""


GIVING_BACK = (
    Forgetting(Kept.MONEY, marked("Why a gift was asked back, and what was answered"), GiftRefund, "gift_refund", _old_refund, _drop_words),
    Forgetting(
        Kept.MONEY, marked("Who gave by cheque or bank, and in whose memory"), GiftElsewhere, "gift_elsewhere", _old_elsewhere, _drop_giver
    ),
)
