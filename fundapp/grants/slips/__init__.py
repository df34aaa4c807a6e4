"""The person’s own voice: a paper slip with a secret code, and what it opens."""
