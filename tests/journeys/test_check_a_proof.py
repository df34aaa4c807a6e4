"""A donor checks a proof in their own browser, on a page that loads nothing but ours and sends nothing anywhere.

The page here holds the very part that a gift's page and the open ledger's page hold, behind the Fund's own headers and files.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Blueprint, Flask, g, render_template_string
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as BrowserPage
from werkzeug.serving import make_server

from fundapp.config import ROOT, Settings
from fundapp.ledger import signing
from fundapp.ledger.notes import Signer
from fundapp.ledger.sealing import seal
from fundapp.web import headers, static, templating
from fundapp.web.guards import PUBLIC, guard
from tests.support.browser import DESK, PHONE, Walker
from tests.support.story import Town
from tests.unit.verify import spoiled
from tests.unit.verify.small_log import KEY, OTHER_KEY, Proof

PAGE = """{% extends "base/give.html" %}{% block title %}Your gift{% endblock %}
{% block place %}<h1>Thank you.</h1>{% endblock %}
{% block main %}<section><h2>In the ledger</h2>
<p>The ledger only ever grows.</p>{% include "openbooks/check_proof.html" %}</section>{% endblock %}
"""
PUBLIC_PAGE = """{% extends "base/public.html" %}{% block title %}The ledger{% endblock %}{% block give_link %}{% endblock %}
{% block main %}<section><h2>Check a proof</h2>{% include "openbooks/check_proof.html" %}</section>{% endblock %}"""
NO_ED25519 = """
const known = SubtleCrypto.prototype.importKey;
SubtleCrypto.prototype.importKey = function (form, key, algorithm, ...rest) {
  const name = (algorithm && algorithm.name) || algorithm;
  return name === "Ed25519" ? Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"))
    : known.call(this, form, key, algorithm, ...rest);
};
"""
ASK = """async ([proofs, keys]) => {
  const { check } = await import("/static/js/check-proof.js");
  const answers = [];
  for (const proof of proofs) {
    const said = [];
    const bytes = Uint8Array.from(atob(proof), (one) => one.charCodeAt(0));
    const holds = await check(bytes, keys, (held, words) => said.push([held, words]));
    answers.push([holds, said[said.length - 1]]);
  }
  return answers;
}"""


@dataclass
class House:
    """A page with the part on it, and what its two files hold."""

    base_url: str = ""
    proof: str = field(default_factory=lambda: Proof(index=4710, size=5020).written())
    vkey: str = KEY.vkey + "\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The page, served on loopback."""
    house = House()
    app = Flask("house", template_folder=str(ROOT / "templates"), static_folder=None)
    app.secret_key = "for the test"
    settings = Settings.read(
        {
            "FUND_ENV": "test",
            "DATABASE_URL": "postgresql://app:app@127.0.0.1:9/nowhere",
            "BASE_URL": "http://localhost:8000",
            "STRIPE_API_BASE": "http://127.0.0.1:9",
            "MAIL_URL": tmp_path_factory.mktemp("mail").as_uri(),
            "UPLOADS": str(tmp_path_factory.mktemp("uploads")),
        }
    )
    static.install(app, settings, ROOT / "static")
    headers.install(app, settings)
    templating.install(app, lambda: None)
    app.register_blueprint(pages(house))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    house.base_url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield house
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def house(served: House) -> House:
    """The same, as it was."""
    served.proof, served.vkey = Proof(index=4710, size=5020).written(), KEY.vkey + "\n"
    return served


def pages(house: House) -> Blueprint:
    blueprint = Blueprint("pages", "pages")
    guard(blueprint, PUBLIC)

    @blueprint.before_request
    def nobody() -> None:
        g.plain = True

    @blueprint.get("/gift")
    def gift() -> str:
        return render_template_string(PAGE, proof_url="/gifts/t/proof.tlog-proof", vkey_url="/open/ledger/vkey")

    @blueprint.get("/open/ledger")
    def ledger() -> str:
        return render_template_string(PUBLIC_PAGE, proof_url=None, vkey_url="/open/ledger/vkey")

    @blueprint.get("/gifts/t/proof.tlog-proof")
    def proof() -> tuple[str, dict[str, str]]:
        return house.proof, {"Content-Type": "text/plain; charset=utf-8"}

    @blueprint.get("/open/ledger/vkey")
    def vkey() -> tuple[str, dict[str, str]]:
        return house.vkey, {"Content-Type": "text/plain; charset=utf-8"}

    return blueprint


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def me(context: BrowserContext, house: House) -> Walker:
    return Walker(context.new_page(), house.base_url)


def visit(me: Walker) -> BrowserPage:
    """The gift's page, without a look at all of it: one test does that."""
    me.page.goto(me.base_url + "/gift")
    return me.page


def steps(me: Walker) -> list[str]:
    """What was told, step by step."""
    expect(me.page.locator("[data-told] strong")).to_be_visible()
    return me.page.locator("[data-told] li").all_inner_texts()


def end(me: Walker) -> str:
    """The last sentence."""
    return me.page.locator("[data-told] strong").inner_text()


