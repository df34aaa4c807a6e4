"""`fundapp …`: one module a command group, calling the same services as the views (contract: "Commands")."""

from fundapp.cli.main import main

__all__ = ["main"]
