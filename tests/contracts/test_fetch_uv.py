"""uv is fetched by the standard library alone: the locked wheel, whole, from the machine's own index, or a sentence."""

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.contracts.package_indexes import (
    LOCKED,
    UV,
    WHEEL,
    Answer,
    FakeIndex,
    html_page,
    in_folder,
    serving,
    wheel_of,
)
from tests.contracts.tree import ROOT
from tools.fetch_uv import Platform, fetch_uv, locked_uv
from tools.package_index import SetupError
from tools.ports import free_port

ONLY_PIP_VARIABLES = {"PIP_CONFIG_FILE": "/dev/null", "UV_CONFIG_FILE": "/dev/null"}


@pytest.fixture(autouse=True)
def _nothing_set_on_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name == "NETRC":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def index() -> Iterator[FakeIndex]:
    with serving() as served:
        yield served


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return tmp_path / "uv"


def fetch(program: Path, index: str, **variables: str) -> str:
    """Return what the fetched program prints."""
    fetch_uv(LOCKED, program, {**ONLY_PIP_VARIABLES, "PIP_INDEX_URL": index, **variables})
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout


def refusal(program: Path, index: str, **variables: str) -> str:
    """Return the sentences of a fetch that fails, and make sure that it left nothing."""
    with pytest.raises(SetupError) as caught:
        fetch(program, index, **variables)
    assert [path.name for path in program.parent.iterdir() if path.name.startswith("uv")] == []
    return str(caught.value)


@pytest.mark.parametrize("as_json", [False, True])
def test_the_locked_wheel_comes_from_an_index(index: FakeIndex, program: Path, *, as_json: bool) -> None:
    index.offer(as_json=as_json)
    assert fetch(program, index.simple) == "uv 9.9.9\n"
    assert fetch(program, f"{index.simple}/") == "uv 9.9.9\n"


def test_a_page_of_an_index_may_name_another_base(index: FakeIndex, program: Path) -> None:
    base = f'<base href="{index.address}/elsewhere/">'
    index.answers["/simple/uv/"] = Answer(html_page(WHEEL, head=base))
    index.answers[f"/elsewhere/{WHEEL}"] = Answer(UV)
    assert fetch(program, index.simple) == "uv 9.9.9\n"


def test_an_index_may_lie_on_the_disk(program: Path, tmp_path: Path) -> None:
    in_folder(tmp_path / "files")
    page = tmp_path / "simple/uv/index.html"
    page.parent.mkdir(parents=True)
    page.write_bytes(html_page(f"../../files/{WHEEL}"))
    assert fetch(program, (tmp_path / "simple").as_uri()) == "uv 9.9.9\n"
    assert fetch(program, str(tmp_path / "simple")) == "uv 9.9.9\n"


def test_a_folder_of_wheels_is_enough_without_an_index(program: Path, tmp_path: Path) -> None:
    folder = in_folder(tmp_path / "with space")
    assert fetch(program, "", PIP_NO_INDEX="1", PIP_FIND_LINKS=folder.as_uri()) == "uv 9.9.9\n"


def test_a_page_of_links_may_lie_on_the_disk(program: Path, tmp_path: Path) -> None:
    page = in_folder(tmp_path) / "wheels.html"
    page.write_bytes(html_page(WHEEL))
    assert fetch(program, "", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(page)) == "uv 9.9.9\n"


def test_the_next_source_is_asked_when_one_fails(index: FakeIndex, program: Path) -> None:
    index.offer()
    nowhere = f"http://127.0.0.1:{free_port()}/simple"
    assert fetch(program, nowhere, PIP_EXTRA_INDEX_URL=f"{nowhere} {index.simple}") == "uv 9.9.9\n"


def test_a_proxy_of_pips_is_used(index: FakeIndex, program: Path) -> None:
    index.offer()
    elsewhere = "http://index.invalid"
    index.answers = {f"{elsewhere}{path}": answer for path, answer in index.answers.items()}
    assert fetch(program, f"{elsewhere}/simple", PIP_PROXY=index.address) == "uv 9.9.9\n"


# What can go wrong


def test_a_file_with_another_hash_is_refused(index: FakeIndex, program: Path) -> None:
    index.offer(wheel=wheel_of({"uv-9.9.9.data/scripts/uv": b"#!/bin/sh\necho evil\n"}))
    message = refusal(program, index.simple)
    assert "is not the locked file" in message
    assert "Use another index" in message


def test_a_missing_page_is_reported_with_its_address(index: FakeIndex, program: Path) -> None:
    assert f"{index.simple}/uv/ answered 404 Not Found." in refusal(program, index.simple)


@pytest.mark.parametrize("answer", [Answer(b"{]", "application/vnd.pypi.simple.v1+json"), Answer(b"\xff<<a href=")])
def test_a_page_that_is_not_an_index_is_reported(index: FakeIndex, program: Path, answer: Answer) -> None:
    index.answers["/simple/uv/"] = answer
    assert f"{index.simple}/uv/" in refusal(program, index.simple)


