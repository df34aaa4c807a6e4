"""What a fund used is told only where it gives nobody away, by itself or by subtraction."""

from collections.abc import Sequence
from itertools import combinations, count

from hypothesis import given
from hypothesis import strategies as st

from fundapp.openbooks.fund_use import Moved, Told, tellable
from fundapp.openbooks.suppression import LEAST, Crowd

GIVING, GENERAL, GRANT = "public-giving", "general", "rough-sleepers"
_nth = count(1)


def helped(fund: str, month: str, people: int, teams: int = 3, pence: int = 1_000) -> list[Moved]:
    """The same help for several people, each asked for once."""
    return [Moved(fund, month, f"grant:{next(_nth)}", next(_nth), nth % teams, pence) for nth in range(people)]


def told(moves: Sequence[Moved], fund: str, since: str, until: str) -> Told:
    span = Told(fund, since, until, 0)
    return Told(fund, since, until, sum(one.pence for one in moves if span.covers(one)))


def summer(moves: Sequence[Moved], *funds: str) -> list[Told]:
    return [told(moves, fund, "2026-07", "2026-09") for fund in funds]


def test_five_people_of_three_teams_are_told_and_one_fewer_is_carried() -> None:
    rest = helped(GRANT, "2026-08", 9)
    enough = helped(GIVING, "2026-08", 5) + rest
    assert tellable(enough, [], summer(enough, GIVING)) == summer(enough, GIVING)
    few = helped(GIVING, "2026-08", 4) + rest
    assert tellable(few, [], summer(few, GIVING)) == []
    few_teams = helped(GIVING, "2026-08", 9, teams=2) + rest
    assert tellable(few_teams, [], summer(few_teams, GIVING)) == []


def test_a_fund_is_not_told_where_the_rest_would_be_a_few() -> None:
    moves = helped(GIVING, "2026-08", 9) + helped(GRANT, "2026-08", 1)
    assert tellable(moves, [], summer(moves, GIVING)) == []
    alone = helped(GIVING, "2026-08", 9)
    assert tellable(alone, [], summer(alone, GIVING)) == summer(alone, GIVING)


def test_of_two_funds_the_larger_is_told_and_the_smaller_hides_it() -> None:
    moves = helped(GIVING, "2026-08", 9) + helped(GENERAL, "2026-08", 5) + helped(GRANT, "2026-08", 4)
    assert [one.fund for one in tellable(moves, [], summer(moves, GENERAL, GIVING))] == [GIVING]


def test_a_month_in_which_the_fund_alone_was_quiet_is_taken_as_known() -> None:
    moves = helped(GIVING, "2026-07", 9) + helped(GRANT, "2026-07", 1) + helped(GRANT, "2026-09", 9)
    assert tellable(moves, [], summer(moves, GIVING)) == [], "all of July less this fund is one award"


def test_what_was_carried_is_told_with_the_next_quarter_unless_that_lets_the_first_be_reckoned() -> None:
    first = helped(GIVING, "2026-08", 2) + helped(GRANT, "2026-08", 9)
    both = first + helped(GIVING, "2026-11", 5) + helped(GRANT, "2026-11", 6)
    span = told(both, GIVING, "2026-07", "2026-12")
    assert tellable(both, [], [span]) == [span]
    # General was told for summer alone. What is left of all of both quarters is one award, though each figure alone hides it.
    other = [
        *helped(GENERAL, "2026-08", 5),
        *helped(GIVING, "2026-08", 5),
        *helped(GIVING, "2026-11", 5),
        *helped(GRANT, "2026-11", 1),
    ]
    before = summer(other, GENERAL)
    assert tellable(other, before, [told(other, GIVING, "2026-07", "2026-12")]) == []


def test_somebody_whose_award_was_given_back_hides_nobody() -> None:
    moves = helped(GIVING, "2026-08", 5) + helped(GRANT, "2026-08", 9)
    back = [Moved(GIVING, "2026-09", moves[0].request, moves[0].person, moves[0].team, -1_000)]
    assert tellable(moves + back, [], summer(moves + back, GIVING)) == []


def crowd_of(moves: Sequence[Moved]) -> Crowd:
    given = [one for one in moves if one.pence > 0]
    return Crowd(len({one.person for one in given}), len({one.team for one in given}))


@st.composite
def years(draw: st.DrawFn) -> list[Moved]:
    """Small years of three funds: from nobody to eight in a fund's month, each asked for by one of four teams."""
    found: list[Moved] = []
    for fund in (GIVING, GENERAL, GRANT):
        for month in range(1, 10):
            for _ in range(draw(st.sampled_from((0, 0, 1, 2, 5, 8)))):
                found.append(Moved(fund, f"2026-{month:02}", f"grant:{len(found)}", len(found), draw(st.integers(0, 3)), 100))
    return found


@given(years())
def test_over_a_year_no_total_less_told_figures_is_a_few(moves: list[Moved]) -> None:
    published: list[Told] = []
    for quarter in range(3):
        until = f"2026-{3 * quarter + 3:02}"
        known = [one for one in moves if one.month <= until]
        spans = []
        for fund in (GIVING, GENERAL):
            since = max((f"2026-{int(one.until[-2:]) + 1:02}" for one in published if one.fund == fund), default="2026-01")
            span = told(known, fund, since, until)
            if any(span.covers(one) for one in known):
                spans.append(span)
        published += tellable(known, published, spans)
    for one in published:
        assert crowd_of([moved for moved in moves if one.covers(moved)]).hides_everyone(LEAST)
    # Every sum of whole months with everything subtracted that lies in them, for all sets of figures that somebody might take.
    covered = {one: {moved.month for moved in moves if one.covers(moved)} for one in published}
    for size in range(1, len(published) + 1):
        for chosen in combinations(published, size):
            months = set().union(*(covered[one] for one in chosen))
            rest = [moved for moved in moves if moved.month in months and not any(one.covers(moved) for one in chosen)]
            assert not rest or crowd_of(rest).hides_everyone(LEAST)
