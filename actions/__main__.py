"""`python -m actions`: serve Rasa's action calls on 127.0.0.1:`QUANYI_ACTIONS_PORT`."""

import uvicorn

from care.approval.following import following
from care.settings import settings
from care.startup import check_configuration

if __name__ == "__main__":
    check_configuration()
    with following():
        uvicorn.run(
            "actions.server:create_app",
            factory=True,
            host="127.0.0.1",
            port=settings().actions_port,
            log_config=None,
            access_log=False,
            # longer than the 60 s that Rasa keeps an idle connection: it must never meet one that we are closing
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
        )
