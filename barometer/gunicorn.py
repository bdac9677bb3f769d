"""How gunicorn serves Barometer: `gunicorn --config python:barometer.gunicorn barometer.wsgi`."""

import os

from barometer import env, logs

worker_class = "gthread"
workers = env.number("WEB_CONCURRENCY", 1)
threads = env.number("WEB_THREADS", 8)
bind = env.text("BIND", "127.0.0.1:8000")
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = env.number("WEB_MAX_REQUESTS", 0)
max_requests_jitter = max_requests // 10
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - heartbeats only

# Under which path the site lies is never read from a request.
forwarder_headers = ""

# No socket for remote control: it would lie in somebody's home.
control_socket_disable = True

# Path and outcome, no address of a person, no query, no referring page; the path is scrubbed like every line.
accesslog = "-" if env.flag("ACCESS_LOG", default=True) else None
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"
logconfig_dict = logs.configuration(level=env.text("LOG_LEVEL", "INFO"), structured=env.flag("LOG_JSON", default=True))
