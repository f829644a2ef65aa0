"""The tickets of tests/care/followup."""

from tests.care.followup.conftest import conversations, file, shipped

__all__ = ["conversations", "file", "shipped"]
