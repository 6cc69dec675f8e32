import copy
import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from psitheory.conformance import check_model, check_rate  # noqa: E402
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName  # noqa: E402
from psitheory.interop.torch import PSISGD, ScaleMonitor  # noqa: E402


def walked(make, steps=1200, rows=20, d=40, seed=0):
    """Train a layer in the random-walk model: white gradients, orthogonal to each row, divided by its length."""
    generator = torch.Generator().manual_seed(seed)
    layer = torch.nn.Linear(d, rows, bias=False).double()
    optimizer = make(layer.parameters())
    monitor = ScaleMonitor(layer, optimizer, every=1)
    for _ in range(steps):
        w = layer.weight.detach()
        r = w.norm(dim=1, keepdim=True)
        noise = torch.randn(w.shape, generator=generator, dtype=w.dtype)
        layer.weight.grad = (noise - (noise * w).sum(1, keepdim=True) * w / r**2) / r
        optimizer.step()
    return monitor


O = torch.optim


@pytest.mark.parametrize(
    ("make", "tolerance"),
    [
        (lambda p: O.SGD(p, lr=0.1, weight_decay=0.02), 0.03),
        (lambda p: O.SGD(p, lr=0.02, weight_decay=0.05, momentum=0.8), 0.05),
        (lambda p: O.AdamW(p, lr=0.02, weight_decay=0.1), 0.08),
    ],
)
def test_the_observed_turn_comes_to_the_predicted_one(make, tolerance):
    # leading order in the rate times the decay over 1 − momentum, and the spread of 500 steps of 20 rows
    monitor = walked(make)
    predicted = monitor.rows[-1]["predicted_turn"]
    assert monitor.observed_turn("weight", 500) == pytest.approx(predicted, rel=tolerance)


def test_coupled_and_decoupled_decay_are_told_apart():
    coupled = walked(lambda p: O.Adam(p, lr=0.01, weight_decay=0.01), steps=3)
    decoupled = walked(lambda p: O.AdamW(p, lr=0.01, weight_decay=0.01), steps=3)
    assert coupled.rows[-1]["predicted_turn"] != pytest.approx(decoupled.rows[-1]["predicted_turn"], rel=0.1)
    assert walked(lambda p: O.SGD(p, lr=0.1), steps=3).rows[-1]["predicted_turn"] is None


def test_rows_are_what_is_defined():
    torch.manual_seed(0)
    layer = torch.nn.Linear(5, 4, bias=False).double()
    optimizer = O.SGD(layer.parameters(), lr=0.1)
    monitor = ScaleMonitor(layer, optimizer, every=1)
    before = layer.weight.detach().numpy().copy()
    layer(torch.ones(3, 5, dtype=torch.float64)).square().sum().backward()
    gradient = layer.weight.grad.numpy().copy()
    optimizer.step()
    after = layer.weight.detach().numpy()
    (row,) = monitor.rows
    r = np.linalg.norm(before, axis=1)
    cosine = (before * after).sum(1) / r / np.linalg.norm(after, axis=1)
    assert row["norm"] == pytest.approx(math.sqrt(np.mean(r**2)))
    assert row["G"] == pytest.approx(math.sqrt(np.mean((r * np.linalg.norm(gradient, axis=1)) ** 2)))
    assert row["turn"] == pytest.approx(math.sqrt(np.mean(np.arccos(cosine) ** 2)))
    assert row["effective_rate"] == pytest.approx(0.1 / row["norm"] ** 2)


def test_rows_go_to_a_writer_and_to_check_rate():
    class Writer:
        def __init__(self):
            self.seen = []

        def add_scalar(self, tag, value, step):
            self.seen.append((tag, step))

    writer = Writer()
    layer = torch.nn.Linear(5, 4)
    optimizer = O.SGD(layer.parameters(), lr=0.01)
    monitor = ScaleMonitor(layer, optimizer, every=2, writer=writer)
    for _ in range(40):
        optimizer.zero_grad()
        layer(torch.ones(3, 5)).square().sum().backward()
        optimizer.step()
    times, values = monitor.series("G")
    assert times[0] == 1
    assert list(times[1:]) == list(range(2, 41, 2))
    assert values.shape == (21, 1)
    assert check_rate(monitor.series("G"), bound=lambda t: 1e6 / t).findings
    assert ("scale/norm/weight", 2) in writer.seen
    monitor.close()
    optimizer.step()
    assert len(monitor.rows) == 21


N, F = torch.nn, torch.nn.functional
BATCHES = torch.randn(6, 32, 4, generator=torch.Generator().manual_seed(1))


def tower():
    torch.manual_seed(0)
    return N.Sequential(N.Linear(4, 8), N.BatchNorm1d(8), N.ReLU(), N.Linear(8, 3))


def slopes(model, x):
    """Return the gradients that a loss has, in float64, of a copy of a module."""
    other = copy.deepcopy(model)
    other(x).square().mean().backward()
    return {name: p.grad.to_dense().double() for name, p in other.named_parameters()}


