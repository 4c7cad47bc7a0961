"""How gunicorn serves this project; it reads this file by itself where it is started in this folder."""

import os

wsgi_app = "trustcenter.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 8
keepalive = 15
# Each worker loads the project itself: the thread that watches for releases does not survive a fork.
preload_app = False
# Our own door decides whose forwarding headers are believed (TRUSTED_PROXIES), for every worker class alike.
forwarded_allow_ips = ""
# An access log would hold visitors' addresses.
accesslog = None
loglevel = "warning"
control_socket_disable = True
