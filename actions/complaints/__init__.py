"""The complaint form: what is asked, what a message means for the open question, and what the form ends with."""

from actions.complaints.complaint import FORM

__all__ = ["FORM"]
