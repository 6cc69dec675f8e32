"""Types of methods as people write them themselves, in PyTorch and in JAX, with what theory says of each."""

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")
jax = pytest.importorskip("jax")
optax = pytest.importorskip("optax")

import jax.numpy as jnp  # noqa: E402

from psitheory.conformance.optimizers.runs.adapt import runs_of  # noqa: E402
from psitheory.conformance.optimizers.runs.network import invariant_network  # noqa: E402
from psitheory.scaletypes.optimizers.types import OptimizerTypes  # noqa: E402

NETWORK = invariant_network(np.dtype(float), 0).without_free()
NONE, ROW, LAYER = "none", "each neuron", "each layer"
KNOWN = {}


def types(make, rate=None):
    return OptimizerTypes(runs_of(make, rate=rate, name="method").typed(NETWORK).run())


def is_of(p, level=NONE, **scales):
    """Register a step ``(w, g, group, state)`` of one matrix, in place, with what is known of it."""

    def with_step(step):
        class Method(torch.optim.Optimizer):
            def __init__(self, params, lr=0.05, **more):
                super().__init__(params, {"lr": lr, "eps": 1e-10, "decay": 0.01, "sigma": 0.05} | more)

            @torch.no_grad()
            def step(self):
                for group in self.param_groups:
                    for w in group["params"]:
                        step(w, w.grad, group, self.state[w])

        KNOWN[step.__name__] = Method, None, p, level, scales
        return step

    return with_step


def row(w):
    return w.norm(dim=1, keepdim=True)


def averaged(s, g, key="v", beta=0.95):
    return s.setdefault(key, torch.zeros_like(g)).mul_(beta).add_(g, alpha=1 - beta)


def over(g, size: float):
    return g / (g.abs() + size)


with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it is deprecated, and code has it
    scripted = torch.jit.script(over)


@is_of(1, eps=-1)
def scripted_code(w, g, group, s):
    w.sub_(group["lr"] * scripted(g, group["eps"]))


@is_of(1, eps=-2)
def eps_inside_the_root(w, g, group, s):
    w.sub_(group["lr"] * g / (averaged(s, g * g) + group["eps"]).sqrt())


@is_of(1, eps=-1)
def eps_beside_the_root(w, g, group, s):
    w.sub_(group["lr"] * g / (averaged(s, g * g).sqrt() + group["eps"]))


@is_of(1, decay=-1)
def decay_times_the_rate(w, g, group, s):
    w.sub_(group["lr"] * (g.sign() + group["decay"] * w))


@is_of(1, decay=-2)
def decay_in_the_gradient(w, g, group, s):
    w.sub_(group["lr"] * torch.sign(g + group["decay"] * w))


@is_of(0, ROW)
def decay_as_a_pure_rate(w, g, group, s):
    w.mul_(1 - group["lr"] * group["decay"]).sub_(group["lr"] * row(w) ** 2 * g)


@is_of(0, ROW)
def trust_ratio_of_rows(w, g, group, s):
    w.sub_(group["lr"] * g * row(w) / row(g))


@is_of(0, LAYER)
def trust_ratio_of_layers(w, g, group, s):
    w.sub_(group["lr"] * g * w.norm() / g.norm())


@is_of(0, ROW)
def contracted_by_einsum(w, g, group, s):
    w.sub_(group["lr"] * torch.einsum("ij,i->ij", g, torch.einsum("ij,ij->i", w, w)))


@is_of(None)
def one_row_among_many(w, g, group, s):
    squares = row(w) ** 2
    squares[-1] = 1
    w.sub_(group["lr"] * squares * g)


@is_of(2)
def restarts(w, g, group, s):
    m = averaged(s, g)
    if torch.sum(m * g) < 0:
        m.zero_()
    w.sub_(group["lr"] * m)


@is_of(2)
def looks_ahead(w, g, group, s):
    slow, s["t"] = s.setdefault("slow", w.clone()), s.get("t", 0) + 1
    w.sub_(group["lr"] * g)
    if s["t"] % 5 == 0:
        w.copy_(slow.lerp_(w, 0.5))


@is_of(2)
def average_of_weights(w, g, group, s):
    mean = s.setdefault("mean", w.clone())
    w.sub_(group["lr"] * g)
    w.lerp_(mean.lerp_(w, 0.1), 0.05)


@is_of(2)
def centralised(w, g, group, s):
    w.sub_(group["lr"] * (g - g.mean(dim=1, keepdim=True)))


@is_of(2, sigma=-1)
def noise_of_a_fixed_size(w, g, group, s):
    w.sub_(group["lr"] * (g + group["sigma"] * torch.randn_like(g)))


@is_of(2)
def noise_relative_to_the_gradient(w, g, group, s):
    w.sub_(group["lr"] * (g + group["sigma"] * g.norm() * torch.randn_like(g)))


@is_of(None)
def decay_of_the_code_times_the_rate(w, g, group, s):
    w.mul_(1 - 0.1 * group["lr"])  # asks for a rate that stays
    w.sub_(group["lr"] * g.sign())  # and this for one that scales with the weights


def on_each(update):
    return lambda rate: optax.stateless_with_tree_map(lambda g, w: -rate * update(g, w))


def inner_loop(g, w):
    size = jnp.linalg.norm(g)
    return jax.lax.fori_loop(0, 3, lambda i, x: 1.5 * x - 0.5 * x * (jnp.linalg.norm(x) / size) ** 2, g)


KNOWN |= {
    "cautious": (on_each(lambda g, w: jnp.where(g * w > 0, g, g / 2)), 0.05, 2, NONE, {}),
    "on a grid": (on_each(lambda g, w: jnp.round(g * 8) / 8), 0.05, None, NONE, {}),
    "above the median": (on_each(lambda g, w: g * (jnp.abs(g) >= jnp.median(jnp.abs(g)))), 0.05, 2, NONE, {}),
    "softplus of a norm": (on_each(lambda g, w: g * jax.nn.softplus(jnp.vdot(w, w))), 0.05, None, NONE, {}),
    "orthogonal": (on_each(lambda g, w: jnp.linalg.qr(g.T)[0].T), 0.05, 1, NONE, {}),
    "inner loop": (on_each(inner_loop), 0.05, 2, NONE, {}),
    "branch": (
        on_each(lambda g, w: jax.lax.cond(g[0, 0] > 0, lambda x: x, lambda x: 2 * x, g)), 0.05, 2, NONE, {}
    ),
    "rows": (on_each(lambda g, w: g * jnp.sum(w * w, axis=1, keepdims=True)), 0.05, 0, ROW, {}),
    "rows, normalised": (on_each(lambda g, w: g / jnp.linalg.norm(g) * jnp.linalg.norm(w)), 0.05, 0, LAYER, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_types_are_those_of_theory(name):
    make, rate, p, level, scales = KNOWN[name]
    found = types(make, rate)
    assert found.missing == ()
    assert (found.exponent, found.finest("full")) == (p, level)
    assert {key: found.must_scale.get(key, 0) for key in scales} == scales


def test_lines_that_do_not_go_together_are_told_both():
    first = decay_of_the_code_times_the_rate.__code__.co_firstlineno + 2
    make, *_ = KNOWN["decay_of_the_code_times_the_rate"]
    assert sorted(b.place.line for b in types(make).conflict) == [first, first + 1]
