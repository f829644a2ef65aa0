"""The table of docs/operate/figures.md, as care/insight/figures.yml has it: python -m tests.docs.figures"""

from __future__ import annotations

from collections.abc import Iterator

from care.insight.definitions import words


def table() -> Iterator[str]:
    for group, title in words().groups.items():
        yield ""
        yield f"### {title}"
        yield ""
        yield "| Key | Figure | Numerator | Denominator | Unit | Target | Split by |"
        yield "|---|---|---|---|---|---|---|"
        for key, each in words().figures.items():
            if each.group is group:
                target = "" if each.target is None else f"{each.target}"
                counts = f"{each.numerator} | {each.denominator}"
                yield f"| `{key}` | {each.title} | {counts} | {each.unit} | {target} | {', '.join(each.by)} |"


if __name__ == "__main__":
    print("\n".join(table()))
