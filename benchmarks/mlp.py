"""Ensembles of gradient descent on the batch-norm network 64-32-10, all 256 samples at each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.goals import COMPILED
from benchmarks.peers import peer
from benchmarks.pymanopt_runs import fixed_step
from benchmarks.timing import Case, Contender
from psitheory.experiments import descend
from psitheory.models import BatchNormMLP
from psitheory.optimizers import PSIGradientDescent

D, H, C, N, STEPS, ETA = 64, 32, 10, 256, 20, 0.1


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield a case for each activation and number of starts."""
    x, labels = rng.normal(size=(N, D)), rng.integers(0, C, N)
    for activation in ("tanh", "relu"):
        model = BatchNormMLP(x, labels, hidden=(H,), activation=activation, classes=C)
        for k in (1, 64):
            w = model.initial(rng, (k,))
            w[:, : H * D] = _units(w)[:, : H * D]
            yield _case(model, w)


def _case(model: Any, w: np.ndarray) -> Case:
    method = PSIGradientDescent(ETA)
    contenders = [Contender("psitheory", *_twice(lambda: descend(model, method, w, STEPS).final))]
    if peer("numba"):
        fast = replace(model, engine="numba")
        contenders.append(Contender(COMPILED, *_twice(lambda: descend(fast, method, w, STEPS).final)))
    for transcendental, name in ((False, "matrix products alone"), (True, "products and transcendentals")):
        contenders.append(Contender(name, partial(_floor, model, w, transcendental)))
    contenders.append(Contender("plain NumPy", *_twice(lambda: _plain(model, w))))
    if peer("jax"):
        contenders.append(Contender("jax vmap+jit+scan(grad)", *_twice(_jax(model, w))))
    if peer("geoopt"):
        contenders.append(Contender("geoopt", *_twice(lambda: _geoopt(model, w))))
    if peer("pymanopt") and peer("torch"):
        few = w[:1]
        run = partial(_pymanopt, model, few)
        contenders.append(Contender("pymanopt, loop, autograd of torch", *_twice(run), 1 / len(w)))
    name = f"MLP {D}-{H}-{C} {model.activation} K={len(w)}"
    return Case("mlp", name, contenders, len(w) * STEPS, "µs a trajectory-step")


def _twice(run: Any) -> tuple[Any, Any]:
    return run, lambda: _units(np.asarray(run()))


def _units(w: np.ndarray) -> np.ndarray:
    rows = w[:, : H * D].reshape(-1, H, D)
    rows = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.concatenate([rows.reshape(len(w), -1), w[:, H * D :]], axis=-1)


def _parts(w: Any) -> tuple[Any, Any, Any]:
    """Return W (..., h, d), V (..., c, h) and b (..., c)."""
    i, j, lead = H * D, H * D + C * H, w.shape[:-1]
    return w[..., :i].reshape(*lead, H, D), w[..., i:j].reshape(*lead, C, H), w[..., j:]


def _floor(model: Any, w: np.ndarray, transcendental: bool) -> None:
    """Do the five matrix products of a pass for each trajectory, and tanh and exp where asked for."""
    columns = np.ascontiguousarray(model.inputs.T)
    z, o, delta = np.empty((H, N)), np.empty((C, N)), np.empty((H, N))
    for _ in range(STEPS):
        for row in w:
            weights, last, _bias = _parts(row)
            np.matmul(weights, columns, out=z)
            if transcendental and model.activation == "tanh":
                np.tanh(z, out=z)
            np.matmul(last, z, out=o)
            if transcendental:
                np.exp(o, out=o)
            np.matmul(o, z.T)
            np.matmul(last.T, o, out=delta)
            np.matmul(delta, model.inputs)


