import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from psitheory.conformance import check_rate  # noqa: E402
from psitheory.errors import ArgumentError, UnknownName  # noqa: E402
from psitheory.interop.torch import ScaleMonitor  # noqa: E402


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


def test_what_cannot_be_watched_is_named():
    layer = torch.nn.Linear(5, 4)
    optimizer = O.SGD(layer.parameters(), lr=0.01)
    with pytest.raises(UnknownName, match="groups names 'wheight'; there are weight, bias"):
        ScaleMonitor(layer, optimizer, groups={"wheight": "rows"})
    with pytest.raises(ArgumentError, match="no parameter to watch"):
        ScaleMonitor(layer, optimizer, groups={"weight": "free"})
    with pytest.raises(ArgumentError, match="every is 0"):
        ScaleMonitor(layer, optimizer, every=0)
