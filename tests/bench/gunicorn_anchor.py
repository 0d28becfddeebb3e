"""The same server settings as the site's, without its database connections."""

import os

bind = os.environ["BIND"]
worker_class = "gthread"
workers = 2
threads = 4
worker_connections = 16
