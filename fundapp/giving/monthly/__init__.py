"""Gifts each month: begun on Stripe's page, changed, paused or stopped by a mailed link."""
