"""XML that attacks its reader."""

from __future__ import annotations

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
#: 3 GB were it expanded
BILLION_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY l0 "lol">{_LAUGHS}]><xml><Content>&l9;</Content></xml>'
#: 300 MB were it expanded
QUADRATIC = f'<!DOCTYPE xml [<!ENTITY a "{"a" * 30_000}">]><xml><Content>{"&a;" * 10_000}</Content></xml>'
#: a file of the reader's machine
XXE = '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><Content>&x;</Content></xml>'
