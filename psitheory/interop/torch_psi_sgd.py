"""PSI-SGD as a PyTorch optimiser."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch

from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.interop.torch_blocks import Kind, axes_of, count_of, listed, named, rows_of, unrows


class PSISGD(torch.optim.Optimizer):  # type: ignore[misc]
    r"""Stochastic gradient descent on the quotient by positive rescalings of blocks.

    With :math:`r_i = \|w_i\|` for each scale-invariant block, and :math:`r_v = 1`, without decay, for free parameters,

    .. math::

        m_i^+ = \beta m_i + r_i^2\nabla_i f(w), \qquad w_i^+ = (1 - \eta\lambda)w_i - \eta m_i^+.

    The buffer is in tangent units: it scales as the weights do.  So the run from :math:`a \cdot w_0` is a times that
    from :math:`w_0`, and for powers of two bit for bit: the scale of the initial weights does not matter.

    Parameters
    ----------
    params : iterable
        Tensors, pairs ``(name, tensor)`` such as ``model.named_parameters()`` gives, or dicts of PyTorch's own kind,
        each with a key ``"blocks"`` that says what its parameters are.
    lr : float
        :math:`\eta > 0`, comparable to one over the smoothness at unit blocks.
    groups : sequence or mapping, optional
        What the parameters are: a sequence as long as ``params``, or a mapping from names, of ``"rows"`` (a block for
        each index of the first axis: batch norm), ``"whole"`` (one block: layer norm), a number of groups of
        consecutive rows (group norm), or ``"free"``; or the property ``groups`` of a report of ``check_model``.
        A group there may say along which ``axis`` its blocks lie, or, of several parameters, along which of each.
        Parameters that are not mentioned are free.
    momentum : float
        :math:`0 \le \beta < 1`.
    weight_decay : float
        :math:`\lambda \ge 0`, decoupled, on blocks alone.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownName
        If an option is out of its range, or the groups do not fit the parameters.

    Examples
    --------
    >>> layer = torch.nn.Linear(5, 4, bias=False)
    >>> optimizer = PSISGD(layer.named_parameters(), lr=0.1, groups={"weight": "rows"})
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.1,
        *,
        groups: Sequence[Any] | Mapping[str, Kind] | None = None,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        for name, value, fits, needed in (
            ("lr", lr, lr > 0, "a positive number"),
            ("momentum", momentum, 0 <= momentum < 1, "a factor in [0, 1)"),
            ("weight_decay", weight_decay, weight_decay >= 0, "zero or a positive number"),
        ):
            if not fits:
                raise ArgumentError(f"{name} is {value!r}; {needed} is needed")
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "blocks": None, "axis": 0}
        super().__init__(_param_groups(list(params), groups), defaults)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group, whose key ``blocks`` says what its parameters are; several in one group scale jointly."""
        super().add_param_group(param_group)
        group = self.param_groups[-1]
        shapes = [tuple(p.shape) for p in group["params"]]
        group["blocks"] = count_of(group["blocks"], shapes, group["axis"])

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take a step; ``closure``, if given, computes loss and gradients first, and its loss is returned."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            tangents = _tangents(group)
            shrinkage = 1 - group["lr"] * group["weight_decay"] if group["blocks"] else 1.0
            for p, m in zip(group["params"], tangents, strict=True):
                if m is None:
                    continue
                if group["momentum"]:
                    state = self.state[p]
                    if "momentum_buffer" in state:
                        m = state["momentum_buffer"].mul_(group["momentum"]).add_(m)
                    else:
                        m = state["momentum_buffer"] = m.clone()
                if shrinkage != 1:
                    p.mul_(shrinkage)
                p.sub_(m * group["lr"])
        return loss


def _tangents(group: Mapping[str, Any]) -> list[Any]:
    r"""Return :math:`r_i^2\nabla_i f` for each parameter of a group, None where there is no gradient.

    Written :math:`s(q(s\\nabla f))` with :math:`r^2 = s^2q` and s a power of two: r² is not formed, and scaling
    the weights by powers of two commutes with it bit for bit.
    """
    parameters, count = group["params"], group["blocks"]
    gradients = [None if p.grad is None else p.grad for p in parameters]
    if any(g is not None and g.is_sparse for g in gradients):
        raise ArgumentTypeError("a gradient is sparse; a dense one is needed")
    if not count or all(g is None for g in gradients):
        return gradients
    axes = axes_of(group["axis"], [tuple(p.shape) for p in parameters])
    rows = [rows_of(p, count, axis) for p, axis in zip(parameters, axes, strict=True)]
    largest = torch.stack([x.abs().amax(1) for x in rows]).amax(0)
    if not bool((largest > 0).all()):
        block = int(torch.nonzero(~(largest > 0))[0])
        shape = tuple(parameters[0].shape)
        raise ArgumentError(
            f"block {block} of a parameter of the shape {shape} is zero or NaN; a nonzero one is needed"
        )
    s = torch.ldexp(torch.ones_like(largest), torch.frexp(largest).exponent)[:, None]
    q = torch.stack([(x / s).square().sum(1, keepdim=True) for x in rows]).sum(0)
    return [
        g if g is None else unrows(s * (q * (s * rows_of(g, count, axis))), g, axis)
        for g, axis in zip(gradients, axes, strict=True)
    ]


# -- groups ---------------------------------------------------------------------------------------


def _param_groups(params: list[Any], groups: Any) -> list[dict[str, Any]]:
    """Return PyTorch's groups, one for each parameter, or for several that scale jointly."""
    if params and all(isinstance(p, dict) for p in params):
        if groups is not None:
            raise ArgumentError("groups is given beside groups of parameters; one of the two is needed")
        return params
    if groups is None:
        raise ArgumentError("groups is None; what each parameter is must be said, such as {'weight': 'rows'}")
    groups = listed(groups)
    if not any(isinstance(group, Mapping) for group in groups):
        if len(groups) != len(params):
            raise ArgumentError(f"groups has {len(groups)} entries; {len(params)}, one for each parameter, are needed")
        return [{"params": [p], "blocks": kind} for p, kind in zip(params, groups, strict=True)]
    return _by_name(params, groups)


def _by_name(params: list[Any], groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if not all(isinstance(p, tuple) and len(p) == 2 for p in params):
        raise ArgumentTypeError("params has no names, but groups names parameters; model.named_parameters() is needed")
    left, out = dict(params), []
    for names, kind, axis in named(groups, list(left)):
        out.append({"params": [(name, left.pop(name)) for name in names], "blocks": kind, "axis": axis})
    return out + [{"params": [(name, p)], "blocks": "free"} for name, p in left.items()]
