"""The sentence of a rule of the database: kept as the code has it, said in the language of whoever meets it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

import fundapp.models  # noqa: F401
from fundapp.core import db
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.ledger.log_models import Period
from fundapp.web import catalogue


def test_a_rule_that_refuses_says_its_sentence_at_that_moment(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "gettext", lambda sentence: f"po polsku: {sentence}")
    with pytest.raises(Refused) as told, transaction(session):
        session.add(Period(starts_on=date(2026, 10, 31), ends_on=date(2026, 10, 1)))
    assert told.value.sentence == "po polsku: A period ends on or after the day it starts."


def test_every_rule_s_sentence_is_in_the_catalogue() -> None:
    gathered = {message.id for message in catalogue.gathered()}
    assert [sentence for sentence in db.sentences().values() if sentence not in gathered] == []
