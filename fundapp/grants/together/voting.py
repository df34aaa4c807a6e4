"""How a vote of the panel stands: a majority agrees, a tie declines, and fewer than the quorum say nothing. Pure."""

from __future__ import annotations

from enum import Enum, auto


class Outcome(Enum):
    """What the votes say."""

    OPEN = auto()
    AGREED = auto()
    DECLINED = auto()
    # Too few voted, or can still vote: it waits to be decided otherwise.
    LAPSED = auto()


def outcome(*, votes_for: int, votes_against: int, still_to_vote: int, quorum: int, closed: bool) -> Outcome:
    """What the votes say now: settled as soon as no vote that is still to come could change it, or when the vote closes.

    `still_to_vote` counts the members who may vote and have not; votes of members with a conflict are counted nowhere.
    """
    cast = votes_for + votes_against
    to_come = 0 if closed else still_to_vote
    if cast < quorum:
        return Outcome.LAPSED if cast + to_come < quorum else Outcome.OPEN
    if votes_for > votes_against + to_come:
        return Outcome.AGREED
    return Outcome.DECLINED if votes_against >= votes_for + to_come else Outcome.OPEN
