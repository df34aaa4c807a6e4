"""Tables of the operating procedures: each version as it was published, and who accepted which. The database lets nobody change either."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.people.models import User


class ProcedureVersion(Base):
    """The operating procedures, as they hold from one publication to the next."""

    __tablename__ = "procedure_version"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint(
            "length(body) BETWEEN 1 AND 100000", name="body", info={"sentence": marked("Write the procedures, in under 100,000 letters.")}
        ),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    # 1, 2, 3: what people call it by.
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[str]
    # What changed, for those who know the one before.
    note: Mapped[str]
    published_by: Mapped[int] = mapped_column(ForeignKey(User.id))
    published_at: Mapped[datetime]


class ProcedureAcceptance(Base):
    """Somebody undertook to work by one version."""

    __tablename__ = "procedure_acceptance"
    __table_args__ = ({"info": {"app_role": "SELECT, INSERT"}},)

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    number: Mapped[int] = mapped_column(ForeignKey(ProcedureVersion.number), primary_key=True)
    accepted_at: Mapped[datetime]
