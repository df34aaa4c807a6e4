"""The whole Fund, served."""
