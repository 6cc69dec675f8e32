"""Methods written by hand as people write them for PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


class Lion(torch.optim.Optimizer):
    """The sign of a momentum, with decoupled decay."""

    def __init__(self, params: Any, lr: float = 0.01, weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * (0.9 * m + 0.1 * p.grad).sign())
                m.mul_(0.99).add_(0.01 * p.grad)


class LARS(torch.optim.Optimizer):
    """Steps in proportion to the norm of each tensor, without an eps."""

    def __init__(self, params: Any, lr: float = 0.05, weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                decay = group["weight_decay"]
                ratio = p.norm() / (p.grad.norm() + decay * p.norm())
                p.sub_(group["lr"] * ratio * (p.grad + decay * p))


class LAMB(torch.optim.Optimizer):
    """Adam's direction, in proportion to the norm of each tensor."""

    def __init__(self, params: Any, lr: float = 0.01, eps: float = 1e-6, weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                state["t"] = t = state.get("t", 0) + 1
                m = state.setdefault("m", torch.zeros_like(p)).mul_(0.9).add_(0.1 * p.grad)
                v = state.setdefault("v", torch.zeros_like(p)).mul_(0.999).add_(0.001 * p.grad**2)
                u = (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + group["eps"]) + group["weight_decay"] * p
                p.sub_(group["lr"] * p.norm() / u.norm() * u)


class SAM(torch.optim.SGD):
    """SGD by the gradient a way uphill, as it is usually written: it asserts a closure, and steps twice."""

    def __init__(self, params: Any, lr: float = 0.1, rho: float = 0.05, adaptive: bool = False) -> None:
        super().__init__(params, lr=lr)
        self.rho, self.adaptive = rho, adaptive

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        assert closure is not None, "SAM needs a closure"
        parameters = [p for group in self.param_groups for p in group["params"]]
        size = [p.abs() if self.adaptive else torch.ones_like(p) for p in parameters]
        norm = torch.stack([(s * p.grad).norm() for s, p in zip(size, parameters, strict=True)]).norm()
        kept = [p.clone() for p in parameters]
        for p, s in zip(parameters, size, strict=True):
            p.add_(s * s * p.grad, alpha=self.rho / float(norm))
        with torch.enable_grad():
            closure()
        for p, w in zip(parameters, kept, strict=True):
            p.copy_(w)
        super().step()


class Clipped(torch.optim.SGD):
    """SGD whose gradient is clipped at a norm."""

    def __init__(self, params: Any, lr: float = 0.1, threshold: float = 1.0) -> None:
        super().__init__(params, lr=lr)
        self.threshold = threshold

    def step(self, closure: Any = None) -> Any:
        torch.nn.utils.clip_grad_norm_(self.param_groups[0]["params"], self.threshold)
        return super().step()


class Lookahead(torch.optim.SGD):
    """SGD that goes halfway back to where it was five steps ago."""

    def step(self, closure: Any = None) -> None:
        for p in self.param_groups[0]["params"]:
            self.state[p].setdefault("slow", p.detach().clone())
        super().step()
        self.t = getattr(self, "t", 0) + 1
        for p in self.param_groups[0]["params"]:
            if self.t % 5 == 0:
                with torch.no_grad():
                    p.copy_(self.state[p]["slow"].add_(p - self.state[p]["slow"], alpha=0.5))


class Scheduled:
    """An optimiser and its schedule in one, no optimiser of torch itself."""

    def __init__(self, optimizer: Any, schedule: Any) -> None:
        self.optimizer, self.schedule = optimizer, schedule

    @property
    def param_groups(self) -> Any:
        return self.optimizer.param_groups

    def step(self) -> None:
        self.optimizer.step()
        self.schedule.step()


def scheduled(make: Callable[[Any], Any], kind: Any = torch.optim.SGD, lr: float = 0.1) -> Callable[[Any], Any]:
    def factory(params: Any) -> Scheduled:
        optimizer = kind(params, lr=lr)
        return Scheduled(optimizer, make(optimizer))

    return factory


def option(kind: Any, **options: Any) -> Callable[[Any], Any]:
    return lambda params: kind(params, **options)
