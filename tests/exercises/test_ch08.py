"""The checks of chapter 8 look at models and trainings from outside: what they accept, name and leave untouched."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from support.chance import CHECKS_OF_TRAININGS
from torch import nn
from torch.nn import functional as F

from utils.checking.judging import observe
from utils.checking.observing import Answer
from utils.checking.time_limit import run_guarded
from utils.checking.values import leaves
from utils.exercises import ch08
from utils.exercises.ch08.e3_training_step import steps_of_training
from utils.exercises.ch08.trainings import published_training
from utils.reference import cost_gradient, cross_entropy, gradients

PREDICATES = [
    pytest.param(exercise, mistake, id=f"{exercise.name}-{mistake.name}")
    for exercise in ch08.EXERCISES
    for mistake in exercise.bank
    if mistake.recognise is not None and mistake.samples
]


def sequential(*layers):
    return lambda: nn.Sequential(*(layer() for layer in layers))


def test_the_reference_losses_agree_with_numpy():
    z, y = np.random.default_rng(0).normal(scale=5, size=(7, 4)), np.array([0, 1, 2, 3, 3, 0, 1])
    tensor = torch.tensor(z, requires_grad=True)
    for loss in ch08.loss_three_ways.reference(tensor, torch.tensor(y)):
        (gradient,) = torch.autograd.grad(loss, tensor, retain_graph=True)
        np.testing.assert_allclose(loss.item(), cross_entropy(z, y), rtol=1e-12)
        np.testing.assert_allclose(gradient, cost_gradient(z, y), rtol=1e-9, atol=1e-12)


def test_a_step_of_the_reference_is_a_step_of_the_numpy_network():
    (case,) = steps_of_training.smallest[2]
    W, b, X, y = (np.array(part) for part in (case.W, case.b, case.X, case.y))
    model = case.model()
    loss = ch08.training_step.reference(model, case.optimizer_of(model), *case.data())
    dW, db = gradients(W, b, X, y)
    assert loss == pytest.approx(cross_entropy(X @ W + b, y), rel=1e-6)
    np.testing.assert_allclose(model.weight.detach().T, W - case.rate * dW, rtol=1e-5)
    np.testing.assert_allclose(model.bias.detach(), b - case.rate * db, rtol=1e-5)


@pytest.mark.parametrize(
    "exercise", [ch08.make_model, ch08.training_step, ch08.repaired_training], ids=lambda e: e.name
)
def test_a_check_leaves_the_random_state_as_it_was(exercise):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    exercise.check(exercise.reference)
    exercise.check(exercise.mistakes[0].samples[0])
    assert torch.equal(torch.get_rng_state(), before)


def test_the_published_training_is_wrong_and_named():
    assert ch08.repaired_training.check(published_training).mistake == "softmax over the batch axis"


def test_a_model_without_weights_of_its_own_is_answered():
    for answer in (lambda: 3, lambda: "model", lambda: nn.ReLU(), lambda: lambda X: X):
        verdict = ch08.make_model.check(answer)
        assert verdict.status == "incorrect"
        assert verdict.message


def test_extra_layers_without_effect_are_accepted():
    layers = [
        lambda: nn.Linear(2, 25),
        nn.ReLU,
        lambda: nn.Linear(25, 15),
        nn.ReLU,
        lambda: nn.Linear(15, 4),
        nn.Identity,
    ]
    assert ch08.make_model.check(sequential(*layers)).status == "correct"


def test_dropout_and_normalisation_are_not_what_was_asked_for():
    start = [lambda: nn.Linear(2, 25), nn.ReLU, lambda: nn.Linear(25, 15), nn.ReLU]
    for extra in (lambda: nn.Dropout(0.5), lambda: nn.BatchNorm1d(15)):
        assert ch08.make_model.check(sequential(*start, extra, lambda: nn.Linear(15, 4))).status == "incorrect"


@pytest.mark.parametrize("place", range(3))
def test_a_wrong_loss_is_named_in_every_place(place):
    wrong = {
        "double softmax": lambda z, y: F.cross_entropy(F.softmax(z, dim=1), y),
        "NLL of probabilities": lambda z, y: F.nll_loss(F.softmax(z, dim=1), y),
        "NLL of logits": lambda z, y: F.nll_loss(z, y),
        "softmax over the batch axis": lambda z, y: F.nll_loss(F.log_softmax(z, dim=0), y),
    }
    for name, loss in wrong.items():

        def answer(z, y, loss=loss):
            losses = list(ch08.loss_three_ways.reference(z, y))
            losses[place] = loss(z, y)
            return losses

        assert ch08.loss_three_ways.check(answer).mistake == name


def test_two_wrong_losses_are_told_one_at_a_time():
    def answer(z, y):
        return F.cross_entropy(F.softmax(z, dim=1), y), F.nll_loss(z, y), F.cross_entropy(z, y)

    assert ch08.loss_three_ways.check(answer).mistake == "double softmax"


@pytest.mark.parametrize(
    ("repairs", "name"),
    [
        ({"loss": "softmax over axis 0"}, "softmax over the batch axis"),
        ({"loss": "double"}, "double softmax"),
        ({"clears": False}, "zero_grad forgotten"),
        ({"column": True}, "labels as a column"),
        ({"evaluates": False}, "training mode left on"),
        ({"clears": False, "column": True, "evaluates": False}, "zero_grad forgotten"),
    ],
    ids=str,
)
def test_a_training_that_is_repaired_in_part_is_told_what_is_left(repairs, name):
    losses = {
        "softmax over axis 0": lambda z, y: F.nll_loss(F.softmax(z, dim=0), y),
        "double": lambda z, y: F.cross_entropy(F.softmax(z, dim=1), y),
        "right": F.cross_entropy,
    }
    loss = losses[repairs.get("loss", "right")]

    def answer(model, X, y, learning_rate, epochs):
        optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
        history = []
        model.train()
        for _ in range(epochs):
            if repairs.get("clears", True):
                optimizer.zero_grad()
            value = loss(model(X), y)
            value.backward()
            optimizer.step()
            history.append(value.item())
        if repairs.get("evaluates", True):
            model.eval()
        truth = y.reshape(-1, 1) if repairs.get("column") else y
        return history, (model(X).argmax(dim=1) == truth).float().mean()

    assert ch08.repaired_training.check(answer).mistake == name


def test_an_endless_training_is_ended():
    def endless(model, X, y, learning_rate, epochs):
        while True:
            F.cross_entropy(model(X), y).backward()

    verdict = ch08.repaired_training.check(endless, time_limit=0.2)
    assert verdict.status == "incorrect"
    assert "did not end" in verdict.message


def test_a_try_of_ones_own_leaves_the_model_alone():
    """The cell below an exercise calls the answer with live objects, which are copied together."""
    model = nn.Linear(1, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    before = model.weight.detach().clone()
    ch08.training_step.check(ch08.training_step.reference)
    outcome = run_guarded(
        lambda: ch08.training_step.try_yours(model, optimizer, torch.ones(2, 1), torch.tensor([0, 1])), 2.0
    )
    assert outcome.error is None
    assert "returns" in repr(outcome.value)
    assert torch.equal(model.weight, before)


def test_a_network_in_place_of_a_function_is_named():
    verdict = ch08.make_model.check(ch08.make_model.reference())
    assert (verdict.status, verdict.mistake) == ("incorrect", "a model in place of a function")


@pytest.mark.parametrize("training", [True, False])
def test_a_step_leaves_the_mode_to_the_caller(training):
    def with_a_mode(model, optimizer, X, y):
        model.train(training)
        return ch08.training_step.reference(model, optimizer, X, y)

    name = "the mode of the model is changed" if training else "evaluation mode while training"
    assert ch08.training_step.check(with_a_mode).mistake == name


def test_a_number_is_a_number_in_every_form():
    """A detached tensor, an array and a float are numbers; a loss with its graph is not."""
    for change in (torch.Tensor.detach, lambda loss: loss.detach().numpy(), float):

        def answer(model, optimizer, X, y, change=change):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(X), y)
            loss.backward()
            optimizer.step()
            return change(loss)

        assert ch08.training_step.check(answer).status == "correct"


@pytest.mark.prove
@pytest.mark.parametrize(("exercise", "mistake"), PREDICATES)
def test_a_predicate_needs_plain_data_and_no_words_of_an_error(exercise, mistake):
    """What is seen may come from another process, and from a PyTorch with other messages."""
    for sample in mistake.samples:
        seen = observe(exercise, Answer(exercise, sample), exercise.probes(np.random.default_rng(0)))
        wordless = [replace(result, detail="", raw=None) for result in seen.results]
        assert all(is_plain(part) for result in wordless for part in (result.value, dict(result.facts)))
        assert mistake.recognise(pickle.loads(pickle.dumps(replace(seen, results=wordless))))


def is_plain(value):
    """Whether there is nothing in a value but numbers, words, None, arrays and containers of such."""
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(value, (dict, tuple)):
        return all(is_plain(leaf) for path, leaf in leaves(value) if path)
    return value is None or isinstance(value, (str, bool, int, float, np.ndarray))


def with_this_loss(loss):
    """The second of the three losses exchanged."""

    def loss_three_ways(z, y):
        first, _, last = ch08.loss_three_ways.reference(z, y)
        return first, loss(z, y), last

    return loss_three_ways


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        (lambda z, y: F.cross_entropy(input=y, target=z), "arguments swapped"),
        (lambda z, y: nn.NLLLoss()(nn.LogSoftmax(dim=0)(y), y), "arguments swapped"),
        (lambda z, y: F.nll_loss(z.log_softmax(1), y[:, None].double()), "labels as a column"),
        (lambda z, y: -z.log_softmax(1)[range(len(y)), y.double()].mean(), "labels as floats"),
        (lambda z, y: F.cross_entropy(z, y.int()), None),  # they are no floats, though PyTorch uses the same words
    ],
)
def test_a_refused_call_is_told_from_what_was_handed_over(loss, name):
    assert ch08.loss_three_ways.check(with_this_loss(loss)).mistake == name


def test_the_words_of_an_error_name_nothing():
    def loss(z, y):
        raise RuntimeError("0D or 1D target tensor expected")

    verdict = ch08.loss_three_ways.check(with_this_loss(loss))
    assert verdict.mistake is None
    assert "Your answer raised RuntimeError: 0D or 1D target tensor expected." in verdict.message


def test_a_refusal_that_was_caught_is_not_what_ended_the_answer():
    def loss(z, y):
        try:
            return F.cross_entropy(z, y.double())
        except RuntimeError:
            return F.cross_entropy(z, y, "mean")

    assert ch08.loss_three_ways.check(with_this_loss(loss)).mistake is None


@pytest.mark.parametrize(("error", "calls"), [(None, 1), (ValueError, 2)])
def test_an_answer_is_watched_in_a_second_run_when_it_failed(error, calls):
    called = []

    def loss_three_ways(z, y):
        called.append(len(y))
        if error is not None:
            raise error
        return ch08.loss_three_ways.reference(z, y)

    probes = ch08.loss_three_ways.probes(np.random.default_rng(0))
    observe(ch08.loss_three_ways, Answer(ch08.loss_three_ways, loss_three_ways), probes)
    assert len(called) == calls * len(probes)


@pytest.mark.parametrize("kind", [torch.tensor, np.array, list])
def test_accuracy_and_losses_may_come_in_any_form_and_in_one_order(kind):
    def as_a_pair(*inputs):
        losses, accuracy = ch08.repaired_training.reference(*inputs)
        return kind(losses), accuracy if kind is list else kind(accuracy)

    assert ch08.repaired_training.check(as_a_pair).status == "correct"
    assert ch08.repaired_training.check(lambda *inputs: as_a_pair(*inputs)[::-1]).mistake == "not a pair"


def verdicts(exercise, answer):
    return {
        (verdict.status, verdict.mistake) for verdict in (exercise.check(answer) for _ in range(CHECKS_OF_TRAININGS))
    }


def a_step(loss=F.cross_entropy, before=None, between=None, returns=torch.Tensor.item):
    """A step as a reader would write it, with something else in its places."""

    def training_step(model, optimizer, X, y):
        first = before(model, X, y) if before else None
        optimizer.zero_grad()
        value = loss(model(X), y)
        value.backward()
        if between:
            between(model)
        optimizer.step()
        return returns(value) if first is None else first

    return training_step


def a_training(loss=F.cross_entropy, share=None, choose=lambda shares: shares[-1], **options):
    """A whole training as a reader would write it, measured after every step."""

    def right_share(Z, y):
        return (Z.argmax(dim=1) == y).float().mean().item()

    def repaired_training(model, X, y, learning_rate, epochs):
        optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, **options)
        losses, shares = [], []
        for _ in range(epochs):
            model.train()
            optimizer.zero_grad()
            value = loss(model(X), y)
            value.backward()
            optimizer.step()
            losses.append(value.item())
            model.eval()
            with torch.no_grad():
                shares.append((share or right_share)(model(X), y))
        return losses, choose(shares)

    return repaired_training


def network_from(initialise):
    def make_model():
        model = ch08.make_model.reference()
        for layer in model:
            if isinstance(layer, nn.Linear):
                initialise(layer)
        return model

    return make_model


def loss_before(model, X, y):
    with torch.no_grad():
        return F.cross_entropy(model(X), y).item()


def test_right_answers_of_a_reader_are_accepted():
    assert verdicts(ch08.training_step, a_step()) == {("correct", None)}
    assert verdicts(ch08.repaired_training, a_training()) == {("correct", None)}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda layer: nn.init.xavier_uniform_(layer.weight), "another start"),
        (lambda layer: nn.init.zeros_(layer.bias), "another start"),
        (lambda layer: nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu"), "another start"),
        (lambda layer: nn.init.uniform_(layer.weight, -0.05, 0.05), "another start"),
        (lambda layer: layer.double(), "another float type"),
    ],
)
def test_weights_begin_as_pytorch_draws_them(change, name):
    assert verdicts(ch08.make_model, network_from(change)) == {("incorrect", name)}


@pytest.mark.parametrize(
    ("end", "name"),
    [
        (lambda: nn.LogSoftmax(dim=1), "log-softmax at the end"),
        (nn.Tanh, "another function at the end"),
        (lambda: nn.Softmax(dim=0), "softmax over the batch axis"),
    ],
)
@pytest.mark.parametrize("hidden", [nn.ReLU, nn.ReLU6, nn.ELU])
def test_an_end_keeps_its_name_beside_a_second_slip(end, name, hidden):
    parts = (lambda: nn.Linear(2, 25), hidden, lambda: nn.Linear(25, 15), hidden, lambda: nn.Linear(15, 4), end)
    assert verdicts(ch08.make_model, sequential(*parts)) == {("incorrect", name)}


@pytest.mark.parametrize("places", [(0,), (1,), (2,), (0, 2)])
def test_one_bias_that_is_missing_is_no_other_size(places):
    first, second, last = (
        lambda place=place, pair=pair: nn.Linear(*pair, bias=place not in places)
        for place, pair in enumerate([(2, 25), (25, 15), (15, 4)])
    )
    answer = sequential(first, nn.ReLU, second, nn.ReLU, last)
    assert verdicts(ch08.make_model, answer) == {("incorrect", "a bias missing")}


def test_a_number_too_many_is_no_normalisation():
    def make_model():
        model = ch08.make_model.reference()
        model.register_parameter("temperature", nn.Parameter(torch.ones(1)))
        return model

    assert verdicts(ch08.make_model, make_model) == {("incorrect", "other sizes")}


def test_a_network_of_other_sizes_is_no_missing_bias():
    answer = sequential(lambda: nn.Linear(2, 15, bias=False), nn.ReLU, lambda: nn.Linear(15, 4))
    assert verdicts(ch08.make_model, answer) == {("incorrect", "other sizes")}


def sequence_answers():
    """Losses of sequences as readers write them, with the name that they are given."""
    B_T_V = "classes on the last axis"
    return [
        (lambda Z, y: F.cross_entropy(Z.movedim(-1, 1), y), None),
        (lambda Z, y: F.cross_entropy(Z.view(y.numel(), -1), y.view(-1)), None),
        (lambda Z, y: torch.stack([F.cross_entropy(*pair) for pair in zip(Z, y, strict=True)]).mean(), None),
        (lambda Z, y: nn.NLLLoss()(nn.LogSoftmax(dim=2)(Z).mT, y), None),
        (lambda Z, y: nn.CrossEntropyLoss()(Z, y), B_T_V),
        (lambda Z, y: F.cross_entropy(input=Z, target=y), B_T_V),
        (lambda Z, y: F.cross_entropy(Z.squeeze(), y.squeeze()), B_T_V),
        (
            lambda Z, y: F.cross_entropy(Z.permute(0, 2, 1).reshape(-1, Z.shape[2]), y.flatten()),
            "transposed and then flattened",
        ),
        (lambda Z, y: F.cross_entropy(Z.view(Z.shape[0], Z.shape[2], -1), y), "reshape in place of transpose"),
        (lambda Z, y: F.nll_loss(Z.log_softmax(1).flatten(0, 1), y.flatten()), "softmax over the positions"),
        (lambda Z, y: F.cross_entropy(Z.softmax(-1).mT, y), "double softmax"),
        (lambda Z, y: F.cross_entropy(Z.mT, y, reduction="sum") / len(Z), "a sum along one axis"),
        (lambda Z, y: F.cross_entropy(Z[:, :-1].flatten(0, 1), y[:, 1:].flatten()), "labels shifted by one"),
        (lambda Z, y: F.cross_entropy(Z.mT, y).exp(), "the perplexity"),
        (lambda Z, y: -torch.log(Z.softmax(-1).gather(-1, y[..., None]) + 1e-8).mean(), "epsilon in the log"),
        (lambda Z, y: F.cross_entropy(Z.mT, y) / np.log(2), "a multiple of the loss"),
        (lambda Z, y: F.cross_entropy(Z.flatten(0, 1), y), "only one of the two flattened"),
        (lambda Z, y: F.cross_entropy(Z.reshape(-1, 3), y.reshape(-1)), "another number of rows"),
        (lambda Z, y: F.cross_entropy(Z.permute(1, 2, 0), y.T), None),
        (lambda Z, y: F.cross_entropy(Z.permute(1, 2, 0), y), "sequences and positions swapped"),
        (lambda Z, y: F.cross_entropy(Z.mT, y.float()), "labels as floats"),
        (lambda Z, y: F.cross_entropy(Z.argmax(-1), y), "decisions in place of logits"),
        (lambda Z, y: F.cross_entropy(Z.mT, y) * y.shape[1] / len(y), "divided by another size"),
        (lambda Z, y: -Z.log_softmax(-1).gather(-1, y[..., None] + 1).mean(), "labels off by one"),
    ]


@pytest.mark.parametrize("number", range(len(sequence_answers())))
def test_a_loss_of_sequences_is_accepted_or_named(number):
    answer, name = sequence_answers()[number]
    assert verdicts(ch08.sequence_loss, answer) == {("incorrect" if name else "correct", name)}


def test_the_loss_of_sequences_that_is_silent_where_positions_are_as_many_as_classes():
    Z, y = torch.randn(2, 3, 3, generator=torch.Generator().manual_seed(0)), torch.tensor([[0, 1, 2], [2, 1, 1]])
    wrong, right = F.cross_entropy(Z, y), ch08.sequence_loss.reference(Z, y)
    assert abs(wrong - right) > 0.1
    assert right.item() == pytest.approx(cross_entropy(Z.reshape(-1, 3).numpy(), y.reshape(-1).numpy()), rel=1e-6)


@pytest.mark.parametrize("hidden", [nn.ReLU6, nn.SiLU, nn.CELU, nn.Mish, lambda: nn.LeakyReLU(0.2)])
def test_activations_are_told_from_what_they_do(hidden):
    parts = (lambda: nn.Linear(2, 25), hidden, lambda: nn.Linear(25, 15), hidden, lambda: nn.Linear(15, 4))
    assert verdicts(ch08.make_model, sequential(*parts)) == {("incorrect", "another activation")}


@pytest.mark.parametrize("constant", [1e-6, *(pytest.param(c, marks=pytest.mark.prove) for c in (1e-3, 1e-10, 1e-15))])
@pytest.mark.parametrize("bound", ["added", "clipped"])
def test_a_ceiling_is_named_whatever_its_height(constant, bound):
    def loss(z, y):
        p = F.softmax(z, dim=1)[torch.arange(len(y)), y]
        return -torch.log(p + constant if bound == "added" else p.clamp(constant, 1 - 1e-7)).mean()

    assert verdicts(ch08.loss_three_ways, with_this_loss(loss)) == {("incorrect", "epsilon in the log")}
    assert verdicts(ch08.training_step, a_step(loss)) == {("incorrect", "log after softmax")}
    assert verdicts(ch08.repaired_training, a_training(loss)) == {("incorrect", "log after softmax")}


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        (lambda z, y: F.cross_entropy(z.sub_(z.detach().max()), y), "the logits are changed"),
        (lambda z, y: F.cross_entropy(z, y).detach() + 0 * z.sum(), "a part cut off"),
        (lambda z, y: F.cross_entropy(z, y) / np.log(10), "a multiple of the loss"),
        (lambda z, y: -(F.one_hot(y) * z.log_softmax(1)).sum() / len(y), "one-hot with too few columns"),
    ],
)
def test_losses_that_are_nearly_right(loss, name):
    assert verdicts(ch08.loss_three_ways, with_this_loss(loss)) == {("incorrect", name)}


def test_a_loss_without_a_number_above_ten_thousand_is_rejected():
    def loss(z, y):
        return F.cross_entropy(z, y).clamp(max=1e4)

    assert {status for status, _ in verdicts(ch08.loss_three_ways, with_this_loss(loss))} == {"incorrect"}
    in_sequences = lambda Z, y: loss(Z.transpose(1, 2), y)  # noqa: E731
    assert {status for status, _ in verdicts(ch08.sequence_loss, in_sequences)} == {"incorrect"}


def test_labels_as_floating_rows_of_the_type_of_the_data_are_right():
    answer = with_this_loss(lambda z, y: F.cross_entropy(z, F.one_hot(y, z.shape[1]).float()))
    assert verdicts(ch08.loss_three_ways, answer) == {("correct", None)}


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (a_step(before=loss_before), "two passes through the model"),
        (a_step(returns=lambda loss: round(loss.item(), 4)), "the loss rounded"),
        (a_step(between=lambda model: nn.utils.clip_grad_norm_(model.parameters(), 2.0)), "gradients clipped"),
        (a_step(between=lambda model: nn.utils.clip_grad_value_(model.parameters(), 0.1)), "gradients clipped"),
        (a_step(lambda z, y: F.cross_entropy(z, y) / 3), "a multiple of the loss"),
        (a_step(lambda z, y: F.cross_entropy(z.squeeze(), y)), "an axis is lost"),
        (lambda X, y, model, optimizer: a_step()(model, optimizer, X, y), "inputs in another order"),
    ],
)
def test_steps_that_are_nearly_right(answer, name):
    assert verdicts(ch08.training_step, answer) == {("incorrect", name)}


def test_a_step_leaves_the_parameters_trainable():
    def training_step(model, optimizer, X, y):
        loss = a_step()(model.requires_grad_(True), optimizer, X, y)
        model.requires_grad_(False)
        return loss

    assert verdicts(ch08.training_step, training_step) == {("incorrect", "parameters left frozen")}


@pytest.mark.parametrize("weight", [0.1, 3e-4])
def test_a_penalty_is_named_whatever_its_weight(weight):
    def training_step(model, optimizer, X, y):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y) + weight * sum(part.square().sum() for part in model.parameters())
        loss.backward()
        optimizer.step()
        return loss.item()

    assert verdicts(ch08.training_step, training_step) == {("incorrect", "a penalty on the weights")}


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (a_training(choose=max), "the best accuracy"),
        (a_training(choose=list), "an accuracy for each step"),
        (a_training(momentum=0.5), "another optimizer"),
        (a_training(weight_decay=1e-3), "another optimizer"),
        (a_training(lambda z, y: F.cross_entropy(z, y.float())), "labels as floats"),
        (a_training(share=lambda Z, y: (Z.argmax() == y).float().mean().item()), "argmax without its axis"),
    ],
)
def test_trainings_that_are_nearly_right(answer, name):
    assert verdicts(ch08.repaired_training, answer) == {("incorrect", name)}


def test_a_rate_that_falls_after_ten_steps_is_seen():
    def repaired_training(model, X, y, learning_rate, epochs):
        optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
        schedule, losses = torch.optim.lr_scheduler.StepLR(optimizer, 10, 0.5), []
        model.train()
        for _ in range(epochs):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(X), y)
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        model.eval()
        return losses, (model(X).argmax(dim=1) == y).float().mean().item()

    assert {status for status, _ in verdicts(ch08.repaired_training, repaired_training)} == {"incorrect"}


def in_three_ways(by_hand):
    return lambda z, y: (F.cross_entropy(z, y), F.nll_loss(z.log_softmax(1), y), by_hand(z, y))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (in_three_ways(lambda z, y: (z.logsumexp(1) - z.gather(1, y[:, None] - 1)[:, 0]).mean()), "labels off by one"),
        (in_three_ways(lambda z, y: -z.log_softmax(1)[torch.arange(len(y)), y - 1].mean()), "labels off by one"),
        (lambda z, y: in_three_ways(F.cross_entropy)(z, (y + 1) % z.shape[1]), "labels off by one"),
        (in_three_ways(lambda z, y: F.nll_loss(z - z.logsumexp(1), y)), "no keepdim"),
        (in_three_ways(lambda z, y: -z.log_softmax(1).squeeze()[range(len(y)), y].mean()), "an axis is lost"),
    ],
)
def test_three_losses_of_which_one_is_nearly_right(answer, name):
    assert verdicts(ch08.loss_three_ways, answer) == {("incorrect", name)}


def test_what_is_said_of_one_loss_is_true_of_three():
    verdict = ch08.loss_three_ways.check(lambda z, y: [F.cross_entropy(z, y, reduction="sum") for _ in range(3)])
    assert verdict.mistake == "sum in place of mean"
    assert "the others" not in verdict.message


def test_outputs_of_another_shape_have_no_missing_gradient():
    class Flat(nn.Sequential):
        def forward(self, x):
            return super().forward(x).flatten()

    assert verdicts(ch08.make_model, lambda: Flat(*ch08.make_model.reference())) == {("incorrect", None)}
