"""The places where personal data are: one module each, in the order in which a deletion goes through them.

What leads from a person to their data goes last, so that a deletion that was cut off still finds the rest. A table that
stands in no place of the data map fails tests/care/privacy/test_data_map.py.
"""

from __future__ import annotations

from care.privacy.places.accesses import Accesses
from care.privacy.places.account import Account
from care.privacy.places.appeals import Appeals
from care.privacy.places.base import Place
from care.privacy.places.choices import Choices
from care.privacy.places.conversations import Conversations
from care.privacy.places.files import Files
from care.privacy.places.lessons import Lessons
from care.privacy.places.notices import Notices
from care.privacy.places.orders import Orders
from care.privacy.places.requests import Requests
from care.privacy.places.staff import Staff
from care.privacy.places.surveys import Surveys
from care.privacy.places.telephone import Telephone
from care.privacy.places.tickets import Tickets
from care.privacy.places.training import Training

#: in the order of a deletion
PLACES: tuple[Place, ...] = (
    Notices(),
    Orders(),
    Training(),
    Lessons(),
    Appeals(),
    Files(),
    Staff(),
    Tickets(),
    Conversations(),
    Surveys(),
    Choices(),
    Accesses(),
    Telephone(),
    Account(),
    Requests(),
)
