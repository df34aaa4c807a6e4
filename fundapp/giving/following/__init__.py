"""What a gift did: worked out from the ledger, quarter by quarter."""
