"""Free words are looked through: what leads to somebody is refused, what tells of their health is pointed out."""

import pytest

from fundapp.cli.demo_data.stories import STORIES
from fundapp.grants.screening import says_who, tells_more


@pytest.mark.parametrize(
    ("words", "sign"),
    [
        ("Ring her on 07700 900123 after six", "07700 900123"),
        ("his number is +44 7700 900 123.", "+44 7700 900 123"),
        ("01302 (960) 000", "01302 (960) 000"),
        ("write to jo.bloggs@example.org please", "jo.bloggs@example.org"),
        ("He sleeps at DN1 3EZ", "DN1 3EZ"),
        ("dn13ez", "dn13ez"),
        ("NI is QQ 12 34 56 C", None),
        ("AB123456C", "AB123456C"),
        ("pay to 12-34-56 12345678", "12-34-56 12345678"),
        ("born 4/7/1984", "4/7/1984"),
        ("born on 4th July 1984 in Leeds", "4th July 1984"),
    ],
)
def test_what_leads_to_somebody_is_refused_with_the_words_that_do(words: str, sign: str | None) -> None:
    told = says_who(words)
    assert (told is None) if sign is None else (told is not None and f"“{sign}”" in told)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "I want to ring my daughter.",
        "It costs £39.99, with a card of £10.00",
        "The viewing is on 14 November 2026 at 2:30",
        "He starts on 14/11/2026",
        "Size 42, or 8.5 in ours; 2 pairs",
        "Model A1660, order 000123",
        "A flat in block B2, 3rd floor",
        "Ten people in 2019",
    ],
)
def test_plain_words_prices_sizes_and_coming_days_pass(words: str) -> None:
    assert says_who(words) is None


def test_words_that_tell_of_health_offences_or_love_are_pointed_out_once_each_as_typed() -> None:
    texts = ["Her methadone script, and Methadone again", "since PRISON; a sex worker", "Mrs Jones-Smith rang"]
    assert tells_more(texts) == ["methadone", "Methadone", "PRISON", "sex worker", "Mrs Jones-Smith"]


def test_words_that_only_sound_like_them_are_let_be() -> None:
    assert tells_more(["A cracked screen, a crackling radio, the visage of a gaylord; depart at nine, to impress the landlord"]) == []


def test_the_demonstration_s_own_stories_pass() -> None:
    for story in STORIES:
        assert says_who(" ".join((story.goal, story.unblocks, story.detail))) is None


def test_a_long_text_is_looked_through_at_once() -> None:
    assert says_who("1 " * 5_000 + "a@" * 5_000) is None
    assert tells_more(["mr " * 10_000]) == []
