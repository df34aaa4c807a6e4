"""The frames, parts and error pages, as the app serves them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask, render_template
from sqlalchemy.orm import Session

from fundapp.core.roles import Role
from fundapp.web.errors import PAGES, error_page
from tests.builders import people
from tests.support.page import faults
from tests.support.web import Client


def test_the_page_of_all_parts_has_each_error_at_its_field_and_on_top(client: Client) -> None:
    page = client.get("/design")
    assert page.status == 200
    assert page.one("title").get_text().startswith("Error: ")
    assert page.text("[role=alert] h2") == "Five things to put right"
    for link in page.soup.select("[role=alert] a"):
        target = page.one(str(link["href"]))
        assert target.get("aria-invalid") == "true" or target.get("type") in {"radio", "checkbox"}
    price = page.one("[name=price]")
    assert price["value"] == "about 40"
    assert str(price["aria-describedby"]).split() == ["price-hint", "price-error"]
    assert "You wrote “about 40”" in page.text("#price-error")
    assert [one["value"] for one in page.soup.select(".date3 input")] == ["24", "13", "2026"]


def test_the_specimens_buttons_lead_back(client: Client) -> None:
    page = client.get("/design").form("main form").submit()
    assert (page.status, page.url.rpartition("/")[2]) == (200, "design")


@pytest.mark.parametrize("url", ["/", "/open", "/design", "/sign-in"])
def test_every_frame_has_its_landmarks_and_asks_for_one_file_more(client: Client, url: str) -> None:
    page = client.get(url)
    assert page.one("html")["lang"] == "en-GB"
    assert page.one("body > a.skip")["href"] == "#main"
    for landmark in ("header", "main#main", "footer"):
        assert len(page.soup.select(f"body > {landmark}")) == 1
    loaded = [str(one.get("href") or one.get("src")) for one in page.soup.select("link[href], script, img")]
    files = [one for one in loaded if not one.startswith(("data:", "/static/js/passkey.js"))]
    assert files == [str(page.one("link[rel=stylesheet]")["href"])]
    assert re.fullmatch(r"/static/css/fund\.css\?[0-9a-f]{10}", str(page.one("link[rel=stylesheet]")["href"]))
    assert {"/open", "/privacy", "/complaints"} <= {one["href"] for one in page.soup.select("footer a")}


def test_the_foot_names_the_charity_and_how_to_reach_it(session: Session, client: Client) -> None:
    people.fund_holder(session)
    foot = client.get("/").text("footer")
    for words in ("Changing Lives (Doncaster)", "Registered charity 1234567", "01302 000000", "fund@example.org"):
        assert words in foot


def test_before_the_charity_s_facts_are_entered_no_page_shows_an_empty_link(client: Client) -> None:
    for url in ("/", "/privacy", "/complaints", "/accessibility", "/nowhere"):
        assert "mailto:" not in [one["href"] for one in client.get(url).soup.select("a[href]")]


@pytest.mark.parametrize("status", sorted(PAGES))
def test_every_error_page_says_what_happened_and_what_to_do(app: Flask, status: int) -> None:
    with app.test_request_context("/somewhere"):
        response = error_page(status, "Another officer has already paid this.")
    html = response.get_data(as_text=True)
    assert response.status_code == status
    assert faults(html) == []
    assert "Another officer has already paid this." in html
    assert "<h1>" in html


def test_a_stranger_to_a_page_is_told_whose_it_is(session: Session, client: Client, sign_in_as: Any) -> None:
    sign_in_as(client, people.user(session, Role.AUDITOR))
    page = client.get("/admin/examples")
    assert (page.status, page.text("h1")) == (403, "This page is not yours to open")


def test_a_flashed_word_is_shown_as_a_notice_and_escaped(app: Flask) -> None:
    from flask import flash

    with app.test_request_context("/"):
        flash("Saved <b>", "good")
        html = render_template("openbooks/complaints.html")
    assert '<div class="notice good">' in html
    assert "Saved &lt;b&gt;" in html