def plainly(model, optimizer, x):
    optimizer.zero_grad()
    model(x).square().mean().backward()
    optimizer.step()


def by_a_closure(model, optimizer, x):
    def closure():
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        return loss

    optimizer.step(closure)


def scaled(loss_scale=2.0**10):
    scaler = torch.amp.GradScaler("cpu", init_scale=loss_scale)

    def step(model, optimizer, x):
        optimizer.zero_grad()
        scaler.scale(model(x).square().mean()).backward()
        scaler.step(optimizer)
        scaler.update()

    return step


LOOPS = {
    "plain": (tower, lambda p: O.AdamW(p, lr=0.01), lambda: plainly),
    "a closure": (tower, lambda p: O.SGD(p, lr=0.1), lambda: by_a_closure),
    "several calls of a closure": (tower, lambda p: O.LBFGS(p, lr=0.1, max_iter=3), lambda: by_a_closure),
    "a scaled loss": (tower, lambda p: O.SGD(p, lr=0.1), scaled),
    "a scaled loss in a fused step": (tower, lambda p: O.AdamW(p, lr=0.01, fused=True), scaled),
    "sparse gradients": (
        lambda: N.Sequential(N.Embedding(5, 4, sparse=True), N.Linear(4, 3)),
        lambda p: O.SGD(p, lr=0.1),
        lambda: plainly,
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_what_is_logged_is_what_was_done_and_training_is_left_alone(name):
    make, optimise, stepping = LOOPS[name]
    inputs = BATCHES.abs().long() if name == "sparse gradients" else BATCHES
    finals = []
    for watched in (True, False):
        torch.manual_seed(3)
        model, step = make(), stepping()
        optimizer = optimise(model.parameters())
        monitor = ScaleMonitor(model, optimizer, every=1) if watched else None
        for x in inputs:
            before = {n: p.detach().double() for n, p in model.named_parameters()}
            gradients = slopes(model, x)
            step(model, optimizer, x)
            for row in monitor.rows[-2:] if watched else ():
                r, g = (y[row["name"]].norm(dim=1) for y in (before, gradients))
                assert row["norm"] == pytest.approx(float(r.square().mean().sqrt()), rel=1e-5)
                # single precision, and what is computed again is rounded again
                assert row["G"] == pytest.approx(float((r * g).square().mean().sqrt()), rel=1e-3)
        finals.append(list(model.state_dict().values()))
        if watched:
            assert len(monitor.rows) == 2 * len(inputs)
            monitor.close()
            assert not optimizer._optimizer_step_pre_hooks
            assert not optimizer._optimizer_step_post_hooks
    assert all(torch.equal(a, b) for a, b in zip(*finals, strict=True))


def test_a_step_that_an_overflow_leaves_out_is_not_logged():
    model = tower()
    optimizer = O.SGD(model.parameters(), lr=0.1, fused=True)
    monitor, step = ScaleMonitor(model, optimizer, every=1), scaled()
    for k, x in enumerate(BATCHES):
        step(model, optimizer, x * (math.inf if k == 2 else 1))
    assert sorted({row["step"] for row in monitor.rows}) == [1, 2, 4, 5, 6]


def test_groups_of_a_report_are_watched_also_along_other_axes_and_jointly():
    torch.manual_seed(0)
    layers = N.ConvTranspose2d(3, 4, 2, bias=False), N.BatchNorm2d(4), N.Conv2d(4, 2, 2), N.LayerNorm((2, 3, 3))
    model = N.Sequential(*layers)
    x = torch.randn(8, 3, 3, 3)
    groups = check_model(model, x).properties["groups"]  # of 1.weight, 1.bias and 2.bias scale jointly, too
    PSISGD(model.named_parameters(), groups=groups)
    optimizer = O.SGD(model.parameters(), lr=0.1)
    monitor = ScaleMonitor(torch.compile(model, backend="eager"), optimizer, groups=groups, every=1)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    model(x).square().mean().backward()
    optimizer.step()
    norms = {row["name"]: row["norm"] for row in monitor.rows}
    kernels = before["0.weight"].transpose(0, 1).flatten(1)
    assert norms["0.weight"] == pytest.approx(float(kernels.norm(dim=1).square().mean().sqrt()), rel=1e-5)
    joint = before["2.weight"].square().sum() + before["2.bias"].square().sum()
    assert norms["2.weight + 2.bias"] == pytest.approx(float(joint.sqrt()), rel=1e-5)


def test_what_cannot_be_watched_is_named():
    layer = torch.nn.Linear(5, 4)
    with pytest.raises(ArgumentTypeError, match="optimizer is None; a torch.optim.Optimizer, which calls hooks"):
        ScaleMonitor(layer, None)
    optimizer = O.SGD(layer.parameters(), lr=0.01)
    with pytest.raises(UnknownName, match="groups names 'wheight'; there are weight, bias"):
        ScaleMonitor(layer, optimizer, groups={"wheight": "rows"})
    with pytest.raises(ArgumentError, match="no parameter to watch"):
        ScaleMonitor(layer, optimizer, groups={"weight": "free"})
    with pytest.raises(ArgumentError, match="every is 0"):
        ScaleMonitor(layer, optimizer, every=0)


class Deep(N.Module):
    """Layers of which each step leaves out some, as stochastic depth does."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers, self.head, self.calls = N.ModuleList(N.Linear(4, 4) for _ in range(3)), N.Linear(4, 2), 0

    def forward(self, x):
        self.calls += 1
        for k, layer in enumerate(self.layers):
            if (self.calls * (k + 3) // 2) % 3:
                x = x + torch.relu(layer(x))
        return self.head(x)


def test_small_parameters_side_by_side_have_rows_of_the_steps_that_move_them_alone():
    """More steps than there is room for, some parameters without a gradient in each; a block may lie on two shelves."""
    net = Deep()
    net.wide = N.Parameter(torch.randn(3, 2, 4000, generator=torch.Generator().manual_seed(3)))  # is kept by itself
    net.bias = N.Parameter(torch.randn(2, generator=torch.Generator().manual_seed(4)))
    optimizer = O.SGD(net.parameters(), lr=0.05)
    names = [f"layers.{k}.weight" for k in range(3)]
    groups = [{"name": name, "blocks": "rows", "axis": 1} for name in names]
    groups += [{"names": ["wide", "bias"], "blocks": "whole"}]
    monitor, expected = ScaleMonitor(net, optimizer, groups=groups, every=1), {}
    for step in range(1, 151):
        x = BATCHES[step % len(BATCHES)]
        optimizer.zero_grad()
        (net(x).square().mean() + (net.wide.mean((0, 2)) * net.bias).sum()).backward()
        moved = [name for name in names if net.get_parameter(name).grad is not None]
        of_blocks = {name: [net.get_parameter(name).T] for name in moved}
        of_blocks["wide + bias"] = [net.wide.reshape(1, -1), net.bias[None]]
        before = {name: torch.cat([p.detach().double() for p in ps], 1) for name, ps in of_blocks.items()}
        optimizer.step()
        for name, ps in of_blocks.items():
            one, two = before[name], torch.cat([p.detach().double() for p in ps], 1)
            turn = 2 * ((F.normalize(one) - F.normalize(two)).norm(dim=1) / 2).asin()
            expected[step, name] = [x.square().mean().sqrt().item() for x in (one.norm(dim=1), turn)]
    found = {(row["step"], row["name"]): [row["norm"], row["turn"]] for row in monitor.rows}
    assert found.keys() == expected.keys()
    assert len({name for _, name in found}) == 4
    for key, (norm, turn) in expected.items():
        assert found[key] == [pytest.approx(norm, rel=1e-5), pytest.approx(turn, rel=1e-3, abs=1e-7)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")  # of the compiler itself
def test_a_compiled_step_is_watched_as_a_plain_one():
    rows = []
    for wrap in (lambda step: step, lambda step: torch.compile(step, backend="eager")):
        model = tower()
        optimizer = O.SGD(model.parameters(), lr=0.1)
        monitor = ScaleMonitor(model, optimizer, every=2)
        step = wrap(optimizer.step)
        for x in BATCHES:
            optimizer.zero_grad()
            model(x).square().mean().backward()
            step()
        rows.append(monitor.rows)
    assert rows[0] == rows[1]


def test_blocks_of_several_parameters_lie_along_an_axis_of_each():
    """Columns of one, large or small, and entries of another."""
    for size in (40, 4000):
        net, made = N.Module(), torch.Generator().manual_seed(3)
        net.wide = N.Parameter(torch.randn(3, 2, size, generator=made))
        net.bias = N.Parameter(torch.randn(2, generator=made))
        optimizer = O.SGD(net.parameters(), lr=0.05)
        group = {"names": ["wide", "bias"], "blocks": 2, "axis": [1, 0]}
        monitor, states = ScaleMonitor(net, optimizer, groups=[group], every=1), []
        for _ in range(2):
            states.append(torch.cat([net.wide.transpose(0, 1).reshape(2, -1), net.bias[:, None]], 1).detach().double())
            optimizer.zero_grad()
            (net.wide.mean((0, 2)) * net.bias).sum().backward()
            optimizer.step()
        turns = 2 * ((F.normalize(states[0]) - F.normalize(states[1])).norm(dim=1) / 2).asin()
        assert monitor.rows[0]["turn"] == pytest.approx(turns.square().mean().sqrt().item(), rel=1e-3)
        assert monitor.rows[0]["norm"] == pytest.approx(states[0].square().sum(1).mean().sqrt().item(), rel=1e-6)