def test_half_a_download_is_not_kept(index: FakeIndex, program: Path) -> None:
    index.offer()
    index.answers[f"/files/{WHEEL}"] = Answer(UV[:100], missing=900)
    message = refusal(program, index.simple)
    assert f"{WHEEL} was cut off after 100 bytes. Try again." in message


def test_an_index_that_stops_sending_is_abandoned(
    index: FakeIndex, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.fetch_uv.SECONDS", 0.2)
    index.offer()
    index.answers[f"/files/{WHEEL}"] = Answer(UV[:100], missing=900, stalls=True)
    assert "cannot be read (timed out)" in refusal(program, index.simple)


def test_without_a_network_the_message_asks_for_one(program: Path) -> None:
    message = refusal(program, f"http://127.0.0.1:{free_port()}/simple")
    assert "Connection refused" in message
    assert "Check the network. Set https_proxy to use a proxy" in message
    assert "install uv in another way" in message


def test_a_folder_that_is_not_there_is_named(program: Path, tmp_path: Path) -> None:
    message = refusal(program, (tmp_path / "nowhere").as_uri())
    assert "nowhere/uv/ cannot be read" in message
    assert "pip.conf" in message


def test_the_options_may_leave_no_source_at_all(program: Path) -> None:
    assert "without a package index (no-index) and without a folder" in refusal(program, "", PIP_NO_INDEX="1")


def test_another_platform_is_named(index: FakeIndex, program: Path) -> None:
    index.offer(name="uv-9.9.9-py3-none-manylinux_9_9_m68k.whl")
    assert "has no uv 9.9.9 for this platform" in refusal(program, index.simple)


def test_a_page_from_the_network_opens_no_file_of_this_machine(index: FakeIndex, program: Path, tmp_path: Path) -> None:
    index.answers["/simple/uv/"] = Answer(html_page((in_folder(tmp_path / "files") / WHEEL).as_uri()))
    assert "has no uv 9.9.9 for this platform" in refusal(program, index.simple)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_reported_and_leaves_the_previous_uv(index: FakeIndex, program: Path) -> None:
    index.offer()
    program.write_text("the previous uv")
    program.with_name("uv.unfinished").symlink_to("/dev/full")
    with pytest.raises(SetupError, match=r"No space left on device\. It needs 1 MB there"):
        fetch(program, index.simple)
    assert program.read_text() == "the previous uv"


def test_a_lock_without_uv_is_reported(tmp_path: Path) -> None:
    lock = tmp_path / "requirements-dev.lock"
    lock.write_text("django==5.2.19\n")
    with pytest.raises(SetupError, match="does not name uv"):
        locked_uv(lock)


# Names and passwords


def test_a_name_and_password_in_the_address_are_sent(index: FakeIndex, program: Path) -> None:
    index.offer()
    index.account = "ada:p@ss/word"
    assert fetch(program, index.simple.replace("//", "//ada:p%40ss%2Fword@")) == "uv 9.9.9\n"


def test_a_name_and_password_are_read_from_netrc(index: FakeIndex, program: Path, tmp_path: Path) -> None:
    index.offer()
    index.account = "ada:secret"
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    assert fetch(program, index.simple) == "uv 9.9.9\n"


def test_a_wrong_password_is_reported_and_not_shown(index: FakeIndex, program: Path) -> None:
    index.offer()
    index.account = "ada:right"
    message = refusal(program, index.simple.replace("//", "//ada:wrong@"))
    assert "answered 401 Unauthorized. Put the user name and password into" in message
    assert "wrong" not in message


def test_a_password_is_not_sent_to_another_host(index: FakeIndex, program: Path) -> None:
    index.account = "ada:secret"
    with serving() as other:
        other.offer()
        index.answers["/simple/uv/"] = Answer(status=302, location=f"{other.simple}/uv/")
        assert fetch(program, index.simple.replace("//", "//ada:secret@")) == "uv 9.9.9\n"
        assert {authorization for _, authorization in other.requests} == {None}


# Certificates


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a certificate for 127.0.0.1, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a package index")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def secure_index(certificate: Path) -> Iterator[FakeIndex]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(context) as served:
        served.offer()
        yield served


@pytest.fixture
def _machine_with_authorities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = tmp_path / "authorities.pem"
    store.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(store))


@pytest.fixture
def _machine_without_authorities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))


@pytest.mark.usefixtures("_machine_with_authorities")
def test_a_host_that_no_authority_vouches_for_is_refused(secure_index: FakeIndex, program: Path) -> None:
    assert "set SSL_CERT_FILE to the file with its certificate" in refusal(program, secure_index.simple)
    assert secure_index.requests == []


