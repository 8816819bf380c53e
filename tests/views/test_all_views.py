"""What holds for every view: each state is drawn, read back as XML, and measured."""

import base64
import itertools
import re
import sys
from types import SimpleNamespace

import pytest
from support.chance import CHECKS
from support.colours import contrast
from support.drawn import NAMES, SVG, read, states_of, values_of, view_of
from support.pictures import backgrounds, extent

from utils.display import PAPER
from utils.views import scripts
from utils.views.scripts import FOLDER, as_json
from utils.views.view import View

STATES = 5 * CHECKS  # random ones of each view, beside the corners of its controls
each_view = pytest.mark.parametrize("name", NAMES)
LARGEST = 38_000  # bytes of script and still picture, without data; most views stay below 30,000


@pytest.fixture(scope="module")
def drawn():
    """Pictures of each view in the corners of its controls and in random states, drawn once."""
    kept = {}

    def pictures(name):
        if name not in kept:
            view = view_of(name)
            kept[name] = [view.draw(**state) for state in states_of(view, STATES)]
        return kept[name]

    return pictures


def test_every_file_of_a_view_is_tried():
    shared = {"mathematics", "shapes", "controls", "keys", "shell", "sliders"}
    shared.add("results")  # drawn for the sliders around a reader's function, and tested with them
    assert {path.stem for path in FOLDER.glob("*.js")} - shared == set(NAMES)


@each_view
def test_pictures_are_whole_and_speak(name, drawn):
    for picture in drawn(name):
        root = read(picture)
        assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
        assert root.get("aria-label") == picture.text and "\n" not in picture.text
        assert root.find(f"{SVG}title").text
        assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
        assert not re.search(r"\b(nan|inf|undefined|null)\b", picture.svg, re.IGNORECASE)
        assert " id=" not in picture.svg, "two views on one page would share it"


@each_view
def test_numbers_and_names_are_written_in_one_way(name, drawn):
    """As in the picture, so below it: −1.0 with the sign for minus, and a₀ with its index below the line."""
    for picture in drawn(name):
        labels = ["".join(node.itertext()) for node in read(picture).iter(f"{SVG}text")]
        for words in (picture.text, *labels):
            assert not re.search(r"(?<!\w)-|\de-\d|\b[apz]\d", words), words


@each_view
def test_text_is_legible(name, drawn):
    for picture in drawn(name):
        root = read(picture)
        for node in root.iter(f"{SVG}text"):
            assert float(node.get("font-size")) >= 12
            for background in (PAPER, *backgrounds(node, root)):
                assert contrast(node.get("fill"), background) >= 4.5, (node.text, background)


@each_view
def test_labels_lie_within_the_page_and_keep_apart(name, drawn):
    for picture in drawn(name):
        root = read(picture)
        boxes = [("".join(node.itertext()), extent(node)) for node in root.iter(f"{SVG}text")]
        for words, (left, top, right, bottom) in boxes:
            assert left >= 4 and top >= 4, words
            assert right <= float(root.get("width")) - 4 and bottom <= float(root.get("height")) - 4, words
        for (one, a), (other, b) in itertools.combinations(boxes, 2):
            overlap = min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1
            assert not overlap, (picture.text, one, other)


@each_view
def test_the_same_state_gives_the_same_bytes(name):
    view = view_of(name)
    assert view.draw() == view.draw()


@each_view
def test_a_view_says_and_draws_the_same_without_its_blank_space(name, drawn, monkeypatch):
    """What takes the blank space out of a script must not take it out of its sentences."""
    as_stored = drawn(name)
    monkeypatch.setattr(scripts, "source", lambda *names: "\n".join((FOLDER / f"{n}.js").read_text() for n in names))
    monkeypatch.setattr(scripts, "_engines", SimpleNamespace())
    view = view_of(name)
    as_written = [view.draw(**state) for state in states_of(view, STATES)]
    assert [picture.text for picture in as_stored] == [picture.text for picture in as_written]
    assert as_stored == as_written


@each_view
def test_every_control_has_a_name_and_changes_picture_and_text(name):
    view, before = view_of(name), view_of(name).draw()
    for control in view.controls:
        assert control["words"] and control["help"] and control["start"] == pytest.approx(control["start"])
        values = values_of(control)
        others = [value for value in (values[0], values[-1]) if value != control["start"]]
        assert others
        for value in others:
            after = view.draw(**{control["name"]: value})
            assert after.svg != before.svg and after.text != before.text, (control["name"], value)


@each_view
def test_the_prediction_has_one_answer_among_its_options(name):
    prediction = view_of(name).prediction
    assert prediction["question"].endswith("?")
    assert len(set(prediction["options"])) == len(prediction["options"]) >= 3
    assert 0 <= prediction["answer"] < len(prediction["options"])
    assert len(prediction["explanation"].split()) >= 25


@each_view
def test_what_is_stored_is_small_and_shows_a_picture_without_scripts(name):
    bundle = view_of(name)._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    html = bundle["text/html"]
    (alt, data) = re.search(r'<img alt="([^"]+)" src="data:image/svg\+xml;base64,([^"]+)"', html).groups()
    assert alt == bundle["text/plain"].replace("<", "&lt;").replace(">", "&gt;")
    assert base64.b64decode(data).decode() == view_of(name).draw().svg
    bare = View(name, view_of(name).data)
    without_data = html if bare.data is None else html.replace(as_json(bare.data), "")
    assert len(without_data.encode()) <= LARGEST
    assert html.count("<script>") == html.count("</script>") == 1


def test_without_an_engine_a_sentence_stands_in_for_the_picture(monkeypatch):
    monkeypatch.setitem(sys.modules, "quickjs", None)
    monkeypatch.setattr(scripts, "_engines", SimpleNamespace())
    bundle = View("softmax_bars")._repr_mimebundle_()
    assert bundle["text/plain"] == "The view softmax bars is alive where scripts run."
    assert "<script>" in bundle["text/html"] and "<img" not in bundle["text/html"]
