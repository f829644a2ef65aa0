"""`python -m web`: serve on `QUANYI_HOST`:`QUANYI_PORT`."""

import uvicorn

from care.settings import settings
from care.startup import check_configuration

if __name__ == "__main__":
    check_configuration()
    uvicorn.run(
        "web.app:create_app",
        factory=True,
        host=settings().host,
        port=settings().port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=8,
    )