@pytest.mark.usefixtures("_machine_with_authorities")
def test_the_authority_that_pip_knows_is_believed(secure_index: FakeIndex, program: Path, certificate: Path) -> None:
    assert fetch(program, secure_index.simple, PIP_CERT=str(certificate)) == "uv 9.9.9\n"


def test_a_file_of_authorities_that_is_not_there_is_named(secure_index: FakeIndex, program: Path) -> None:
    message = refusal(program, secure_index.simple, PIP_CERT="/nowhere.pem")
    assert "The certificates in /nowhere.pem cannot be read" in message


@pytest.mark.usefixtures("_machine_with_authorities")
@pytest.mark.parametrize("port", [True, False])
def test_a_host_that_pip_trusts_needs_no_certificate(secure_index: FakeIndex, program: Path, *, port: bool) -> None:
    host = secure_index.address.removeprefix("https://") if port else "127.0.0.1"
    assert fetch(program, secure_index.simple, PIP_TRUSTED_HOST=f"other.example {host}") == "uv 9.9.9\n"


@pytest.mark.usefixtures("_machine_without_authorities")
def test_a_machine_without_authorities_relies_on_the_hash(secure_index: FakeIndex, program: Path) -> None:
    assert fetch(program, secure_index.simple) == "uv 9.9.9\n"
    program.unlink()
    secure_index.offer(wheel=b"evil")
    assert "is not the locked file" in refusal(program, secure_index.simple)


@pytest.mark.usefixtures("_machine_without_authorities")
def test_a_machine_without_authorities_sends_no_password(secure_index: FakeIndex, program: Path) -> None:
    secure_index.account = "ada:secret"
    message = refusal(program, secure_index.simple.replace("//", "//ada:secret@"))
    assert "apt-get install ca-certificates" in message
    assert "secret" not in message
    assert secure_index.requests == []


# Platforms

X86 = "uv-1-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
X86_MUSL = "uv-1-py3-none-musllinux_1_1_x86_64.whl"
ARM = "uv-1-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl"
ARM_NEWER = "uv-1-py3-none-manylinux_2_28_aarch64.whl"
MAC = "uv-1-py3-none-macosx_11_0_arm64.whl"
ALL = [X86, X86_MUSL, ARM, ARM_NEWER, MAC, "uv-1-py3-none-win_amd64.whl", "uv-1-py3-none-linux_armv6l.whl"]


@pytest.mark.parametrize(
    ("platform", "wheels"),
    [
        (Platform("manylinux", (2, 41), "x86_64"), [X86]),
        (Platform("musllinux", (1, 2), "x86_64"), [X86_MUSL]),
        (Platform("manylinux", (2, 36), "aarch64"), [ARM, ARM_NEWER]),
        (Platform("manylinux", (2, 27), "aarch64"), [ARM]),
        (Platform("musllinux", (1, 2), "aarch64"), [ARM]),
        (Platform("manylinux", (2, 12), "x86_64"), []),
        (Platform("macosx", (15, 1), "arm64"), [MAC]),
        (Platform("macosx", (10, 15), "arm64"), []),
        (Platform("manylinux", (2, 41), "m68k"), []),
    ],
)
def test_a_wheel_is_chosen_by_its_platform_tags(platform: Platform, wheels: list[str]) -> None:
    assert [wheel for wheel in ALL if platform.runs(wheel)] == wheels


# From a checkout to .venv


def test_a_checkout_is_prepared_with_nothing_but_python_and_an_index(index: FakeIndex, tmp_path: Path) -> None:
    """The real uv, packed anew, is fetched, makes .venv, and installs what the lock of a small checkout names."""
    version = locked_uv(ROOT / "requirements-dev.lock").version
    record = f"uv-{version}.dist-info"
    wheel = wheel_of(
        {
            f"uv-{version}.data/scripts/uv": (Path(sys.executable).parent / "uv").read_bytes(),
            f"{record}/METADATA": f"Metadata-Version: 2.1\nName: uv\nVersion: {version}\n".encode(),
            f"{record}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n",
            f"{record}/RECORD": b"",
        }
    )
    index.offer(wheel, WHEEL.replace("9.9.9", version))
    index.account = "ada:secret"
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "tools", checkout / "tools")
    shutil.copy(ROOT / "pyproject.toml", checkout)
    lock = f"uv=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel).hexdigest()}\n"
    (checkout / "requirements-dev.lock").write_text(lock)
    (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = {index.simple.replace('//', '//ada:secret@')}\n")
    surroundings = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}
    for printed in ("Fetching uv into .uv\nInstalling the locked dependencies into .venv\n", ""):
        finished = subprocess.run(
            [sys.executable, "tools/setup.py"],
            cwd=checkout,
            env=surroundings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (finished.stdout, finished.stderr, finished.returncode) == (printed, "", 0)
    assert (checkout / ".venv/bin/uv").stat().st_size == (checkout / ".uv/uv").stat().st_size
    assert (checkout / ".venv/bin/broadsheet").exists()
