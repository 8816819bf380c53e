"""uv does what pip has been told, one setting after the other, and finds the small PyTorch where its index answers."""

import importlib.util
import os
import subprocess
import sys
import time

import pytest
import trustme
from support.package_index import pack_uv_and_pip, serve, write_wheel

from utils.files import ROOT

FOUND = "found"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """What the configured index has: uv, pip, a small package, and the default build of PyTorch, a stand-in."""
    folder = tmp_path_factory.mktemp("wheels")
    pack_uv_and_pip(folder)
    write_wheel(folder, "small", "1.0")
    write_wheel(folder, "torch", "2.13.0")
    return folder


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def bundle(authority, tmp_path):
    """The file with the certificate of that authority."""
    authority.cert_pem.write_to_path(tmp_path / "bundle.pem")
    return str(tmp_path / "bundle.pem")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, wheels):
    """A project with a .venv that holds uv, and pip, which a finished installation has too."""
    folder = tmp_path_factory.mktemp("uv") / "project"
    (folder / "utils" / "setup").mkdir(parents=True)
    (folder / "utils" / "setup" / "install.py").write_bytes((ROOT / "utils/setup/install.py").read_bytes())
    (pin,) = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("uv==")]
    (folder / "requirements.txt").write_text(f"{pin}\ntorch==2.13.0\n")
    module = load(folder)
    module.build_environment([sys.executable])
    with pytest.MonkeyPatch.context() as patch:
        alone(patch)
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(wheels))
        pip, _ = module.find_pip()
        assert module.bring_uv(pip)
        command = [module.UV, "pip", "install", "--quiet", "--python", module.PYTHON, "--no-index"]
        subprocess.run([*command, "--find-links", wheels, "pip"], check=True)
    return folder


def load(folder):
    file = folder / "utils" / "setup" / "install.py"
    specification = importlib.util.spec_from_file_location("install_with_uv", file)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def alone(patch):
    """Take this machine's own settings out of the environment."""
    for name in os.environ:
        if name.upper() in PROXIES + CERTIFICATES or name.startswith(("PIP_", "UV_", "TORCH_BACKEND")):
            patch.delenv(name)
    patch.setenv("PIP_CONFIG_FILE", os.devnull)
    patch.setenv("PIP_RETRIES", "0")
    patch.setenv("NO_PROXY", "")


@pytest.fixture
def install(prepared, tmp_path, monkeypatch):
    """The installer of that project, on a machine that has been told nothing."""
    alone(monkeypatch)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return load(prepared)


def asks(install, requirement, *flags):
    """Let uv resolve a requirement with the settings of pip; returns FOUND, or what it said."""
    _, settings = install.find_pip()
    variables = install.variables_for_uv(settings)
    command = [install.UV, "pip", "install", "--python", install.PYTHON, "--dry-run", *flags, requirement]
    status, output = install.run(command, timeout=60, **variables)
    return output if status else FOUND


# What pip has been told


def nowhere(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")


def test_the_index(install, wheels, monkeypatch):
    with serve(wheels) as index:
        monkeypatch.setenv("PIP_INDEX_URL", f"{index.url}/simple")
        assert asks(install, "small==1.0") == FOUND
        assert "/simple/small/" in index.asked


def test_the_index_in_a_file_of_settings(install, wheels, monkeypatch, tmp_path):
    """What stands under [install] precedes what stands under [global], and a variable precedes both."""
    settings = tmp_path / "pip.conf"
    with serve(wheels) as index:
        lines = ["[global]", "index-url = http://127.0.0.1:9/", "[install]", f"index-url = {index.url}/simple"]
        settings.write_text("\n".join(lines))
        monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
        assert asks(install, "small==1.0") == FOUND
        nowhere(monkeypatch)
        assert asks(install, "small==1.0", "--no-cache") != FOUND


def test_a_further_index(install, wheels, monkeypatch, tmp_path):
    (tmp_path / "empty").mkdir()
    with serve(tmp_path / "empty") as first, serve(wheels) as second:
        monkeypatch.setenv("PIP_INDEX_URL", f"{first.url}/simple")
        assert asks(install, "small==1.0") != FOUND
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"{first.url}/none {second.url}/simple")
        assert asks(install, "small==1.0", "--no-cache") == FOUND


