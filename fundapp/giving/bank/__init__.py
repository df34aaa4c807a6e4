"""What banks do with money at Stripe: disputes, payouts, and the daily proof that nothing is missing."""
