"""Requests that are written without a signal: kept on the phone, sealed, and sent once when there is one again (docs/offline.md)."""
