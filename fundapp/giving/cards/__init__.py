"""Stolen cards tried out on us: counted, slowed down, and told to finance."""