def test_folders_of_wheels_some_of_them_missing(install, wheels, monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_FIND_LINKS", f"{tmp_path}/missing {wheels}")
    with serve(tmp_path) as index:
        monkeypatch.setenv("PIP_INDEX_URL", f"{index.url}/simple")
        assert asks(install, "small==1.0") == FOUND


def test_a_constraint(install, wheels, monkeypatch, tmp_path):
    (tmp_path / "constraint.txt").write_text("small<1\n")
    with serve(wheels) as index:
        monkeypatch.setenv("PIP_INDEX_URL", f"{index.url}/simple")
        monkeypatch.setenv("PIP_CONSTRAINT", str(tmp_path / "constraint.txt"))
        assert asks(install, "small") != FOUND


def test_a_certificate(install, wheels, authority, bundle, monkeypatch):
    with serve(wheels, authority, tls=True) as index:
        monkeypatch.setenv("PIP_INDEX_URL", f"{index.url}/simple")
        said = asks(install, "small==1.0")
        assert install.known_reason(said) == "", "pip may know more certificates, so it is asked next"
        monkeypatch.setenv("PIP_CERT", bundle)
        assert asks(install, "small==1.0", "--no-cache") == FOUND
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # which pip heeds and does not list
        with monkeypatch.context() as patch:
            patch.setenv(name, bundle)
            assert install.variables_for_uv({})["SSL_CERT_FILE"] == bundle, name


def test_a_trusted_host(install, wheels, authority, monkeypatch):
    with serve(wheels, authority, tls=True) as index:
        monkeypatch.setenv("PIP_INDEX_URL", f"{index.url}/simple")
        monkeypatch.setenv("PIP_TRUSTED_HOST", f"example.org {index.url.removeprefix('https://')}")
        assert asks(install, "small==1.0") == FOUND


def test_a_proxy(install, wheels, authority, bundle, monkeypatch):
    with serve(wheels, authority) as proxy:
        monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.org/simple")
        monkeypatch.setenv("PIP_CERT", bundle)
        monkeypatch.setenv("PIP_PROXY", proxy.url)
        assert asks(install, "small==1.0") == FOUND
        assert proxy.asked[:2] == ["CONNECT packages.example.org", "/simple/small/"]


def test_patience_and_repetitions(install, monkeypatch):
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "7")
    monkeypatch.setenv("PIP_RETRIES", "2")
    variables = install.variables_for_uv(install.find_pip()[1])
    assert (variables["UV_HTTP_TIMEOUT"], variables["UV_HTTP_RETRIES"]) == ("7", "2")


# PyTorch


def torch_that_is_installed(install, monkeypatch, wheels, **told):
    """Install the list of requirements on Linux, without the project itself; returns the version of PyTorch."""
    monkeypatch.setattr(install.sys, "platform", "linux")
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    (install.ROOT / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
    )
    (install.ROOT / "backend.py").write_text(BACKEND)
    with serve(wheels) as index:
        monkeypatch.setenv("PIP_INDEX_URL", f"{index.url}/simple")
        install.install_packages(["requirements.txt"])
    (metadata,) = install.site_packages().glob("torch-*.dist-info")
    return metadata.name.removeprefix("torch-").removesuffix(".dist-info")


BACKEND = """
import pathlib, sys
sys.path.insert(0, {support!r})
from package_index import write_wheel

def build_editable(folder, config_settings=None, metadata_directory=None):
    return write_wheel(pathlib.Path(folder), "tiny", "1.0").name
""".format(support=str(ROOT / "tests" / "support"))


@pytest.fixture
def without_torch(install):
    yield
    uv = install.PYTHON.with_name(install.UV.name.replace("no-", ""))
    subprocess.run([uv, "pip", "uninstall", "--quiet", "--python", install.PYTHON, "torch"], check=True)


@pytest.mark.usefixtures("without_torch")
@pytest.mark.parametrize(("asked", "place"), [({}, "cpu"), ({"TORCH_BACKEND": "cu126"}, "cu126")])
def test_where_the_index_of_pytorch_answers(
    install, wheels, authority, bundle, monkeypatch, tmp_path, capsys, asked, place
):
    own = tmp_path / "own"
    own.mkdir()
    write_wheel(own, "torch", f"2.13.0+{place}")
    with serve(own, authority) as pytorch:
        told = {"HTTPS_PROXY": pytorch.url, "PIP_CERT": bundle, **asked}
        assert torch_that_is_installed(install, monkeypatch, wheels, **told) == f"2.13.0+{place}"
        assert any(path.startswith(f"/whl/{place}/torch") for path in pytorch.asked)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("without_torch")
@pytest.mark.parametrize("answer", ["none", "a refusal", "silence"])
def test_where_the_index_of_pytorch_does_not_answer(install, wheels, monkeypatch, tmp_path, capsys, answer):
    monkeypatch.setattr(install, "PATIENCE", 1)
    (tmp_path / "own").mkdir()
    with serve(tmp_path / "own") as pytorch:
        if answer == "silence":
            monkeypatch.setattr(pytorch.RequestHandlerClass, "do_CONNECT", lambda handler: time.sleep(20))
        proxy = "http://127.0.0.1:9" if answer == "none" else pytorch.url
        started = time.monotonic()
        assert torch_that_is_installed(install, monkeypatch, wheels, HTTPS_PROXY=proxy) == "2.13.0"
        assert time.monotonic() - started < 15
    assert capsys.readouterr().out.startswith("PyTorch's own index does not answer")


@pytest.mark.usefixtures("without_torch")
def test_a_pytorch_that_is_there_is_kept(install, wheels, monkeypatch, tmp_path):
    write_wheel(tmp_path, "torch", "2.13.0+mine")
    command = [install.UV, "pip", "install", "--quiet", "--python", install.PYTHON, "--no-index", "--find-links"]
    subprocess.run([*command, tmp_path, "torch==2.13.0+mine"], check=True)
    assert torch_that_is_installed(install, monkeypatch, wheels, HTTPS_PROXY="http://127.0.0.1:9") == "2.13.0+mine"


# pip where there is no uv


@pytest.mark.prove
@pytest.mark.usefixtures("without_torch")
def test_pip_installs_where_uv_does_not_run(install, wheels, monkeypatch, capsys):
    monkeypatch.setattr(install, "UV", install.PYTHON.with_name("no-uv"))
    assert torch_that_is_installed(install, monkeypatch, wheels) == "2.13.0"
    assert "pip installs here" in capsys.readouterr().out
    assert "Successfully installed" in install.LOG.read_text(encoding="utf-8")
