"""Answers that attack the grader: no forged verdict, no harm, nobody held up, and each is told as what it is."""

import re
import socket

import pytest
from support.attacks import ATTACKS, SECRET, aimed
from support.handed_in import cells, notebook

CASES = [pytest.param(one, id=one.name, marks=() if one.is_quick else pytest.mark.prove) for one in ATTACKS]


@pytest.fixture(scope="session")
def target(tmp_path_factory):
    """What attacks aim at: a secret, an empty folder, and a port."""
    folder = tmp_path_factory.mktemp("submissions")
    (folder / "secret").write_text(SECRET)
    (folder / "witness").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        tcp.settimeout(0.05)
        udp.settimeout(0.05)
        yield folder, port, (tcp, udp)


@pytest.mark.parametrize("attack", CASES)
def test_an_attack_is_told_as_what_it_is(attack, grader, target, monkeypatch):
    monkeypatch.setenv("TOKEN_OF_THE_INSTRUCTOR", SECRET)
    folder, port, listeners = target
    hostile = notebook("01", {"ch01.softmax": aimed(attack.source, folder, port)}, solved=True)
    of = {one.exercise: one for one in grader.grade("01", cells(hostile), 7)}
    attacked = of["ch01.softmax"]
    assert attacked.status == "incorrect"
    assert re.search(attack.says, attacked.message), attacked.message
    assert SECRET not in attacked.message and "it worked" not in attacked.message
    others = [one for name, one in of.items() if name in ("ch01.by_hand", "ch01.first_softmax")]
    assert [one.status for one in others] == ["correct", "correct"]  # what was judged before
    assert not list((folder / "witness").iterdir())
    for listener in listeners:
        with pytest.raises(TimeoutError):
            listener.recv(1) if listener.type == socket.SOCK_DGRAM else listener.accept()
    honest = grader.grade("01", cells(notebook("01", solved=True)), 7)
    assert {one.status for one in honest} == {"correct"}


def test_an_exercise_is_judged_after_a_death(grader):
    """Where an answer ends its process, the next one has another process."""
    deadly = {"ch01.softmax": "import os\n\n\ndef softmax(z):\n    os._exit(3)\n"}
    judged = grader.grade("01", cells(notebook("01", deadly, solved=True)), 7)
    assert [one.status for one in judged] == ["correct", "correct", "incorrect", "correct", "correct"]
    assert "exit code 3" in judged[2].message
