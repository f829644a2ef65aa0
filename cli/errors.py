"""The one error of the command line."""

from __future__ import annotations


class Stop(Exception):
    """The command cannot go on: one sentence that says what is wrong and what to do. Printed as it is, exit code 1."""