def _plain(model: Any, w: np.ndarray) -> np.ndarray:
    columns, hits = model.inputs.T, np.eye(C)[model.targets].T
    for _ in range(STEPS):
        weights, last, bias = _parts(w)
        z = weights @ columns
        z = z - z.mean(-1, keepdims=True)
        sigma = np.sqrt((z * z).mean(-1, keepdims=True))
        z = z / sigma
        a = np.tanh(z) if model.activation == "tanh" else np.maximum(z, 0)
        slope = 1 - a * a if model.activation == "tanh" else z > 0
        o = last @ a + bias[..., None]
        p = np.exp(o - o.max(-2, keepdims=True))
        p = (p / p.sum(-2, keepdims=True) - hits) / N
        delta = (last.swapaxes(-1, -2) @ p) * slope
        delta = delta - delta.mean(-1, keepdims=True) - z * (delta * z).mean(-1, keepdims=True)
        step = (delta / sigma) @ model.inputs * np.vecdot(weights, weights)[..., None]
        pieces = [step, p @ a.swapaxes(-1, -2), p.sum(-1)]
        w = w - ETA * np.concatenate([piece.reshape(len(w), -1) for piece in pieces], axis=-1)
    return w


def _loss(weights: Any, last: Any, bias: Any, x: Any, hits: Any, xp: Any, activation: str) -> Any:
    """Return the loss of one network in jax or torch."""
    z = weights @ x
    z = z - z.mean(-1)[..., None]
    z = z / xp.sqrt((z * z).mean(-1))[..., None]
    a = xp.tanh(z) if activation == "tanh" else z * (z > 0)
    o = last @ a + bias[..., None]
    return (xp.logsumexp(o, -2) - (o * hits).sum(-2)).mean(-1)


def _jax(model: Any, w: np.ndarray) -> Any:
    import jax
    import jax.numpy as jnp
    from jax.scipy.special import logsumexp

    names = SimpleNamespace(sqrt=jnp.sqrt, tanh=jnp.tanh, logsumexp=logsumexp)
    x, hits = jnp.asarray(model.inputs.T), jnp.asarray(np.eye(C)[model.targets].T)

    def loss(row: Any) -> Any:
        return _loss(*_parts(row), x, hits, names, model.activation)

    def step(row: Any, _: None) -> Any:
        gradient = jax.grad(loss)(row)
        weights, _last, _bias = _parts(row)
        square = jnp.repeat(jnp.sum(weights * weights, -1), D)
        scale = jnp.concatenate([square, jnp.ones(row.shape[-1] - H * D)])
        return row - ETA * scale * gradient, None

    run = jax.jit(jax.vmap(lambda row: jax.lax.scan(step, row, None, STEPS)[0]))
    start = jnp.asarray(w)
    return lambda: run(start).block_until_ready()


def _torch_data(model: Any) -> tuple[Any, Any]:
    import torch

    hits = np.ascontiguousarray(np.eye(C)[model.targets].T)
    return torch.from_numpy(np.ascontiguousarray(model.inputs.T)), torch.from_numpy(hits)


def _geoopt(model: Any, w: np.ndarray) -> np.ndarray:
    import geoopt
    import torch

    x, hits = _torch_data(model)
    weights, last, bias = (torch.from_numpy(part.copy()) for part in _parts(w))
    weights = geoopt.ManifoldParameter(weights, manifold=geoopt.Sphere())
    flat = [torch.nn.Parameter(last), torch.nn.Parameter(bias)]
    optimizer = geoopt.optim.RiemannianSGD([weights, *flat], lr=ETA)
    for _ in range(STEPS):
        optimizer.zero_grad()
        _loss(weights, *flat, x, hits, torch, model.activation).sum().backward()
        optimizer.step()
    return np.concatenate([p.detach().numpy().reshape(len(w), -1) for p in (weights, *flat)], axis=-1)


def _pymanopt(model: Any, w: np.ndarray) -> np.ndarray:
    import pymanopt
    import torch
    from pymanopt.manifolds import Euclidean, Oblique, Product

    x, hits = _torch_data(model)
    manifold = Product([Oblique(D, H), Euclidean(C, H), Euclidean(C)])

    @pymanopt.function.pytorch(manifold)
    def cost(columns: Any, last: Any, bias: Any) -> Any:
        return _loss(columns.T, last, bias, x, hits, torch, model.activation)

    problem = pymanopt.Problem(manifold, cost)
    out = []
    for row in w:
        weights, last, bias = _parts(row)
        columns, last, bias = fixed_step(problem, [np.ascontiguousarray(weights.T), last, bias], ETA, STEPS)
        out.append(np.concatenate([columns.T.ravel(), last.ravel(), bias]))
    return np.stack(out)
