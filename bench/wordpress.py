"""WordPress as Debian ships it, with one post: php-fpm and opcache behind nginx, a folder and a database of its own.

Nothing of it reaches the network, and nothing of it is left behind but Debian's packages.
"""

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.matter import SHOWN
from bench.nginx import nginx
from bench.rows import Missing
from bench.serving import end, ran
from tools.ports import free_port

PACKAGES = ["wordpress", "wordpress-theme-twentytwentyone", "php-fpm", "php-mysql", "mariadb-client", "nginx-light"]
SHIPPED = Path("/usr/share/wordpress")
THEMES = SHIPPED / "wp-content/themes"
FILLING = Path(__file__).parent / "wordpress_filling.php"
DATABASE = ["mariadb", "--host=127.0.0.1", "--port=3306", "--user=root", "--skip-password", "--batch"]
PATIENCE = 20  # seconds until php-fpm listens
CONFIGURATION = """<?php
define('DB_HOST', '127.0.0.1:3306');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_NAME', '{database}');
define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', '{address}');
define('WP_SITEURL', '{address}');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true);
define('WP_DEBUG', false);
define('FS_METHOD', 'direct');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {{ define('ABSPATH', __DIR__ . '/'); }}
require_once ABSPATH . 'wp-settings.php';
"""
# As many children as Debian's own pool allows.
POOL = """
[global]
error_log = {folder}/fpm.log
daemonize = no
[www]
{user}
listen = {folder}/fpm.sock
pm = static
pm.max_children = 5
"""
SERVER = """
server {{
    listen 127.0.0.1:{port};
    root {folder}/site;
    index index.php;
    location / {{ try_files $uri $uri/ /index.php?$args; }}
    location ~ \\.php$ {{
        include /etc/nginx/fastcgi_params;
        fastcgi_param HTTP_HOST $http_host;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_buffers 64 16k;
        fastcgi_pass unix:{folder}/fpm.sock;
    }}
}}
"""


@contextmanager
def wordpress(matter: Path) -> Iterator[str]:
    """Sets WordPress up with one post and its comments, and yields the post's address. Raises Missing."""
    fpm = _programs()
    port, name = free_port(), f"broadsheet_bench_{secrets.token_hex(4)}"
    address = f"http://127.0.0.1:{port}"
    with TemporaryDirectory(prefix="broadsheet-bench-wordpress-") as made, _database(name):
        folder = Path(made)
        folder.chmod(0o755)
        shutil.copytree(SHIPPED, folder / "site", ignore=shutil.ignore_patterns("wp-config*.php", ".htaccess"))
        (folder / "site/wp-config.php").write_text(CONFIGURATION.format(database=name, address=address))
        number = _filled(folder / "site", matter, address)
        with _fpm(fpm, folder), nginx(SERVER.format(port=port, folder=folder), port=port):
            yield f"{address}/?p={number}"


def _programs() -> str:
    """The path of php-fpm, once everything is there. Root has it installed."""
    lacking = _lacking()
    if lacking and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        ran(["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES], quiet)
        lacking = _lacking()
    if lacking:
        raise Missing(f"There is no {lacking}: apt-get install --no-install-recommends {' '.join(PACKAGES)}.")
    if subprocess.run([*DATABASE, "--execute=SELECT 1"], capture_output=True, check=False).returncode:
        raise Missing("No MariaDB at 127.0.0.1:3306 lets root in without a password.")
    return str(_php_fpm())


def _lacking() -> str:
    there = {
        "WordPress": (SHIPPED / "wp-load.php").exists() and any(THEMES.glob("*/style.css")),
        "php-fpm": _php_fpm() and shutil.which("php"),
        "MariaDB client": shutil.which("mariadb"),
    }
    return next((name for name, found in there.items() if not found), "")


def _php_fpm() -> Path | None:
    return max(Path("/usr/sbin").glob("php-fpm[0-9]*"), default=None)


@contextmanager
def _database(name: str) -> Iterator[None]:
    ran([*DATABASE, f"--execute=CREATE DATABASE {name} CHARACTER SET utf8mb4"], dict(os.environ))
    try:
        yield
    finally:
        ran([*DATABASE, f"--execute=DROP DATABASE {name}"], dict(os.environ))


def _filled(site: Path, matter: Path, address: str) -> str:
    """Has WordPress install itself and write the post and the comments by its own functions; the post's number."""
    given = {"SITE": str(site), "MATTER": str(matter), "ADDRESS": address, "SHOWN": str(SHOWN)}
    said = ran(["php", str(FILLING)], {**os.environ, **given})
    assert said.isdigit(), said
    return said


@contextmanager
def _fpm(program: str, folder: Path) -> Iterator[None]:
    is_root = os.geteuid() == 0
    (folder / "fpm.conf").write_text(POOL.format(folder=folder, user="user = root" if is_root else ""))
    line = [program, "--nodaemonize", "--fpm-config", str(folder / "fpm.conf"), *(["-R"] if is_root else [])]
    running = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + PATIENCE
        while not (folder / "fpm.sock").exists():
            assert running.poll() is None, (folder / "fpm.log").read_text()
            assert time.monotonic() < until, "php-fpm does not listen"
            time.sleep(0.05)
        yield
    finally:
        end(running)
