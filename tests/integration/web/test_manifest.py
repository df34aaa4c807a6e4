"""What a phone needs to put the Fund on its home screen."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

from PIL import Image
from sqlalchemy.orm import Session

from fundapp.core.roles import Role
from tests.builders import people
from tests.support.outside import BASE_URL
from tests.support.web import Client

SignIn = Callable[[Client, object], None]


def test_the_manifest_has_what_makes_an_app_installable_and_every_icon_is_there(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest.headers["Content-Type"].startswith("application/manifest+json")
    said = json.loads(manifest.body)
    assert (said["start_url"], said["scope"], said["display"]) == ("/home", "/", "standalone")
    assert said["name"]
    assert len(said["short_name"]) <= 12
    assert {(one["sizes"], one["purpose"]) for one in said["icons"]} == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for one in said["icons"]:
        answer = client.flask.get(one["src"], base_url=BASE_URL, buffered=True)
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        picture = Image.open(io.BytesIO(answer.data))
        assert f"{picture.width}x{picture.height}" == one["sizes"]


def test_it_is_kept_by_everybody_and_no_cookie_belongs_to_it(client: Client, session: Session, sign_in_as: SignIn) -> None:
    for _ in range(2):
        headers = client.get("/manifest.webmanifest").headers
        assert headers["Cache-Control"] == "public, max-age=86400"
        assert "Set-Cookie" not in headers
        sign_in_as(client, people.user(session, Role.KEY_WORKER))


def test_pages_of_somebody_signed_in_name_it_and_may_fetch_it_and_a_donor_s_do_not(
    client: Client, session: Session, sign_in_as: SignIn
) -> None:
    for url in ("/", "/give", "/open", "/sign-in"):
        assert client.get(url).soup.select("link[rel=manifest], link[rel=apple-touch-icon]") == []
    sign_in_as(client, people.user(session, Role.KEY_WORKER))
    page = client.get("/requests")
    assert page.one("link[rel=manifest]")["href"] == "/manifest.webmanifest"
    icon = client.flask.get(str(page.one("link[rel=apple-touch-icon]")["href"]), base_url=BASE_URL, buffered=True)
    assert icon.status_code == 200
    assert [one["media"] for one in page.soup.select("meta[name=theme-color]")] == [
        "(prefers-color-scheme: light)",
        "(prefers-color-scheme: dark)",
    ]
    assert "manifest-src 'self'" in page.headers["Content-Security-Policy"]


def test_whoever_opens_it_signed_out_finds_the_way_in(client: Client) -> None:
    assert client.get("/home").headers["Location"] == "/sign-in?next=/home"
