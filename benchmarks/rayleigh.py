"""Ensembles of gradient descent on the Rayleigh quotient, with a fixed step."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.goals import COMPILED
from benchmarks.peers import peer
from benchmarks.pymanopt_runs import fixed_step
from benchmarks.timing import Case, Contender
from psitheory.experiments import descend
from psitheory.models import Rayleigh
from psitheory.optimizers import PSIGradientDescent

D, STEPS = 50, 1000


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield a case for each number of starts."""
    a = rng.normal(size=(D, D))
    a = (a + a.T) / np.sqrt(8 * D)
    for k in (1, 64, 1024):
        w = rng.normal(size=(k, D))
        yield of_starts(a, w / np.linalg.norm(w, axis=-1, keepdims=True))


def of_starts(a: np.ndarray, w: np.ndarray) -> Case:
    """Return the case of these starts, unit rows."""
    eta = 0.1
    model, method = Rayleigh(a), PSIGradientDescent(eta)
    contenders = [_contender("psitheory", lambda: descend(model, method, w, STEPS).final)]
    if peer("numba"):
        fast = Rayleigh(a, engine="numba")
        contenders.append(_contender(COMPILED, lambda: descend(fast, method, w, STEPS).final))
    contenders.append(Contender("matrix products alone", partial(_products, a, w)))
    contenders.append(_contender("plain NumPy", lambda: _plain(a, w, eta)))
    if peer("jax"):
        contenders.extend(_contender(name, run) for name, run in _jax(a, w, eta).items())
    if peer("geoopt"):
        contenders.append(_contender("geoopt", lambda: _geoopt(a, w, eta)))
    if peer("pymanopt"):
        few = w[:1]
        name, share = "pymanopt, loop", len(few) / len(w)
        contenders.append(_contender(f"{name}, gradient by hand", lambda: _pymanopt(a, few, eta), share))
        if peer("torch"):
            contenders.append(_contender(f"{name}, autograd of torch", lambda: _by_autograd(a, few, eta), share))
    return Case("rayleigh", f"Rayleigh d={D} K={len(w)}", contenders, len(w) * STEPS, "µs a trajectory-step")


def _contender(name: str, run: Any, share: float = 1.0) -> Contender:
    return Contender(name, run, lambda: _units(np.asarray(run())), share)


def _units(w: np.ndarray) -> np.ndarray:
    return w / np.linalg.norm(w, axis=-1, keepdims=True)


def _products(a: np.ndarray, w: np.ndarray) -> None:
    out = np.empty_like(w)
    for _ in range(STEPS):
        np.matmul(w, a, out=out)


def _plain(a: np.ndarray, w: np.ndarray, eta: float) -> np.ndarray:
    for _ in range(STEPS):
        q = np.vecdot(w, w)[:, None]
        p = w @ a
        w = w - 2 * eta * (p - np.vecdot(w, p)[:, None] / q * w)
    return w


def _jax(a: np.ndarray, w: np.ndarray, eta: float) -> dict[str, Any]:
    import jax
    import jax.numpy as jnp

    matrix = jnp.asarray(a)

    def loss(u: Any) -> Any:
        return u @ matrix @ u / (u @ u)

    def by_grad(u: Any, _: None) -> Any:
        return u - eta * (u @ u) * jax.grad(loss)(u), None

    def by_hand(u: Any, _: None) -> Any:
        q, p = jnp.sum(u * u, -1, keepdims=True), u @ matrix
        return u - 2 * eta * (p - jnp.sum(u * p, -1, keepdims=True) / q * u), None

    auto = jax.jit(jax.vmap(lambda u: jax.lax.scan(by_grad, u, None, STEPS)[0]))
    hand = jax.jit(lambda u: jax.lax.scan(by_hand, u, None, STEPS)[0])
    start = jnp.asarray(w)
    return {
        "jax vmap+jit+scan(grad)": lambda: auto(start).block_until_ready(),
        "jax scan, gradient by hand": lambda: hand(start).block_until_ready(),
    }


def _geoopt(a: np.ndarray, w: np.ndarray, eta: float) -> np.ndarray:
    import geoopt
    import torch

    matrix = torch.from_numpy(a)
    u = geoopt.ManifoldParameter(torch.from_numpy(w.copy()), manifold=geoopt.Sphere())
    optimizer = geoopt.optim.RiemannianSGD([u], lr=eta)
    for _ in range(STEPS):
        optimizer.zero_grad()
        (u @ matrix * u).sum().backward()
        optimizer.step()
    return np.asarray(u.detach().numpy())


def _pymanopt(a: np.ndarray, w: np.ndarray, eta: float) -> np.ndarray:
    import pymanopt

    sphere = pymanopt.manifolds.Sphere(a.shape[0])

    @pymanopt.function.numpy(sphere)
    def cost(u: np.ndarray) -> Any:
        return u @ a @ u

    @pymanopt.function.numpy(sphere)
    def gradient(u: np.ndarray) -> Any:
        return 2 * (a @ u)

    problem = pymanopt.Problem(sphere, cost, euclidean_gradient=gradient)
    return np.stack([fixed_step(problem, u, eta, STEPS) for u in w])


def _by_autograd(a: np.ndarray, w: np.ndarray, eta: float) -> np.ndarray:
    import pymanopt
    import torch

    sphere, matrix = pymanopt.manifolds.Sphere(a.shape[0]), torch.from_numpy(a)

    @pymanopt.function.pytorch(sphere)
    def cost(u: Any) -> Any:
        return u @ (matrix @ u)

    problem = pymanopt.Problem(sphere, cost)
    return np.stack([fixed_step(problem, u, eta, STEPS) for u in w])
