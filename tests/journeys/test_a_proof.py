"""A donor sees where their gift stands, keeps its proof and its receipt; a stranger checks; an administrator hangs a checkpoint up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pypdfium2
from playwright.sync_api import expect

from fundapp.config import ROOT
from fundapp.ledger.checkpoints import CheckpointView
from tests.builders import ledger
from tests.support.browser import DESK, PHONE, Walker
from tests.support.story import Town, sign_in

Walk = Callable[..., Walker]


def seal(town: Town) -> CheckpointView:
    """What the worker does each second."""
    with town.live.database.session() as session:
        newest = ledger.seal(session)
        session.commit()
        return newest


def give(me: Walker, town: Town) -> Walker:
    """Ten pounds, at the collection point."""
    return me.open(town.point.path).choose("£10").press("Give").press("Give £10.00 with the test card").sees("Your £10 is here.")


def test_a_gift_is_checked_on_its_page_and_from_its_printed_receipt(town: Town, walk: Walk, tmp_path: Path) -> None:
    me = give(walk(PHONE), town).sees("being written into the ledger", "being written")
    assert me.page.get_by_role("link", name="The proof").count() == 0
    newest = seal(town)
    me.follow("Look again").sees("Your gift has been in the ledger since", f"of {newest.size:,}", "place")
    me.page.get_by_role("button", name="Check it here").click()
    told = me.page.locator("[data-told]")
    expect(told).to_contain_text("£10.00")
    expect(told).to_contain_text("signed")
    me.check()
    assert me.page.context.cookies() == []
    answer = me.page.request.get(me.base_url + str(me.page.get_by_role("link", name="Receipt (PDF)").get_attribute("href")))
    with pypdfium2.PdfDocument(answer.body()) as document:
        assert len(document) == 2
        (tmp_path / "typed.txt").write_text(document[1].get_textpage().get_text_bounded())
    for script, *given in (
        ("from_paper.py", "typed.txt", "gift.tlog-proof"),
        ("verify.py", "proof", "gift.tlog-proof", "--key", ledger.SIGNER.verifier.vkey),
    ):
        done = subprocess.run(
            [sys.executable, "-I", str(ROOT / "docs/verify" / script), *given], cwd=tmp_path, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_gift_is_given_and_checked_in_polish(town: Town, walk: Walk) -> None:
    me = walk(PHONE)
    me.open(town.point.path).follow("Polski").sees("Jesteś tutaj:", town.point.name)
    me.page.get_by_role("radio", name="£10").check()
    me.press("Wpłać £10").press("Give £10.00 with the test card").sees("Twoja wpłata £10")
    seal(town)
    me.follow("Sprawdź jeszcze raz")
    me.page.get_by_role("button", name="Sprawdź tutaj").click()
    told = me.page.locator("[data-told]")
    expect(told).to_contain_text("Dowód się zgadza: ten wpis jest w księdze.")
    expect(told).to_contain_text("Wpis mówi: wpłata kartą, ")
    expect(told).not_to_contain_text("The ")
    me.check()
    me.follow("English").sees("Your £10 is here.")


def test_scripts_off_the_proof_is_a_file_and_the_open_ledger_says_what_to_do_with_it(town: Town, plain: Walk) -> None:
    me = give(plain(PHONE), town)
    newest = seal(town)
    me.page.reload()
    me.sees("Your gift has been in the ledger since", "place")
    expect(me.page.get_by_role("button", name="Check it here")).to_be_hidden()
    with me.page.expect_download() as kept:
        me.page.get_by_role("link", name="The proof, a small file to keep").click()
    assert kept.value.suggested_filename.endswith(".tlog-proof")
    assert Path(kept.value.path()).read_text().endswith(newest.note)
    me.follow("How to check it without us").sees("The ledger, for anybody to check", "verify.py", ledger.SIGNER.verifier.vkey)
    me.fill({"How many entries it covers": f"{newest.size:,}"}).press("Show that checkpoint").sees("begins with", newest.mark)


def test_a_checkpoint_hangs_in_a_shop_and_a_passer_by_compares_it(town: Town, walk: Walk) -> None:
    first = seal(town)
    admin = sign_in(walk(DESK), town.who.admin)
    admin.open(f"/admin/points/{town.point.id}").sees("It carries no checkpoint of the ledger yet.")
    admin.press("Put today’s checkpoint on it").sees("The poster carries the newest checkpoint.", f"over {first.size:,} entries")
    me = give(walk(PHONE, dark=True), town)
    seal(town)
    me.open("/open").follow("Check the ledger yourself").sees("Sent out of our reach", "1 time")
    me.fill({"How many entries it covers": str(first.size)}).press("Show that checkpoint").sees(first.mark, "two ledgers have been shown")
    me.fill({"How many entries it covers": "3 or so"}).press("Show that checkpoint").sees("You wrote “3 or so”.")