def test_a_true_proof_is_checked_step_by_step_and_nothing_goes_anywhere_else(me: Walker, house: House) -> None:
    me.open("/gift")
    asked: list[tuple[str, str]] = []
    me.page.on("request", lambda request: asked.append((request.method, request.url)))
    me.press("Check it here")
    said = steps(me)
    assert said[0].startswith("✓ The entry says: a gift by card, November 2026, entry number 4,714; £1,234.50 in the fund public-giving")
    assert said[1] == "✓ The private part belongs to it: “charge:ch_1” happened on 3 November 2026."
    assert said[2].startswith("✓ The fingerprint of exactly these words begins with ")
    assert said[3] == "✓ The path of 11 steps leads from it to the root of the ledger: place 4,711 of 5,020."
    assert said[4] == f"✓ That root is signed by the key fund.example/ledger+{KEY.number.hex()}."
    assert len(said) == 5
    assert end(me).startswith("The proof holds: this entry stands in the ledger.")
    assert sorted(asked) == [("GET", f"{house.base_url}/gifts/t/proof.tlog-proof"), ("GET", f"{house.base_url}/open/ledger/vkey")]
    told = me.page.locator("[data-told]")
    assert (told.get_attribute("role"), told.get_attribute("aria-live")) == ("status", "polite")
    me.check()
    assert me.page.context.cookies() == []


def test_a_browser_that_cannot_check_signatures_says_so_and_claims_no_more(me: Walker) -> None:
    me.page.add_init_script(NO_ED25519)
    visit(me).locator("[data-check]").click()
    said = steps(me)
    assert [one[0] for one in said] == ["✓", "✓", "✓", "✓", "–"]
    assert said[4] == "– Your browser cannot check the signature; the script can."
    assert end(me) == "Every step that your browser can take holds. The signature is still to be checked, by the script."


def test_a_browser_that_cannot_check_signatures_still_finds_the_rest(me: Walker, house: House) -> None:
    me.page.add_init_script(NO_ED25519)
    house.proof = next(text for name, text, _ in spoiled.spoiled_parts() if name == "the amount")
    visit(me).locator("[data-check]").click()
    assert steps(me)[-1] == "✗ The path: it does not lead from this entry to the root."
    assert end(me).startswith("The proof does not hold.")


def test_every_spoiled_proof_is_refused_at_the_step_that_the_script_names(me: Walker) -> None:
    visit(me)
    cases = list(spoiled.spoiled_parts())
    wrong = [
        f"{name}: {answer}"
        for (name, _, step), answer in zip(cases, ask(me.page, [text.encode() for _, text, _ in cases]), strict=True)
        if answer[0] is not False or answer[1][0] is not False or not answer[1][1].startswith(f"{step}:")
    ]
    assert not wrong


def test_no_bit_can_be_changed(me: Walker) -> None:
    """A bit here and there of each part, and of the file; no step is a multiple of eight, so every kind of bit has its turn."""
    visit(me)
    good = Proof()
    cases = [*spoiled.flipped_inside(good, every=13), *spoiled.flipped(good.written().encode(), every=21)]
    assert len(cases) > 800
    assert {answer[0] for answer in ask(me.page, cases)} == {False}


