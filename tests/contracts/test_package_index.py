"""The package index is the one configured for uv or pip, and pip's is passed on to uv unless uv has its own."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.package_indexes import Answer, FakeIndex, html_page, serving, wheel_of
from tools.package_index import (
    PUBLIC_INDEX,
    PackageSources,
    SetupError,
    connection_options,
    package_sources,
    pip_files,
    pip_options,
    uv_flags,
    uv_variables,
)

MIRROR = "https://mirror.example/pip"
OTHER = "https://other.example/pip"


@pytest.fixture(autouse=True)
def _no_pip_conf_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tools.package_index.PIP_CONF", tmp_path / "etc/pip.conf")


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """Return the variables of a machine whose configuration lies in a folder of the test."""
    return {"HOME": f"{tmp_path}/home", "XDG_CONFIG_DIRS": f"{tmp_path}/second:{tmp_path}/first"}


@pytest.fixture
def index() -> Iterator[FakeIndex]:
    with serving() as served:
        yield served


def with_pip_conf(machine: dict[str, str], text: str) -> dict[str, str]:
    write(Path(machine["HOME"]) / ".config/pip/pip.conf", text)
    return dict(machine)


def write(file: Path, text: str) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return str(file)


@pytest.mark.parametrize(
    ("variables", "sources"),
    [
        ({}, PackageSources(PUBLIC_INDEX)),
        ({"PIP_INDEX_URL": MIRROR}, PackageSources(MIRROR)),
        ({"PIP_INDEX_URL": ""}, PackageSources(PUBLIC_INDEX)),
        ({"UV_INDEX_URL": MIRROR, "PIP_INDEX_URL": OTHER}, PackageSources(MIRROR)),
        ({"UV_DEFAULT_INDEX": MIRROR, "UV_INDEX_URL": OTHER}, PackageSources(MIRROR)),
        ({"UV_DEFAULT_INDEX": f"house={MIRROR}"}, PackageSources(MIRROR)),
        ({"UV_INDEX": f"house={MIRROR}"}, PackageSources(PUBLIC_INDEX, (MIRROR,))),
        ({"UV_FIND_LINKS": "/a,/b c"}, PackageSources(PUBLIC_INDEX, (), ("/a", "/b c"))),
        ({"PIP_INDEX_URL": MIRROR, "PIP_EXTRA_INDEX_URL": f"{OTHER} /c"}, PackageSources(MIRROR, (OTHER, "/c"))),
        ({"PIP_EXTRA_INDEX_URL": OTHER, "PIP_FIND_LINKS": "/a"}, PackageSources(PUBLIC_INDEX)),
        ({"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/a /b"}, PackageSources("", (), ("/a", "/b"))),
        ({"PIP_NO_INDEX": "0", "PIP_INDEX_URL": MIRROR}, PackageSources(MIRROR)),
    ],
)
def test_variables_name_the_sources(variables: dict[str, str], sources: PackageSources) -> None:
    assert package_sources({"PIP_CONFIG_FILE": "/dev/null", "UV_CONFIG_FILE": "/dev/null", **variables}) == sources


def test_pips_files_name_the_sources_where_no_variable_does(machine: dict[str, str]) -> None:
    environ = with_pip_conf(machine, f"[global]\nindex_url = {OTHER}\nextra-index-url =\n  {OTHER}/1\n  {OTHER}/2\n")
    assert package_sources(environ) == PackageSources(OTHER, (f"{OTHER}/1", f"{OTHER}/2"))
    assert package_sources({**environ, "PIP_INDEX_URL": MIRROR}).index == MIRROR
    environ = with_pip_conf(machine, f"[install]\nindex-url = {MIRROR}\n[global]\nindex-url = {OTHER}\n")
    assert package_sources(environ).index == MIRROR


def test_the_files_of_pip_are_read_from_the_weakest_to_the_strongest(machine: dict[str, str], tmp_path: Path) -> None:
    files = [str(file) for file in pip_files({**machine, "PIP_CONFIG_FILE": f"{tmp_path}/own.conf"})]
    strengths = [
        f"{tmp_path}/first/pip/pip.conf",
        f"{tmp_path}/second/pip/pip.conf",
        f"{tmp_path}/etc/pip.conf",
        f"{tmp_path}/home/.pip/pip.conf",
        f"{tmp_path}/home/.config/pip/pip.conf",
        f"{sys.base_prefix}/pip.conf",
        f"{tmp_path}/own.conf",
    ]
    assert [file for file in files if "Library" not in file] == strengths
    assert pip_files({**machine, "PIP_CONFIG_FILE": os.devnull}) == []
    write(tmp_path / "home/.pip/pip.conf", f"[global]\nindex-url = {OTHER}\nproxy = http://proxy.example\n")
    write(tmp_path / "home/.config/pip/pip.conf", f"[global]\nindex-url = {MIRROR}\n")
    options = pip_options(machine)
    assert (options["index-url"], options["proxy"]) == (MIRROR, "http://proxy.example")


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        (f'index-url = "{MIRROR}"\n', PackageSources(MIRROR)),
        (f'[pip]\nindex-url = "{MIRROR}"\n', PackageSources(MIRROR)),
        (f'[[index]]\nname = "a"\nurl = "{OTHER}"\n[[index]]\nurl = "{MIRROR}"\ndefault = true\n',
         PackageSources(MIRROR, (OTHER,))),
        ('no-index = true\nfind-links = ["/a"]\n', PackageSources("", (), ("/a",))),
        ('native-tls = true\n', PackageSources(PUBLIC_INDEX)),
    ],
)  # fmt: skip
def test_uvs_file_names_the_sources(
    machine: dict[str, str], tmp_path: Path, text: str, sources: PackageSources
) -> None:
    write(tmp_path / "home/.config/uv/uv.toml", text)
    assert package_sources({**machine, "PIP_CONFIG_FILE": "/dev/null"}) == sources


def test_the_users_uv_toml_goes_before_the_machines(machine: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / "first/uv/uv.toml", f'index-url = "{OTHER}"\nfind-links = ["/a"]\n')
    write(tmp_path / "home/.config/uv/uv.toml", f'index-url = "{MIRROR}"\n')
    assert package_sources({**machine, "PIP_INDEX_URL": OTHER}) == PackageSources(MIRROR, (), ("/a",))


@pytest.mark.parametrize(("name", "variable"), [("pip.conf", "PIP_CONFIG_FILE"), ("uv.toml", "UV_CONFIG_FILE")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, variable: str) -> None:
    file = write(tmp_path / name, "nonsense")
    with pytest.raises(SetupError, match=f"(?s){file}.*Correct it"):
        package_sources({"PIP_CONFIG_FILE": "/dev/null", "UV_CONFIG_FILE": "/dev/null", variable: file})


# The environment for uv


def added_for_uv(environ: dict[str, str]) -> dict[str, str]:
    """Return the variables that uv gets in addition to the user's own."""
    return {name: value for name, value in uv_variables(environ).items() if environ.get(name) != value}


