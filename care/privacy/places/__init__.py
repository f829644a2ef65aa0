"""The places where personal data are: one module each, in the order in which a deletion goes through them.

What leads from a person to their data goes last, so that a deletion that was cut off still finds the rest. A table that
stands in no place of the data map fails tests/care/privacy/test_data_map.py.
"""

from __future__ import annotations

from care.privacy.places.base import Place

#: in the order of a deletion
PLACES: tuple[Place, ...] = ()
