"""Taking in what was written on a phone: started, answered and sent in one act, and once, however often the phone sends it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import turns
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.grants import asking, persons
from fundapp.grants.asking import Answers
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest, Person


@dataclass(frozen=True, slots=True)
class WrittenThing:
    """One thing, as it was written. `price_typed` is what stands for a price and is none; `item_id` is 0 where nothing was chosen."""

    item_id: int
    detail_words: str
    price_pence: int | None
    price_typed: str
    supplier: str


@dataclass(frozen=True, slots=True)
class Written:
    """A draft as a phone kept it, whole or not."""

    things: tuple[WrittenThing, ...]
    code: str
    wants_code: bool
    goal_words: str
    unblocks_words: str
    consent_how: str
    consents: bool
    # What may be said besides, as the ordinary form's own pages read it.
    besides: tuple[Answers, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it: the request, and where one was wished for the code that was made for the person."""

    request: GrantRequest
    new_code: str

    @property
    def is_sent(self) -> bool:
        """Whether it is with the approvers by now, or further."""
        return self.request.status != Status.DRAFT


def take_in(session: Session, *, actor: Actor, key: UUID, written: Written, sends: bool) -> Taken:
    """Take in a draft under the number its phone gave it, and send it on, or keep it here to be gone on with.

    The same number again is the same request: what was sent is not sent again, whatever came with it. All of it happens or nothing:
    what is refused leaves nothing here, and stays on the phone. Raises Refused, NotAllowed, and NotFound for another team's number.
    """
    earlier = _earlier(session, key)
    if earlier is not None and earlier.team_id != actor.team_id:
        raise NotFound
    if earlier is not None and earlier.status != Status.DRAFT:
        # The phone asks again because it never heard: the code that was made is told again, too.
        person = session.get(Person, earlier.person_id) if written.wants_code and not written.code and earlier.person_id else None
        return Taken(earlier, person.code if person else "")
    if not written.things or not written.things[0].item_id:
        raise Refused(_("Choose what they need first."))
    first = written.things[0]
    draft = asking.start_request(session, actor=actor, form_key=key, item_id=first.item_id, detail_words=first.detail_words)
    _write_things(session, actor, draft, written)
    person, new_code = _person(session, actor, draft, written)
    answers = Answers(
        person_id=person.id if person else None,
        goal_words=written.goal_words,
        unblocks_words=written.unblocks_words,
        consent_how=written.consent_how,
        consents=written.consents,
        typed={"code": "" if person else written.code},
    )
    for said in (answers, *written.besides):
        asking.save_answers(session, actor=actor, request_id=draft.id, answers=said)
    if sends:
        if person is None:
            raise Refused(_("Your team has issued no such code. Check it, or issue a new one."))
        asking.send(session, actor=actor, request_id=draft.id, version=draft.version)
    return Taken(draft, new_code)


def _earlier(session: Session, key: UUID) -> GrantRequest | None:
    # The door at which `start_request` makes two with one number wait for one another: whoever is second finds what the first left.
    turns.take(session, f"form:{key}")
    return session.scalar(select(GrantRequest).where(GrantRequest.form_key == key))


def _write_things(session: Session, actor: Actor, draft: GrantRequest, written: Written) -> None:
    """Write the things down in their order. One of which nothing was chosen is left out; so is what an earlier try had more."""
    chosen = [thing for thing in written.things if thing.item_id]
    for position, thing in enumerate(chosen, 1):
        row = asking.put_thing(
            session, actor=actor, request_id=draft.id, position=position, item_id=thing.item_id, detail_words=thing.detail_words
        )
        answers = Answers(
            thing_id=row.id,
            detail_words=thing.detail_words,
            price_pence=thing.price_pence,
            supplier=thing.supplier,
            thing_typed={"price": thing.price_typed},
        )
        asking.save_answers(session, actor=actor, request_id=draft.id, answers=answers)
    for row in draft.things[len(chosen) :]:
        asking.take_out_thing(session, actor=actor, request_id=draft.id, thing_id=row.id)


def _person(session: Session, actor: Actor, draft: GrantRequest, written: Written) -> tuple[Person | None, str]:
    """Whom it is for: a code of this team, or a new one. A draft that has its person already is not given a second code."""
    if written.code:
        return persons.own_person_by_code(session, actor=actor, code=written.code), ""
    if not written.wants_code:
        return None, ""
    if draft.person_id is not None:
        person = persons.own_person(session, actor=actor, person_id=draft.person_id)
        return person, person.code
    person = persons.issue_code(session, actor=actor)
    return person, person.code