def test_pips_index_proxy_and_certificates_are_passed_on_to_uv(machine: dict[str, str]) -> None:
    options = f"index-url = {MIRROR}\nextra-index-url = {OTHER}\ntrusted-host = a.example b.example\n"
    environ = with_pip_conf(machine, f"[global]\n{options}cert = /ca.pem\nproxy = http://proxy.example\n")
    assert added_for_uv(environ) == {
        "UV_DEFAULT_INDEX": MIRROR,
        "UV_INDEX": OTHER,
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_INSECURE_HOST": "a.example b.example",
        "SSL_CERT_FILE": "/ca.pem",
        "UV_SYSTEM_CERTS": "1",
        "UV_NATIVE_TLS": "1",
        "ALL_PROXY": "http://proxy.example",
    }
    assert uv_flags(environ) == []


def test_a_folder_alone_means_no_index_for_uv_either(machine: dict[str, str]) -> None:
    environ = with_pip_conf(machine, "[install]\nno-index = yes\nfind-links = /a\n")
    assert added_for_uv(environ)["UV_FIND_LINKS"] == "/a"
    assert "UV_DEFAULT_INDEX" not in added_for_uv(environ)
    assert uv_flags(environ) == ["--no-index"]


def test_the_users_own_variables_for_uv_are_kept(machine: dict[str, str]) -> None:
    environ = with_pip_conf(machine, f"[global]\nindex-url = {OTHER}\ncert = /ca.pem\n")
    environ |= {"UV_INDEX_URL": MIRROR, "SSL_CERT_FILE": "/mine.pem", "UV_SYSTEM_CERTS": "0"}
    assert {"UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_STRATEGY"} & uv_variables(environ).keys() == set()
    assert uv_variables(environ) | environ == uv_variables(environ)
    assert connection_options(environ).authorities == ""


def test_uv_itself_follows_them(index: FakeIndex, machine: dict[str, str], tmp_path: Path) -> None:
    """An index in front has another version of the package only; the locked one is further back, behind a password."""
    names = {version: f"sample-{version}-py3-none-any.whl" for version in ("1.0", "2.0")}
    wheels = {version: sample(version) for version in names}
    links = {
        version: f"/{name}#sha256={hashlib.sha256(wheels[version]).hexdigest()}" for version, name in names.items()
    }
    index.account = "ada:secret"
    index.answers = {
        "/front/sample/": Answer(html_page(links["2.0"])),
        "/back/sample/": Answer(html_page(links["1.0"])),
        **{f"/{name}": Answer(wheels[version]) for version, name in names.items()},
    }
    address = index.address.replace("//", "//ada:secret@")
    environ = with_pip_conf(machine, f"[global]\nindex-url = {address}/back\nextra-index-url = {address}/front\n")
    uv = [str(Path(sys.executable).parent / "uv"), "--no-cache", "pip", "compile", "--quiet", "--no-header", "-"]
    surroundings = uv_variables({**environ, "PATH": os.environ["PATH"]})
    resolved = subprocess.run(
        uv, env=surroundings, input="sample==1.0", cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (resolved.stdout.splitlines()[:1], resolved.stderr) == (["sample==1.0"], "")


def sample(version: str) -> bytes:
    record = f"sample-{version}.dist-info"
    return wheel_of(
        {
            f"{record}/METADATA": f"Metadata-Version: 2.1\nName: sample\nVersion: {version}\n".encode(),
            f"{record}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{record}/RECORD": b"",
        }
    )
