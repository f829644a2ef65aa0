"""What 小益 costs: our whole path against a stock Rasa project, long conversations, and a stalled Rasa.

`make bench` runs it (`python -m benchmarks --help`); docs/performance.md says what is measured and has the figures.
"""
