"""Debian's nginx on a free loopback port, in a process of its own: to be compared with, or to stand in front."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rows import Missing
from tools import equipment

PATIENCE = 20  # seconds until it answers
# What stands around the servers: as Debian's own nginx.conf has it, with two workers and nothing in /var.
AROUND = """\
{user}
worker_processes 2;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{servers}
}}
"""


@contextmanager
def nginx(servers: str, *, port: int) -> Iterator[str]:
    """Runs nginx with these `server` blocks, one of which listens on the port; yields its address. Raises Missing."""
    program = equipment.nginx()
    if not program:
        raise Missing("There is no nginx on this machine: install nginx-light.")
    with TemporaryDirectory(prefix="broadsheet-bench-nginx-") as name:
        folder = Path(name)
        file = folder / "nginx.conf"
        file.write_text(AROUND.format(folder=folder, servers=servers, user=_user()))
        line = [program, "-p", name, "-c", str(file), "-e", str(folder / "error.log"), "-g", "daemon off;"]
        running = subprocess.Popen(line, stdin=subprocess.DEVNULL)
        try:
            _wait_for(port, running, folder / "error.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(PATIENCE)


def _user() -> str:
    """Started by root, nginx would read as nobody; what it is to read here belongs to whoever runs the bench."""
    return "user root;" if os.geteuid() == 0 else ""


def _wait_for(port: int, running: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and running.poll() is None:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nginx does not answer: {log.read_text()[-2000:]}")
