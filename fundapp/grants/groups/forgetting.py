"""Whom we spoke to at a group is forgotten once nothing was asked for it, and nothing is offered by it, for a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Session

from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.grants.groups.models import CommunityGroup, SupportOffer
from fundapp.grants.models import GrantRequest


def _silent(before: datetime) -> ColumnElement[bool]:
    asked = exists().where(GrantRequest.group_id == CommunityGroup.id, GrantRequest.saved_at >= before)
    offers = exists().where(SupportOffer.group_id == CommunityGroup.id, SupportOffer.confirmed_at >= before)
    return (CommunityGroup.added_at < before) & ~asked & ~offers


def _drop_contact(_session: Session, group: CommunityGroup) -> None:
    group.contact_name = group.contact_email = ""
    group.link_version += 1


FORGETTING = (
    Forgetting(Kept.CONTACT, marked("Whom we speak to at community groups"), CommunityGroup, "community", _silent, _drop_contact),
)
