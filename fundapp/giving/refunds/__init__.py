"""Gifts that go back: asked for, entered, agreed, sent."""
