"""Grants to community groups, and the public list of what they offer."""
