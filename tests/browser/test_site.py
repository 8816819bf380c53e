"""The site as a visitor has it: opened from the disk, asking nobody for anything, on a wide and on a narrow screen."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from support.formulas import formulas_of

from utils.files import ROOT
from utils.notebooks.course import version
from utils.notebooks.format import has_tag

CHAPTERS = {path.stem: nbformat.read(path, as_version=4) for path in sorted((ROOT / "solutions").glob("*.ipynb"))}
WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
DRAWN = "() => !document.querySelector('.math:not(:has(mjx-container))') && document.readyState === 'complete'"

# What takes seconds for a long page reads the shortest at every change, and all of them before a release.
some_chapters = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "00_start_here" else pytest.mark.prove) for name in CHAPTERS]
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site. Sphinx runs in a process of its own, and a single warning fails it."""
    folder = tmp_path_factory.mktemp("site") / "html"
    command = [sys.executable, "-m", "utils.site.build", "--output", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"The site is in {folder}: open index.html." in done.stdout
    return folder


@pytest.fixture(scope="module")
def page(browser, site):
    """One page for all tests, and what it asked the network for."""
    page = browser.new_page(viewport=WIDE, color_scheme="light")
    page.asked, page.failed = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.failed.append(str(error)))
    yield page
    page.close()


class Links(HTMLParser):
    """All addresses and all ids of a page."""

    def __init__(self, html):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id"))
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])


def test_every_link_inside_of_the_site_leads_somewhere(site):
    pages = {path.name: Links(path.read_text(encoding="utf-8")) for path in site.glob("*.html")}
    dead = []
    for name, links in pages.items():
        for link in links.links:
            target, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", link):
                continue
            target = target or name
            if not (site / target).exists() or (anchor and target in pages and anchor not in pages[target].ids):
                dead.append((name, link))
    assert dead == []


def test_the_pages_stand_in_the_order_of_the_course(site):
    after = re.compile(r'class="right-next"\s+href="([^"]+)"')
    order, name = [], "index.html"
    while name and len(order) < 50:
        order.append(name)
        found = after.search((site / name).read_text(encoding="utf-8"))
        name = found and found[1]
    assert order == ["index.html", *(f"{name}.html" for name in CHAPTERS), "accessibility.html"]


def test_every_page_states_its_version(site):
    for path in [*(site / f"{name}.html" for name in CHAPTERS), site / "index.html"]:
        assert f"The softmax workbook, version {version()}" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name[:2] in ("00", "10") else pytest.mark.prove) for name in CHAPTERS]
)
def test_a_chapter_is_whole_and_asks_nobody(name, page, site, screenshots):
    notebook = CHAPTERS[name]
    page.set_viewport_size(WIDE)
    page.asked.clear()
    page.failed.clear()
    page.goto((site / f"{name}.html").as_uri())
    page.wait_for_function(DRAWN)
    assert {url.partition(":")[0] for url in page.asked} <= {"file", "data"}
    assert page.failed == []
    written = [f for cell in notebook.cells if cell.cell_type == "markdown" for f in formulas_of(cell.source)]
    assert page.locator("mjx-container").count() == len(written)
    assert page.locator("mjx-container [data-mml-node=merror]").count() == 0
    views = [cell for cell in notebook.cells if has_tag(cell, "view")]
    assert page.locator("[data-view]").count() == len(views)
    assert page.locator("[data-view] fieldset, [data-view] input, [data-view] select").count() >= len(views)
    broken = "() => [...document.images].filter((image) => image.complete && !image.naturalWidth).length"
    assert page.evaluate(broken) == 0
    page.emulate_media(color_scheme="light")
    screenshots.of_page(page, f"site-{name}-light")
    page.set_viewport_size(NARROW)
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    screenshots.of_page(page, f"site-{name}-narrow")


@some_chapters
def test_a_chapter_is_readable_by_day_and_by_night(name, page, site, screenshots):
    """axe looks at the article; what the theme builds around it is the theme's."""
    page.set_viewport_size(WIDE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto((site / f"{name}.html").as_uri())
        page.wait_for_function(DRAWN)
        found = Axe().run(page, context="article")
        bad = [(rule["id"], node["html"][:200]) for rule in found.response["violations"] for node in rule["nodes"]]
        assert bad == [], scheme
    screenshots.of_page(page, f"site-{name}-dark")
    page.emulate_media(color_scheme="light")


@some_chapters
def test_on_paper_no_code_is_cut_and_every_fold_is_open(name, page, site):
    page.goto((site / f"{name}.html").as_uri())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 760, "height": 1000})
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    try:
        assert page.locator("article details:not([open])").count() == 0
        cut = "() => [...document.querySelectorAll('article pre')].filter((p) => p.scrollWidth > p.clientWidth + 1)"
        assert page.evaluate(f"{cut[:-1]}).map((p) => p.textContent.slice(0, 80))") == []
        assert (
            page.locator("[data-view] [hidden]").evaluate_all("(all) => all.filter((e) => !e.offsetHeight).length") == 0
        )
    finally:
        page.evaluate("() => dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="screen")
    assert page.locator("article details[open]").count() == 0
