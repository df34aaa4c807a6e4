"""A stand-in for Stripe: its own process, its own store, spoken to over loopback HTTP. README.md says what it models."""