def test_every_place_in_small_ledgers_is_found_and_no_other(me: Walker) -> None:
    visit(me)
    sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 32, 33, 70]
    places = [(index, size) for size in sizes for index in sorted({0, 1, size // 2, size - 2, size - 1}) if 0 <= index < size]
    places += [(index, size) for size in (255, 256, 257) for index in (0, 128, size - 1)]
    good = [Proof(index=index, size=size) for index, size in places]
    assert {answer[0] for answer in ask(me.page, [one.written().encode() for one in good])} == {True}
    moved = [one.written(index=(one.index + 1) % one.size).encode() for one in good if one.size > 1]
    assert {answer[0] for answer in ask(me.page, moved)} == {False}


def test_a_file_from_one_s_own_disk_is_checked_the_same_way(me: Walker, tmp_path: Path) -> None:
    kept, bad = tmp_path / "kept.tlog-proof", tmp_path / "bad.tlog-proof"
    kept.write_text(Proof().written())
    bad.write_bytes(b"\xff\xd8 a picture")
    me.open("/open/ledger")
    assert me.page.get_by_role("button", name="Check it here").count() == 0
    me.page.get_by_label("Check a proof you kept").set_input_files(kept)
    assert steps(me)[3].endswith("place 4 of 7.")
    me.page.get_by_label("Check a proof you kept").set_input_files(bad)
    assert steps(me) == ["✗ The file: it is not text in UTF-8."]
    assert end(me).startswith("The proof does not hold.")
    me.check()


def test_a_key_that_is_another_refuses_every_proof(me: Walker, house: House) -> None:
    visit(me)
    for key, words in (
        (OTHER_KEY.vkey, "✗ The signature: none"),
        ("no key", "✗ The key: it is not written"),
        ("", "✗ The key: there is none"),
    ):
        house.vkey = key
        me.page.locator("[data-check]").click()
        assert steps(me)[-1].startswith(words)
        assert end(me).startswith("The proof does not hold.")


def test_each_key_that_is_not_retired_will_do(me: Walker, house: House) -> None:
    house.vkey = f"{OTHER_KEY.vkey}\n{KEY.vkey}\n"
    visit(me).locator("[data-check]").click()
    assert len(steps(me)) == 5
    assert end(me).startswith("The proof holds")


def test_what_cannot_be_fetched_is_not_called_false(me: Walker) -> None:
    visit(me)
    me.page.route("**/proof.tlog-proof", lambda route: route.abort())
    me.page.locator("[data-check]").click()
    assert steps(me) == ["✗ The file: it could not be fetched. Is there a signal?"]
    assert end(me) == "Nothing was checked."


def test_a_page_that_leads_elsewhere_fetches_nothing(me: Walker) -> None:
    visit(me)
    me.page.locator("[data-check-proof]").evaluate("place => { place.dataset.proof = 'http://127.0.0.2:9/proof' }")
    me.page.locator("[data-check]").click()
    assert steps(me) == ["✗ The file: it is not ours, so it was not fetched."]


def test_what_an_entry_says_is_never_part_of_the_page(me: Walker, house: House) -> None:
    house.proof = Proof(entry_parts={"kind": "<img src=x onerror=alert(1)>"}).written()
    visit(me).locator("[data-check]").click()
    assert "“<img src=x onerror=alert(1)>”" in steps(me)[0]
    assert me.page.locator("[data-told] img").count() == 0


def test_asked_twice_at_once_it_answers_once(me: Walker) -> None:
    visit(me)
    me.page.locator("[data-check]").evaluate("button => { button.click(); button.click(); button.click() }")
    assert len(steps(me)) == 5
    assert me.page.locator("[data-told] strong").count() == 1


def test_scripts_off_the_file_and_the_key_are_there_and_no_dead_button(browser: Browser, house: House) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    answer = page.goto(f"{house.base_url}/gift")
    assert answer
    assert "script-src 'self'; connect-src 'self'" in answer.headers["content-security-policy"]
    expect(page.get_by_role("link", name="The proof, a small file to keep")).to_have_attribute("href", "/gifts/t/proof.tlog-proof")
    expect(page.get_by_role("link", name="The ledger’s public key")).to_have_attribute("href", "/open/ledger/vkey")
    expect(page.get_by_role("link", name="How to check it without us")).to_have_attribute("href", "/open/ledger")
    assert page.get_by_role("button").count() == 0
    assert not page.locator("input[type=file]").is_visible()
    context.close()


def test_a_donor_checks_their_own_gift_on_its_own_page(town: Town, walk: Callable[..., Walker], tmp_path: Path) -> None:
    """The whole way: from the sign in the shop to the seal, and both verifiers on the file that the page gives."""
    me = walk(PHONE).open(town.point.path).choose("£5").press("Give").press("Give £5.00 with the test card").sees("Your £5 is here.")
    signer = Signer.generate("fund.example/ledger")
    with town.live.database.session() as session:
        signing.introduce_key(session, vkey=signer.verifier.vkey, actor="system")
        assert seal(session, origin=signer.name, signer=signer)
        session.commit()
    me.page.reload()
    me.check().press("Check it here")
    said = steps(me)
    assert "✓ The entry says: a gift by card, " in said[0]
    assert "£5.00 in the fund public-giving" in said[0]
    assert said[4] == f"✓ That root is signed by the key fund.example/ledger+{signer.verifier.key_id.hex()}."
    assert end(me).startswith("The proof holds")
    me.check()
    with me.page.expect_download() as download:
        me.page.get_by_role("link", name="The proof, a small file to keep").click()
    kept = tmp_path / "gift.tlog-proof"
    download.value.save_as(kept)
    command = [sys.executable, "-I", str(ROOT / "docs" / "verify" / "verify.py")]
    proof = subprocess.run(
        [*command, "proof", kept, "--key", signer.verifier.vkey], capture_output=True, text=True, timeout=60, check=False
    )
    assert proof.returncode == 0, proof.stderr
    assert "£5.00 in the fund public-giving" in proof.stdout
    address = f"{me.base_url}/open/ledger"
    ledger = subprocess.run(
        [*command, "ledger", address, "--key", signer.verifier.vkey], capture_output=True, text=True, timeout=60, check=False
    )
    assert ledger.returncode == 0, ledger.stderr
    me.open("/open/ledger")
    me.page.get_by_label("Check a proof you kept").set_input_files(kept)
    assert end(me).startswith("The proof holds")
    me.check()


def ask(page: BrowserPage, proofs: list[bytes]) -> list[list[object]]:
    """What the page's script says of each proof, by the ledger's key: its answer, and the last step that it told."""
    answers: list[list[object]] = page.evaluate(ASK, [[base64.b64encode(one).decode() for one in proofs], KEY.vkey])
    return answers
