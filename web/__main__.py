"""`python -m web`: serve on `QUANYI_HOST`:`QUANYI_PORT`."""

import sys

from care.settings import settings
from care.startup import check_configuration
from web.app import create_app
from web.serving import Server

if __name__ == "__main__":
    check_configuration()
    server = Server(create_app(), settings().host, settings().port)
    server.run()
    if not server.started:
        sys.exit(3)  # as uvicorn's own command; the log says why
