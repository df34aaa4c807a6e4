"""The pages of collection points, as an administrator, a finance officer and an auditor see them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import Database
from fundapp.core.roles import Role
from fundapp.points.models import CollectionPoint
from tests.builders import people
from tests.builders.points import closed_point, point
from tests.support.outside import BASE_URL
from tests.support.web import Client

SignIn = Callable[[Client, object], None]

TYPED = {
    "name": "the bakery on High Street",
    "business": "Priestley’s Bakery Ltd",
    "address": "12 High Street\nDoncaster",
    "contact_name": "Maureen Priestley",
    "contact_details": "01302 496 0001",
    "agreed_on-day": "3",
    "agreed_on-month": "11",
    "agreed_on-year": "2025",
}
POSTERS = {
    "A4, for the window": (210, 297),
    "A6, for the counter": (105, 148),
    "A4 with little ink": (210, 297),
    "A6 with little ink": (105, 148),
}


@pytest.fixture
def admin(client: Client, session: Session, sign_in_as: SignIn) -> Client:
    people.fund_holder(session)
    sign_in_as(client, people.user(session, Role.ADMIN, name="Ruth Okafor"))
    return client


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(CollectionPoint)) or 0


def test_an_administrator_adds_a_point_and_gets_its_code_and_posters(admin: Client, session: Session) -> None:
    page = admin.get("/admin").follow("Collection points").follow("Add the first one").submit(**TYPED)
    assert page.status == 200
    one = session.scalars(select(CollectionPoint)).one()
    assert page.text("h1") == "The bakery on High Street"
    assert f"{one.code[:4]} {one.code[4:]}" in page.words
    assert f"localhost:8000/g/{one.code}" in page.words
    assert page.text(".notice.good").startswith("The point is open.")
    assert "Point opened" in page.text(".track")
    assert "by Ruth Okafor" in page.text(".track")
    assert page.one(".panel svg[role=img]")["aria-label"] == f"QR code that leads to localhost:8000/g/{one.code}"


@pytest.mark.parametrize("words", POSTERS)
def test_each_poster_holds_the_code_and_the_charitys_facts(admin: Client, session: Session, words: str) -> None:
    one = point(session, name="Łukasz Żółć’s café")
    file = admin.get(f"/admin/points/{one.id}").follow(words)
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"].startswith('attachment; filename="poster-a')
    with pypdfium2.PdfDocument(file.body) as document:
        picture = document[0].render(scale=150 / 72).to_pil()
        said = " ".join(document[0].get_textpage().get_text_bounded().split())
    assert tuple(round(side / 150 * 25.4) for side in picture.size) == POSTERS[words]
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [f"{BASE_URL}/g/{one.code}"]
    for part in (
        "Łukasz Żółć’s café",
        f"localhost:8000/g/{one.code}",
        "Changing Lives (Doncaster), registered charity 1234567",
        "01302 000000",
    ):
        assert part in said


def test_the_code_comes_as_png_and_svg(admin: Client, session: Session) -> None:
    one = point(session)
    page = admin.get(f"/admin/points/{one.id}")
    png = page.follow("as PNG")
    assert png.headers["Content-Type"] == "image/png"
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(png.body)).convert("L"))
    assert found.text == f"{BASE_URL}/g/{one.code}"
    svg = page.follow("QR code as SVG")
    assert svg.headers["Content-Type"].startswith("image/svg+xml")
    assert svg.body.startswith(b"<svg xmlns=")


def test_no_poster_is_printed_before_the_charitys_facts_are_known(client: Client, session: Session, sign_in_as: SignIn) -> None:
    one = point(session)
    sign_in_as(client, people.user(session, Role.ADMIN))
    page = client.get(f"/admin/points/{one.id}")
    assert "enters the charity’s facts first" in page.words
    assert not page.soup.select('a[href$=".pdf"]')
    assert client.get(f"/admin/points/{one.id}/poster-a4.pdf").status == 409


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Write the place as donors know it, like: the bakery on High Street."),
        ("name", "x" * 81, "Keep it under 80 characters: it stands on the poster."),
        ("business", " ", "Write the name of the business that hosts the poster."),
        ("address", "", "Write where the poster hangs, so that somebody can go and look."),
        ("contact_name", "", "Write the name of the person who agreed, or who looks after the poster."),
        ("contact_details", "", "Write a telephone number or an e-mail that reaches them."),
        ("contact_details", "0130", "Write a whole telephone number or e-mail. You wrote “0130”."),
        ("agreed_on-year", "2999", "You wrote “2999”"),
        ("agreed_on-day", "31", "There is no such day"),
        ("agreed_on-month", "", "Write the day, the month and the year"),
    ],
)
def test_each_bad_answer_gets_a_sentence_and_everything_typed_is_kept(
    admin: Client, session: Session, field: str, value: str, sentence: str
) -> None:
    page = admin.get("/admin/points/new").submit(**{**TYPED, field: value})
    assert page.status == 422
    assert sentence in page.text("#errors")
    kept = page.form().data
    assert kept["business"] == ("" if field == "business" else TYPED["business"])
    assert kept["address"] == ("" if field == "address" else TYPED["address"])
    assert count(session) == 0


def test_an_agreement_still_to_come_is_told_at_its_field(admin: Client, session: Session) -> None:
    page = admin.get("/admin/points/new").submit(**{**TYPED, "agreed_on-year": str(clock.today().year + 1)})
    assert page.status == 422
    assert "That day is still to come." in page.text("#agreed_on-error")
    assert count(session) == 0


def test_the_host_is_changed_and_the_place_is_not_asked(admin: Client, session: Session) -> None:
    one = point(session)
    page = admin.get(f"/admin/points/{one.id}").follow("Change the host’s facts")
    assert "name" not in page.form().names
    page = page.submit(contact_name="Anita Kaur", contact_details="anita@example.org")
    assert page.status == 200
    assert "Anita Kaur" in page.text(".facts")
    assert "contact name, contact details" in page.text(".track")


def test_a_point_is_closed_with_a_reason_and_opened_again(admin: Client, session: Session) -> None:
    one = point(session)
    asked = admin.get(f"/admin/points/{one.id}").follow("Close this point")
    assert asked.submit(reason="").status == 422
    page = asked.submit(reason="The shop moved away.")
    assert "Gifts by this code go to the general fund" in page.text(".notice.warn")
    assert "The shop moved away." in page.text(".track")
    again = asked.submit(reason="Again.")
    assert again.status == 409
    assert "This point is closed already." in again.text("#errors")
    page = page.follow("Open this point again").submit(reason="The new owner wants it.")
    assert "Open" in page.text(".tag.good")
    assert page.texts(".track b") == ["Point reopened", "Point closed", "Point opened"]


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR])
def test_finance_and_auditors_read_without_contacts_or_acts(client: Client, session: Session, sign_in_as: SignIn, role: Role) -> None:
    people.fund_holder(session)
    one = point(session)
    sign_in_as(client, people.user(session, role))
    page = client.get("/admin/points").follow("the bakery on High Street")
    assert "Maureen" not in page.words
    assert "496 0001" not in page.words
    # Whoever of ours stands before a poster may say so.
    assert page.texts("main form .btn") == (["Note the look"] if role is Role.FINANCE else [])
    assert "Add a point" not in client.get("/admin/points").words
    assert client.get(f"/admin/points/{one.id}/poster-a4.pdf").status == 200
    for path in ("new", f"{one.id}/host", f"{one.id}/close", f"{one.id}/reopen"):
        assert client.get(f"/admin/points/{path}").status == 403
        assert client.post(f"/admin/points/{path}", {**TYPED, "reason": "Why not."}).status == 403
    session.refresh(one)
    assert one.is_open
    assert count(session) == 1


@pytest.mark.parametrize("role", [Role.KEY_WORKER, Role.APPROVER, Role.PANEL])
def test_other_roles_see_nothing(client: Client, session: Session, sign_in_as: SignIn, role: Role) -> None:
    one = point(session)
    sign_in_as(client, people.user(session, role))
    for path in ("", f"/{one.id}", f"/{one.id}/code.svg", f"/{one.id}/poster-a4.pdf"):
        assert client.get(f"/admin/points{path}").status == 403


def test_a_list_is_searched_and_paged_with_few_questions(admin: Client, session: Session, database: Database) -> None:
    for number in range(30):
        point(session, name=f"shop {number:02d}")
    closed_point(session, name="the old bakery")
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    page = admin.get("/admin/points")
    event.remove(database.engine, "before_cursor_execute", note)
    assert len(page.soup.select("tbody tr")) == 25
    assert len([one for one in asked if "collection_point" in one]) == 2
    assert len(page.follow("Next").soup.select("tbody tr")) == 6
    found = page.submit("form.filter", words="old bak")
    assert found.texts("tbody th") == ["The old bakery"]
    assert found.submit("form.filter", words="old bak", state="open").text(".empty").startswith("No place fits.")
    assert page.submit("form.filter", words="", state="closed").texts("tbody th") == ["The old bakery"]
    assert admin.get("/admin/points?state=nonsense&page=99").status == 200


def test_what_somebody_typed_is_never_markup(admin: Client, session: Session) -> None:
    one = point(session, name="<b>Fish & Chips</b>", business='"><script>alert(1)</script>')
    page = admin.get(f"/admin/points/{one.id}")
    assert page.text("h1") == "<b>Fish & Chips</b>"
    assert not page.soup.select("script")
