"""The Changing Lives Fund."""
