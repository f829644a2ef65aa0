"""`python -m web`: serve on `QUANYI_HOST`:`QUANYI_PORT`."""

import gc
import sys

from care.approval.following import following
from care.settings import settings
from care.startup import check_configuration
from web import rights_words
from web.app import create_app
from web.serving import Server

if __name__ == "__main__":
    check_configuration()
    server = Server(create_app(), settings().host, settings().port)
    # What is there by now stays: 290,000 objects, which to look through takes the garbage collector 150 ms and more,
    # every few seconds under load, while every customer waits (docs/performance.md).
    gc.collect()
    gc.freeze()
    with following(rights_words.prepare):
        server.run()
    if not server.started:
        sys.exit(3)  # as uvicorn's own command; the log says why
