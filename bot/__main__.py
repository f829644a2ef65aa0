"""Rasa as the product runs it: `python -m bot run …` is `python -m rasa run …` without what it does not need.

Keras takes pandas along when it finds it (the trainer's tools need it): 33 MB that no turn uses.
"""

import runpy
import sys

sys.modules["pandas"] = None  # type: ignore[assignment]  # an import of it fails, as where it is not installed
runpy.run_module("rasa", run_name="__main__", alter_sys=True)
