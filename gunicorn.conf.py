"""How gunicorn serves this project; it reads this file by itself where it is started in this folder."""

import atexit
import gc
import os
from importlib import import_module
from typing import Any

wsgi_app = "trustcenter.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 8
keepalive = 15
graceful_timeout = 10
# Each worker loads the project itself: the thread that watches for releases does not survive a fork.
preload_app = False
# Our own door decides whose forwarding headers are believed (TRUSTED_PROXIES).
forwarded_allow_ips = ""
# An access log would hold visitors' addresses.
accesslog = None
loglevel = "warning"
control_socket_disable = True


def on_starting(server: Any) -> None:
    # Settings that are missing or unsafe are refused once, before any worker starts.
    import_module("trustcenter.settings")


# Python's last look for garbage, among all that was loaded, would keep whoever stops the server waiting.
atexit.register(gc.freeze)
