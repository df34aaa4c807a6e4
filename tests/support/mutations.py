"""What would go wrong with gifts if one thing in the code were broken, and the test that would say so. docs/mutations.md tells them."""

from __future__ import annotations

from dataclasses import dataclass

_GIVING = "tests/integration/giving"


@dataclass(frozen=True, slots=True)
class Mutation:
    """One thing broken: a text in a file, found there once, and what stands there instead."""

    # As docs/mutations.md says it.
    broken: str
    file: str
    before: str
    after: str
    # The file of the test that goes red, and its name.
    tests: str
    red: str


MUTATIONS = (
    Mutation(
        "An event that comes again is taken for a new one",
        "fundapp/giving/inbox.py",
        ".on_conflict_do_nothing().returning(StripeEvent.id)",
        ".returning(StripeEvent.id)",
        f"{_GIVING}/test_webhook.py",
        "test_a_bell_is_kept_once_and_asks_for_its_work_in_the_same_breath",
    ),
    Mutation(
        "A bell is kept, and nobody is asked to answer it",
        "fundapp/giving/inbox.py",
        """    if taken:
        enqueue(session, "giving.act_on_event", event_id=event.id)
""",
        """    if taken:
""",
        f"{_GIVING}/test_webhook.py",
        "test_a_bell_makes_the_gift_paid_without_the_donor_coming_back",
    ),
    Mutation(
        "A bell that could not be answered leaves no trace",
        "fundapp/giving/inbox.py",
        '"tries": StripeEvent.tries + 1',
        '"tries": StripeEvent.tries',
        f"{_GIVING}/test_inbox.py",
        "test_what_could_not_be_answered_says_how_often_and_why_until_it_is",
    ),
    Mutation(
        "One answer passes for the answer to bells that call for another",
        "fundapp/giving/inbox.py",
        "& StripeEvent.object_type.in_(alike) ",
        "",
        f"{_GIVING}/test_inbox.py",
        "test_fetching_a_charge_answers_its_bells_and_no_bell_that_calls_for_something_else",
    ),
    Mutation(
        "What fails is tried at every sweep, and holds up each",
        "fundapp/giving/hearing.py",
        "        is_due = StripeEvent.failed_at.is_(None) |",
        "        is_due = StripeEvent.id.is_not(None) |",
        f"{_GIVING}/test_inbox.py",
        "test_what_fails_is_tried_again_ever_more_seldom_and_holds_up_no_sweep",
    ),
    Mutation(
        "Nobody notices that Stripe has fallen silent",
        "fundapp/giving/hearing.py",
        "    if gift is not None:\n        raise_alarm",
        "    if gift is not None and not gift.charge_id:\n        raise_alarm",
        f"{_GIVING}/test_inbox.py",
        "test_gifts_and_no_bell_for_an_hour_raise_one_alarm_for_each_silence",
    ),
    Mutation(
        "The success page is trusted",
        "fundapp/giving/views/gift.py",
        "            settle_session(db(), gateways.current().stripe, session_id)\n",
        """            donation = queries.by_token(db(), token)
            donation.status, donation.charge_id, donation.paid_at = Status.PAID, "ch_trusted", donation.created_at
            db().commit()
""",
        f"{_GIVING}/test_payment_page.py",
        "test_landing_on_the_success_page_proves_nothing",
    ),
    Mutation(
        "A session that is complete passes for one that is paid",
        "fundapp/giving/lifecycle.py",
        'if payment_status == "paid":',
        'if session_status == "complete":',
        "tests/unit/giving/test_lifecycle.py",
        "test_what_stripe_says_stands_for_one_state",
    ),
    Mutation(
        "Money that a bank has yet to agree to is counted",
        "fundapp/giving/settling.py",
        'return (charge.paid and charge.status == "succeeded")',
        "return True",
        f"{_GIVING}/test_bank_debits.py",
        "test_a_bank_that_says_no_ends_the_gift_without_an_entry",
    ),
    Mutation(
        "The body is read and written anew before its signature is checked",
        "fundapp/giving/views/webhook.py",
        "verify_event(request.get_data(cache=False),",
        'verify_event(__import__("json").dumps(request.get_json(force=True, silent=True)).encode(),',
        f"{_GIVING}/test_webhook.py",
        "test_a_bell_is_kept_once_and_asks_for_its_work_in_the_same_breath",
    ),
    Mutation(
        "The signature is not looked at",
        "fundapp/gateways/stripe_events.py",
        'raise BadEvent("the signature does not match")',
        "return",
        f"{_GIVING}/test_webhook.py",
        "test_what_stripe_did_not_sign_is_turned_away_with_one_sentence",
    ),
    Mutation(
        "No tolerance: what was signed long ago is believed",
        "fundapp/gateways/stripe_events.py",
        "OLDEST_SECONDS = 300",
        "OLDEST_SECONDS = 300_000",
        f"{_GIVING}/test_webhook.py",
        "test_what_was_signed_long_ago_or_in_the_future_is_turned_away",
    ),
    Mutation(
        "What was signed in the future is believed",
        "fundapp/gateways/stripe_events.py",
        "AHEAD_SECONDS = 60",
        "AHEAD_SECONDS = 60_000",
        f"{_GIVING}/test_webhook.py",
        "test_what_was_signed_long_ago_or_in_the_future_is_turned_away",
    ),
    Mutation(
        "Only the newest secret is tried while one is rolled",
        "fundapp/gateways/stripe_events.py",
        "for secret in secrets):",
        "for secret in secrets[:1]):",
        "tests/integration/gateways/test_stripe_events.py",
        "test_each_secret_is_tried_while_one_is_rolled",
    ),
    Mutation(
        "Test events pass in live mode, and the reverse",
        "fundapp/gateways/stripe_events.py",
        'if body["livemode"] is not livemode:',
        "if livemode is None:",
        "tests/integration/gateways/test_stripe_events.py",
        "test_a_test_event_is_refused_in_live_mode",
    ),
    Mutation(
        "The card company’s fee is ignored",
        "fundapp/giving/posting.py",
        "    from_gross = told.amount_pence - max(told.net_pence, 0)\n",
        "    from_gross, lines = 0, [Line(chart.STRIPE_BALANCE, source, fund, told.amount_pence)]\n",
        f"{_GIVING}/test_settling.py",
        "test_a_fee_that_comes_late_is_posted_when_it_comes",
    ),
    Mutation(
        "A movement has another key each time it is met",
        "fundapp/giving/posting.py",
        'event_key=f"txn:{told.id}"',
        'event_key=f"txn:{told.id}:{clock.now():%M%S%f}"',
        f"{_GIVING}/test_settling.py",
        "test_settling_again_and_again_posts_each_fact_once",
    ),
    Mutation(
        "A refund is posted twice: when it is told of, and when it has moved money",
        "fundapp/giving/posting.py",
        "    if went is None:\n",
        """    ledger.force(
        session,
        event_key=f"refund:{refund.id}",
        kind="gift.refunded",
        happened_on=clock.day_of(refund.created_at),
        lines=[Line(books.refunds, chart.STRIPE_BALANCE, books.fund, refund.amount_pence)],
        actor=STRIPE.reference,
        subject=books.subject,
    )
    if went is None:
""",
        f"{_GIVING}/test_settling.py",
        "test_refunds_in_parts_are_posted_one_by_one",
    ),
    Mutation(
        "A refund that came back stays given back",
        "fundapp/giving/posting.py",
        "    if came_back:\n",
        "    if came_back and not came_back.id:\n",
        f"{_GIVING}/test_settling.py",
        "test_a_refund_that_came_back_is_reversed_and_raises_an_alarm",
    ),
    Mutation(
        "A movement is dated by the day on which the Fund heard of it",
        "fundapp/giving/posting.py",
        "happened_on=clock.day_of(told.created_at),",
        "happened_on=clock.today(),",
        f"{_GIVING}/test_any_order.py",
        "test_bells_in_any_order_with_repeats_and_losses_and_a_sweep_end_in_the_same_books",
    ),
    Mutation(
        "A dispute’s fee is ignored",
        "fundapp/giving/bank/disputes.py",
        "    lines = posting.fee_lines(told, chart.DISPUTE_FEES, fund)\n",
        "    lines: list[Line] = []\n",
        f"{_GIVING}/test_disputes.py",
        "test_what_a_bank_takes_lies_apart_with_its_fee_beside_it",
    ),
    Mutation(
        "What a bank took for good stays among what is disputed",
        "fundapp/giving/bank/disputes.py",
        '    lost = left if told.status == "lost" else 0\n',
        "    lost = 0\n",
        f"{_GIVING}/test_disputes.py",
        "test_what_no_bell_told_is_found_by_the_sweep_a_loss_too_though_it_moves_no_money",
    ),
    Mutation(
        "Older news of a dispute changes newer",
        "fundapp/giving/bank/disputes.py",
        "    if asked_at < row.told_at:\n",
        "    if asked_at is None:\n",
        f"{_GIVING}/test_disputes.py",
        "test_older_news_that_comes_late_changes_nothing",
    ),
    Mutation(
        "A payout goes whole out of one fund",
        "fundapp/giving/bank/payouts.py",
        "[_share(fund, pence) for fund, pence in shares.items()]",
        '[_share("general", told.amount_pence)]',
        f"{_GIVING}/test_payouts.py",
        "test_a_payout_waits_for_its_reconciliation_and_then_goes_fund_by_fund",
    ),
    Mutation(
        "A payout that does not add up is posted",
        "fundapp/giving/bank/payouts.py",
        "if len(sums) > 1 or not _stamp(",
        "if not _stamp(",
        f"{_GIVING}/test_payouts.py",
        "test_parts_that_do_not_add_up_are_not_posted",
    ),
    Mutation(
        "Two clicks on one form open two payment pages",
        "fundapp/giving/starting.py",
        'idempotency_key=f"donation:{donation.id}:session:{attempt}"',
        'idempotency_key=f"donation:{donation.id}:session:{attempt}:{clock.now():%M%S%f}"',
        f"{_GIVING}/test_payment_page.py",
        "test_an_answer_that_was_lost_on_its_way_leads_to_the_page_that_was_made",
    ),
    Mutation(
        "A refund is asked for again once Stripe has forgotten the key",
        "fundapp/giving/refunds/sending.py",
        "    if any(told.refund_id == str(refund_id) for told in charge.refunds):\n",
        "    if not charge_id:\n",
        f"{_GIVING}/test_refunding.py",
        "test_sent_again_and_again_it_is_one_refund_even_when_stripe_has_forgotten_the_key",
    ),
    Mutation(
        "Each bell about a month makes a gift of its own",
        "fundapp/giving/monthly/gifts.py",
        'token_hash(f"invoice:{invoice.id}")',
        "token_hash(random_token())",
        f"{_GIVING}/test_monthly.py",
        "test_bells_in_any_order_twice_and_some_lost_end_in_the_same_books",
    ),
    Mutation(
        "The sweep does not look at movements",
        "fundapp/giving/sweeping.py",
        "    for movement in _missing(session, stripe, since):\n",
        "    for movement in _missing(session, stripe, since)[:0]:\n",
        f"{_GIVING}/test_sweep.py",
        "test_a_fee_a_refund_and_a_refund_that_came_back_are_found_by_their_movements",
    ),
)
