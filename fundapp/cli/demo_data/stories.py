"""What people ask for in the demonstration: invented, in words of the kind that key workers write down with people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """One need: what, at what price, where, in whose words, and what it unblocks."""

    kind: str
    price_pence: int
    supplier: str
    goal: str
    unblocks: str
    detail: str = ""
    result: str = "connected"


STORIES = (
    Story(
        "phone",
        3999,
        "a phone shop, Market Place",
        "I want to ring my daughter on a Sunday.",
        "Probation and the housing office ring every week, and there is no number to ring.",
    ),
    Story(
        "phone",
        3500,
        "a phone shop, Market Place",
        "If the surgery rings I want to be there when they do.",
        "Scripts are changed by phone; two appointments were missed.",
    ),
    Story(
        "phone",
        4250,
        "a supermarket, Wheatley",
        "They text you the shifts. No phone, no shifts.",
        "Warehouse work is offered by text the evening before.",
        result="work",
    ),
    Story(
        "phone",
        3999,
        "a phone shop, Frenchgate",
        "I bid for flats on the library computer and it shuts at five.",
        "Bids for council homes close on Sunday nights.",
        result="housed",
    ),
    Story(
        "id",
        1250,
        "the General Register Office",
        "They won’t give me the keys without a birth certificate.",
        "A tenancy is ready to sign.",
        result="housed",
    ),
    Story(
        "id",
        1800,
        "a proof-of-age card scheme",
        "I just want to prove I’m me.",
        "No bank account can be opened without a photo on a card.",
        result="has_id",
    ),
    Story(
        "id",
        3400,
        "the licensing agency",
        "I had a licence once. I drove a van for eleven years.",
        "A delivery firm wants to see the licence before it gives a date.",
        result="work",
    ),
    Story(
        "id",
        1250,
        "the General Register Office",
        "I was adopted, so it’s a different office and they want a bank card.",
        "The adoption register takes cards only, and there is no bank account.",
        result="has_id",
    ),
    Story(
        "haircut",
        1500,
        "a barber, Hall Gate",
        "I’ve an interview Thursday and I look like I slept in a hedge. I did.",
        "An interview at the bakery on Thursday.",
        result="work",
    ),
    Story(
        "haircut",
        1200,
        "a barber, Copley Road",
        "I want my lad to see me looking all right.",
        "First visit with their son in two years.",
        result="connected",
    ),
    Story(
        "furniture",
        16000,
        "a furniture reuse charity",
        "There’s no bed in it yet. I’ve a floor and a kettle.",
        "Keys on Tuesday; without a bed the flat will not be slept in.",
        result="housed",
    ),
    Story(
        "furniture",
        15500,
        "a furniture reuse charity",
        "A table, so I can eat like a person.",
        "Moving on from the hostel after seven months.",
        result="kept_home",
    ),
    Story(
        "furniture",
        17500,
        "a furniture reuse charity",
        "My own front door. I want to sleep behind it.",
        "Prison leaver; the first night is when people go back.",
        result="housed",
    ),
    Story(
        "other",
        2800,
        "a workwear shop, Wheatley",
        "Give me boots and I’ll do the rest.",
        "The site will not let anybody on without safety boots.",
        "Safety boots, size 10",
        "work",
    ),
    Story(
        "other",
        1140,
        "the coach station",
        "The rehab has a bed Monday. It’s in Sheffield.",
        "A place in treatment, lost if they are not there by noon.",
        "Coach fare to Sheffield",
        "treatment",
    ),
    Story(
        "other",
        2250,
        "a locksmith, Nether Hall Road",
        "I lost the keys the week I got them. I’m not losing the flat.",
        "Locked out; the landlord charges for a new lock.",
        "New lock",
        "kept_home",
    ),
)

# How many of each kind are asked for in each quarter: enough of most that they may be named in the open books, too few of one.
QUARTERS = (
    {"phone": 8, "id": 7, "haircut": 6, "furniture": 6, "other": 3},
    {"phone": 9, "id": 9, "haircut": 5, "furniture": 7, "other": 6},
    {"phone": 8, "id": 8, "haircut": 6, "furniture": 6, "other": 5},
)

PLACES = (
    ("the bakery on High Street", "The Corner Loaf", "14 High Street"),
    ("the coffee shop in the Frenchgate", "Bean & Gone", "Unit 22, Frenchgate Centre"),
    ("the fish stall in the market", "Hallgate Fish", "Stall 41, Fish Market"),
    ("the bookshop on Hall Gate", "Turning Pages", "38 Hall Gate"),
    ("the pharmacy on Copley Road", "Copley Pharmacy", "87 Copley Road"),
    ("the pub by the station", "The Signal Box", "2 Trafford Way"),
)
CLOSED_PLACE = ("the sweet shop on Silver Street", "Silver Sweets", "9 Silver Street")
# What a passer-by gives, and how often.
AMOUNTS = ((300, 5), (500, 9), (1000, 7), (2000, 3), (1250, 1), (750, 1), (5000, 1))
