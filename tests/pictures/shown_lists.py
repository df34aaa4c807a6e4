"""Lists of requests, and handing them over for a while, in every state."""

from __future__ import annotations

from tests.pictures.state import Shown, day_one, seen_by, wrong

_OF_LENDER = seen_by("lender", Shown("lending.show", "/requests/away", "with a colleague until a day"))
_OF_WORKER = seen_by(
    "worker",
    Shown("request_lists.show", "/requests/all", "mine"),
    Shown("request_lists.show", "/requests/all?whose=organisation", "the organisation's: figures alone"),
    Shown("request_lists.show", "/requests/all?whose=team&state=ended&overdue=yes", "nothing fits"),
    wrong("request_lists.show", "/requests/all", "Show these requests", ("Year", "soon"), state="a day nobody can read"),
    day_one("request_lists.show", "/requests/all"),
    Shown("lending.show", "/requests/away", "nobody to hand it to"),
    day_one("lending.show", "/requests/away"),
)
_OF_SHELTER = seen_by(
    "shelter",
    Shown("lending.show", "/requests/away", "something to hand over"),
    wrong("lending.show", "/requests/away", "Hand them over"),
)
OF_WORKER = _OF_WORKER + _OF_SHELTER + _OF_LENDER
OF_APPROVER = seen_by("approver", Shown("request_lists.show", "/requests/all", "all that an approver may read"))
