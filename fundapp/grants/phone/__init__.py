"""Asking from a phone that has no signal."""
