"""Keras under another backend: a process of its own that answers, or says clearly why it does not."""

import gc
import os
import subprocess
import sys
import time

import pytest

from utils.frameworks import BackendError, backends, run_under, set_environment, start_under


def test_the_source_runs_with_its_backend_and_a_kept_away_home():
    source = "import os\nresult = [os.environ[n] for n in ('KERAS_BACKEND', 'TF_CPP_MIN_LOG_LEVEL', 'KERAS_HOME')]"
    assert run_under("torch", source) == ["torch", "3", os.environ["KERAS_HOME"]]


def test_one_thread_whatever_is_set_around_it(monkeypatch):
    for name in backends.THREADS:
        monkeypatch.setenv(name, "2")
    assert run_under("torch", "import torch\nresult = torch.get_num_threads()") == 1


@pytest.mark.prove  # the experiments of chapter 7 compute the same two losses there at every change
def test_keras_really_computes_with_the_other_backend():
    source = """
import keras
z = keras.ops.convert_to_tensor([[50.0, 0.0, -50.0]])
a = keras.activations.softmax(z)
loss = keras.losses.SparseCategoricalCrossentropy
y = keras.ops.convert_to_tensor([2])
result = {"backend": keras.backend.backend(), "honest": loss(from_logits=True)(y, z), "clipped": loss()(y, a)}
"""
    result = run_under("torch", source)
    assert result == {"backend": "torch", "honest": 100.0, "clipped": pytest.approx(16.118, abs=1e-3)}


def test_what_is_printed_does_not_reach_the_result():
    source = "import os\nprint('loud')\nos.write(1, b'louder')\nresult = {'a': (1, 2.5), 'b': [None, True, 'ü']}"
    assert run_under("numpy", source) == {"a": [1, 2.5], "b": [None, True, "ü"]}


def test_arrays_and_numbers_of_numpy_come_back_as_lists_and_numbers():
    assert run_under("numpy", "import numpy as np\nresult = [np.eye(2), np.float32(0.5), np.arange(3)]") == [
        [[1.0, 0.0], [0.0, 1.0]],
        0.5,
        [0, 1, 2],
    ]


def test_a_large_result_waits_in_a_file():
    running = start_under("numpy", "result = list(range(200_000))")
    assert len(running.result()) == 200_000


def test_the_caller_goes_on_and_may_ask_twice():
    begin = time.monotonic()
    running = start_under("numpy", "import time\ntime.sleep(0.5)\nresult = 7")
    assert time.monotonic() - begin < 0.4
    assert [running.result(), running.result()] == [7, 7]


def test_an_endless_source_is_ended():
    running = start_under("numpy", "while True: pass", timeout=0.5)
    process = running._process
    for _ in range(2):
        with pytest.raises(BackendError, match=r"under numpy: no result within 0\.5 seconds"):
            running.result()
    assert process.poll() is not None


def test_a_process_that_nobody_waits_for_ends_by_itself():
    running = start_under("numpy", "import time\ntime.sleep(60)", timeout=0.5)
    assert running._process.wait(timeout=10) == 124
    with pytest.raises(BackendError, match="no result within"):
        running.result()


def test_what_a_process_has_started_ends_with_it(tmp_path):
    note = tmp_path / "pid"
    child = "import subprocess, sys, pathlib, time\n" + (
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(other.pid))\ntime.sleep(60)"
    )
    running = start_under("numpy", child)
    for _ in range(200):
        if note.exists() and note.read_text():
            break
        time.sleep(0.05)
    running.stop()
    running.stop()
    with pytest.raises(BackendError, match="was stopped"):
        running.result()
    if sys.platform == "linux":
        for _ in range(200):  # it is killed when the system gets round to it
            state = subprocess.run(["ps", "-o", "stat=", "-p", note.read_text()], capture_output=True, text=True).stdout
            if not state.strip() or state.startswith("Z"):
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"The process is still there, in the state {state.strip()}.")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise KeyError('logits')", "KeyError: 'logits'"),
        ("print(model)", "NameError: name 'model' is not defined"),
        ("x = 1", "never sets the name `result`"),
        ("result = object()", "a value of the type object cannot be sent back"),
        ("import os\nos._exit(3)", "ended without a word"),
        ("import torchless", "No module named 'torchless'"),
    ],
)
def test_a_failure_is_told_in_one_sentence(source, words):
    with pytest.raises(BackendError) as error:
        run_under("numpy", source)
    assert words in str(error.value) and str(error.value).startswith("Keras under numpy: ")
    assert "\n" not in str(error.value)


def test_a_backend_that_is_not_installed_is_named():
    with pytest.raises(BackendError, match="needs the package jax, which is not installed"):
        run_under("jax", "raise ModuleNotFoundError(\"No module named 'jax'\")")


def test_bad_orders_are_refused_before_anything_starts():
    with pytest.raises(ValueError, match="one of tensorflow, torch, jax, numpy, not 'theano'"):
        start_under("theano", "result = 1")
    with pytest.raises(ValueError, match="not valid Python"):
        start_under("torch", "result = (")
    with pytest.raises(ValueError, match="positive number of seconds"):
        start_under("torch", "result = 1", timeout=0)


def test_set_environment_keeps_what_is_set(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "1")
    monkeypatch.delenv("KERAS_HOME", raising=False)
    set_environment()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "1"
    assert os.environ["KERAS_HOME"].startswith(str(backends.ROOT))


@pytest.mark.parametrize(("newest", "afterwards"), [(700, backends.NEW_OBJECTS), (10**6, 10**6), (0, 0)])
def test_the_garbage_collector_is_kept_from_the_imports_unless_it_was_set_so(newest, afterwards):
    former = gc.get_threshold()
    try:
        gc.set_threshold(newest, 7, 9)
        set_environment()
        assert gc.get_threshold() == (afterwards, 7, 9)
    finally:
        gc.set_threshold(*former)


def test_nothing_is_imported_before_it_is_needed():
    program = "import sys, utils.frameworks.backends; print({'keras', 'torch', 'tensorflow'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
