"""Serves any WSGI application as `broadsheet serve` does: MODULE:NAME, number of processes and port are given."""

import sys
from importlib import import_module

from broadsheet.command import http_server
from broadsheet.gateway.site import Site


def main(application: str, workers: str, port: str) -> int:
    """Serves until it is stopped."""
    module, _, name = application.partition(":")
    site = Site(getattr(import_module(module), name), refusal=lambda status: status.phrase.encode())
    return http_server.serve(site, "127.0.0.1", int(port), int(workers))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
