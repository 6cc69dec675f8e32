"""Frames and subspaces, from the textbooks, with nothing of this package: all of them right."""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

norm = np.linalg.norm


def symmetric(a):
    return (a + a.T) / 2


class Columns:
    """What all matrices with orthonormal columns have, whatever they stand for."""

    def random_point(self, rng):
        return np.linalg.qr(rng.normal(size=(5, 2)))[0]

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=(5, 2)))

    def inner(self, w, x, y):
        return float(np.sum(x * y))


class Frames(Columns):
    """Matrices with orthonormal columns, the retraction by a QR factorisation with its signs mended."""

    def project(self, w, z):
        return z - w @ symmetric(w.T @ z)

    def retract(self, w, x):
        q, r = np.linalg.qr(w + x)
        return q * np.sign(np.sign(np.diag(r)) + 0.5)

    def exp(self, w, x):
        a, s = w.T @ x, x.T @ x
        return np.hstack([w, x]) @ expm(np.block([[a, -s], [np.eye(2), a]]))[:, :2] @ expm(-a)

    def gradient(self, w, gradient):
        return self.project(w, gradient)

    def hessian(self, w, gradient, product, x):
        return self.project(w, product - x @ symmetric(w.T @ gradient))


class PolarFrames(Frames):
    def retract(self, w, x):
        u, _, v = np.linalg.svd(w + x, full_matrices=False)
        return u @ v


class CayleyFrames(Frames):
    def retract(self, w, x):
        half = x - w @ (w.T @ x) / 2
        skew = half @ w.T - w @ half.T
        return np.linalg.solve(np.eye(5) - skew / 2, w + skew @ w / 2)


class Subspaces(Columns):
    """Subspaces by orthonormal bases, with the transport aligned to the basis where it arrives."""

    def norm(self, w, x):
        return float(norm(x))

    def project(self, w, z):
        return z - w @ (w.T @ z)

    def retract(self, w, x):
        return np.linalg.qr(w + x)[0]

    def exp(self, w, x):
        u, s, v = np.linalg.svd(x, full_matrices=False)
        return (w @ v.T * np.cos(s) + u * np.sin(s)) @ v

    def log(self, w, z):
        u, s, v = np.linalg.svd(np.linalg.solve((w.T @ z).T, self.project(w, z).T).T, full_matrices=False)
        return (u * np.arctan(s)) @ v

    def dist(self, w, z):
        cosines = np.linalg.svd(w.T @ z, compute_uv=False)
        sines = np.linalg.svd(self.project(w, z), compute_uv=False)[::-1]
        return float(norm(np.arctan2(sines, cosines)))

    def transport(self, w, z, x):
        way = self.log(w, z)
        u, s, v = np.linalg.svd(way, full_matrices=False)
        moved = (-w @ v.T * np.sin(s) + u * np.cos(s)) @ (u.T @ x) + x - u @ (u.T @ x)
        return moved @ (self.exp(w, way).T @ z)

    def gradient(self, w, gradient):
        return self.project(w, gradient)

    def hessian(self, w, gradient, product, x):
        return self.project(w, product) - x @ (w.T @ gradient)
