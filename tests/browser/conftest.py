"""A JupyterLab of its own and a real browser for the tests in this folder, one of each in every worker.

The fixtures end when the worker leaves this folder: Playwright keeps an event loop running, and tests elsewhere start
their own. One page serves all tests. It is replaced where a test failed, since nobody knows what it left there.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections import namedtuple
from contextlib import contextmanager
from pathlib import Path

import pytest
from nbformat.sign import NotebookNotary
from playwright.sync_api import sync_playwright
from support.chromium import NAMES, find_chromium
from support.chromium import VARIABLE as BROWSER
from support.notebook_page import NotebookPage

from utils.files import ROOT
from utils.notebooks.build import build_into
from utils.progress import VARIABLE

ARGUMENTS = ("--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
SIZE = {"width": 1200, "height": 1600}  # tall enough for a whole view in one picture
SCREENSHOTS = ROOT / ".cache" / "screenshots"
OWN = "whose.txt"  # by its text a server is told from another one
START = 120  # seconds that JupyterLab may take to answer
FOREIGN = ("PYTEST_CURRENT_TEST",)  # with it ipykernel does not show what a kernel writes at the level of C
OPTIONS = (
    "--no-browser",
    f"--LabApp.app_settings_dir={ROOT / 'utils' / 'setup' / 'jupyterlab'}",  # as make lab does, the next one too
    f"--LabApp.extra_labextensions_path={ROOT / 'utils' / 'setup' / 'jupyterlab' / 'labextensions'}",
    "--ip=127.0.0.1",
    "--allow-root",
    "--IdentityProvider.token=",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.extension_manager=readonly",  # the other kind asks the package index for extensions
    # A safety net: should the tests be killed, the server ends once it has been left alone for a while.
    "--MappingKernelManager.cull_idle_timeout=900",
    "--MappingKernelManager.cull_connected=True",
    "--ServerApp.shutdown_no_activity_timeout=900",
)

SETTINGS = {
    # The theme follows the browser, so that a dark page changes nothing for the next test.
    "apputils-extension/themes": {"adaptive-theme": True},
    "docmanager-extension/plugin": {"autosave": False},
    # All cells in the page at once, whether they are in sight or not.
    "notebook-extension/tracker": {"windowingMode": "none"},
}

Lab = namedtuple("Lab", "address folder notary progress")


def pytest_collection_modifyitems(items):
    """Mark everything in this folder, so that no test forgets to say that it needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium():
    """The path of a Chromium. Where there is none the tests are skipped, but never in continuous integration."""
    found = find_chromium()
    if found is None:
        reason = f"There is no Chromium here: none of {', '.join(NAMES)} is on the path, and {BROWSER} is not set."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return found


@pytest.fixture(scope="package")
def lab(chromium, tmp_path_factory):
    """A running JupyterLab over blank chapters and the solutions as stored, away from the settings of its user."""
    folder = tmp_path_factory.mktemp("lab")
    work, own = folder / "work", folder / "own"
    build_into(ROOT / "solutions", work / "chapters")
    shutil.copytree(ROOT / "solutions", work / "solutions", ignore=shutil.ignore_patterns(".*"))
    for name, values in SETTINGS.items():
        path = own / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN} | {
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTER_RUNTIME_DIR": str(own / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
        "IPYTHONDIR": str(own / "ipython"),
        VARIABLE: str(own / "progress.json"),
    }
    (own / "data").mkdir()
    (work / OWN).write_text(str(folder))
    notary = NotebookNotary(data_dir=str(own / "data"))
    assert notary.secret  # written down now, so that the server signs and verifies with the same one
    log = folder / "jupyterlab.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "lab", *OPTIONS, f"--ServerApp.root_dir={work}", _first_port()],
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in a terminal reaches the tests alone, and they end the server
        )
    try:
        yield Lab(_address(server, own / "runtime", log, folder), work, notary, own / "progress.json")
    finally:
        _end(server)


def _first_port():
    """Where a server looks for a free port. Two workers that begin with the same one can both find it free."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"--ServerApp.port={8900 + 60 * int(worker)}"


def _address(server, runtime, log, folder):
    """Wait until JupyterLab answers, and not another one. It writes down itself where it listens."""
    end = time.monotonic() + START
    while time.monotonic() < end and server.poll() is None:
        for note in runtime.glob("jpserver-*.json"):
            try:
                address = json.loads(note.read_text())["url"].rstrip("/")
                with urllib.request.urlopen(f"{address}/api/contents/{OWN}", timeout=5) as answer:
                    if json.load(answer)["content"] == str(folder):
                        return address
            except (OSError, ValueError, KeyError):  # half written, or not yet listening
                pass
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not answer within {START} seconds:\n{log.read_text(errors='replace')[-3000:]}")


def _end(server):
    """End JupyterLab. Asked politely it ends its kernels first; without their parent they end by themselves."""
    server.terminate()
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@pytest.fixture(scope="package")
def browser(chromium):
    """One browser for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS, chromium_sandbox=False)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def open_notebook(lab, browser):
    """A context manager that opens a notebook, and closes it and ends its kernels afterwards. Nothing is stored."""
    kept = []

    @contextmanager
    def opened(path, kernel=True):
        notebook = (
            kept.pop() if kept else NotebookPage(browser.new_page(viewport=SIZE, color_scheme="light"), lab.address)
        )
        try:
            notebook.said.clear()
            notebook.page.set_viewport_size(SIZE)
            notebook.dress(dark=False)
            notebook.open(path, kernel)
            yield notebook
            notebook.close()
            kept.append(notebook)
        finally:
            if not kept:
                notebook.page.context.close()
            _end_kernels(lab.address)

    return opened


class Screenshots:
    """Pictures for a person to look at, where they were asked for with ``--screenshots``."""

    def __init__(self, wanted):
        self._wanted = wanted

    def of_notebook(self, notebook, name):
        """The whole notebook, in slices that a browser can paint and a person can read."""
        if self._wanted:
            notebook.screenshots(SCREENSHOTS, name)

    def of_view(self, view, name):
        """A view in the state that it is in."""
        if self._wanted:
            view.root.screenshot(path=SCREENSHOTS / f"{name}.png")

    def of_page(self, page, name):
        """The whole of a page of the site."""
        if self._wanted:
            page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.fixture(scope="package")
def screenshots(request):
    """Takes pictures of notebooks and views, or does nothing."""
    return Screenshots(request.config.getoption("--screenshots"))


def _end_kernels(address):
    """End all kernels: some of them hold a whole framework, and the next test starts with a fresh one."""
    with urllib.request.urlopen(f"{address}/api/sessions", timeout=60) as answer:
        sessions = json.load(answer)
    for session in sessions:
        # The same word as cookie and as header: no page from elsewhere can send it, which is all that the server asks.
        word = {"Cookie": "_xsrf=00", "X-XSRFToken": "00"}
        request = urllib.request.Request(f"{address}/api/sessions/{session['id']}", headers=word, method="DELETE")
        with urllib.request.urlopen(request, timeout=60):
            pass
