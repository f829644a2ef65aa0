"""A made-up operator with made-up customers, so that 小益 can be tried without anybody's billing system.

It is another system than ours and is treated so: a schema of its own (`demo_operator`), no migrations (it is dropped
and made again when its shape changes), nothing sealed, because nobody in it exists.
"""
