"""Operations that PyTorch takes apart before a trace sees them, as other devices and versions show them."""

# ruff: noqa: B008  # defaults keep what was drawn for a case

from __future__ import annotations

from typing import Any

import torch
from torch.utils._python_dispatch import _get_current_dispatch_mode, _pop_mode_temporarily

from tests.scaletypes.operation_law import Function, Operation

from .torch_operations import Made, along, entrywise, fixed, mask, words


def whole(name: str) -> Function:
    """Return an operation of PyTorch's which the mode that is on sees as one."""
    packet = getattr(torch.ops.aten, name.split(".")[0])
    op = getattr(packet, [*name.split("."), "default"][1])

    def call(*args: Any, **kwargs: Any) -> Any:
        if _get_current_dispatch_mode() is None:
            return op(*args, **kwargs)
        with _pop_mode_temporarily() as mode:
            return mode.__torch_dispatch__(op, (), args, kwargs)

    return call


def pooled(name: str, rank: int, *args: Any, positions: bool = False) -> Made:
    """Return a pooling; one to several positions is held for one that joins all."""

    def made(r: Any) -> Operation:
        f = whole(name)
        like = (lambda x: x.sum(tuple(range(2, 2 + rank)))) if positions else None
        return Operation(lambda x: f(x, *args), [(1, 2, *[2] * rank)], like)

    return made


def moved(name: str, shape: tuple[int, ...], *args: Any, **kwargs: Any) -> Made:
    return lambda r: Operation(lambda x, f=whole(name): f(x, *args, **kwargs), [shape])


CASES: dict[str, Made] = {
    **{
        name: entrywise(lambda x, f=whole(name): f(x) * 1)
        for name in words(
            "absolute negative positive contiguous conj conj_physical _conj_physical resolve_conj lift_fresh_copy "
            "square real log_sigmoid selu"
        )
    },
    "relu6": entrywise(whole("relu6"), like=torch.tanh),
    "imag": entrywise(lambda x: whole("imag")(x * 1j) * 1),
    **{name: entrywise(whole(f"{name}.Tensor"), 2) for name in words("multiply divide true_divide")},
    **{name: lambda r, f=whole(name): Operation(f, [(3,), (2,)]) for name in words("ger outer")},
    "_unsafe_view": moved("_unsafe_view", (2, 3), [3, 2]),
    "linear": lambda r: Operation(whole("linear"), [(4, 3), (2, 3), (2,)]),
    "nanmean": along(lambda x, a, f=whole("nanmean"): f(x, [a])),
    "l1_loss": lambda r: Operation(whole("l1_loss"), [(3, 2)] * 2),
    "argsort": along(lambda x, a, f=whole("argsort"): f(x, a), like=lambda x, a: x.max(a).values),
    "isclose": lambda r: Operation(
        lambda x, y, f=whole("isclose"): f(x, y, 1e-5, 0.0) * x, [(3,)] * 2, lambda x, y: [x, torch.maximum(x, y)]
    ),
    **{
        name: lambda r, f=whole(name): Operation(lambda x: f(x, torch.tensor([1, 0, 1])), [(3, 2)], torch.sum)
        for name in words("nll_loss")
    },
    "nll_loss2d": lambda r: Operation(
        lambda x, f=whole("nll_loss2d"): f(x, torch.ones(1, 2, 2, dtype=torch.long)), [(1, 3, 2, 2)], torch.sum
    ),
    # layers
    "max_pool1d": pooled("max_pool1d", 1, [2], positions=True),
    "max_pool2d": pooled("max_pool2d", 2, [2], positions=True),
    "max_pool3d": pooled("max_pool3d", 3, [2], positions=True),
    "max_pool1d_with_indices": pooled("max_pool1d_with_indices", 1, [2], positions=True),
    "avg_pool1d": pooled("avg_pool1d", 1, [2]),
    **{f"adaptive_avg_pool{k}d": pooled(f"adaptive_avg_pool{k}d", k, [1] * k) for k in (1, 2, 3)},
    "_adaptive_avg_pool3d": pooled("_adaptive_avg_pool3d", 3, [1] * 3),
    "adaptive_max_pool3d": pooled("adaptive_max_pool3d", 3, [1] * 3, positions=True),
    **{
        name: lambda r, f=whole(name): Operation(lambda x: f(x, [3, 4], False, None, None), [(1, 2, 2, 3)])
        for name in words("_upsample_bilinear2d_aa _upsample_bicubic2d_aa")
    },
    "_convolution": lambda r: Operation(
        lambda w, s, f=whole("_convolution"): f(
            fixed(2, 2, 3, 3) * s, w, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1, False, False, True, True
        ),
        [(3, 2, 2, 2), (2, 1, 1)],
    ),
    "_embedding_bag": lambda r: Operation(
        lambda x, f=whole("_embedding_bag"): f(x, torch.tensor([0, 2, 1]), torch.tensor([0, 1]))[0], [(4, 3)]
    ),
    "attention": lambda r: Operation(
        lambda q, k, v, f=whole("_scaled_dot_product_attention_math"): f(
            fixed(1, 2, 3, 2) * q, fixed(1, 2, 3, 2) * k, fixed(1, 2, 3, 2) * v, None, 0.0, True
        )[0],
        [(2, 1, 2)] * 3,
    ),
    "attention of three axes": lambda r: Operation(
        lambda q, k, v, f=whole("_scaled_dot_product_attention_math"): f(q, k, v, None, 0.0, True)[0],
        [(1, 3, 2), (1, 4, 2), (1, 4, 2)],
    ),
    "_native_batch_norm_legit_functional": lambda r: Operation(
        lambda x, g, f=whole("_native_batch_norm_legit_functional"): f(
            fixed(4, 3) * x, g, None, fixed(3), fixed(3).abs(), True, 0.1, 1e-3
        )[0],
        [(3,), (3,)],
    ),
    **{
        name: lambda r, f=whole(name): Operation(
            lambda x, g: f(fixed(4, 3) * x, g, None, fixed(3), fixed(3).abs(), 0.1, 1e-3)[0], [(3,), (3,)]
        )
        for name in words("_batch_norm_with_update _batch_norm_with_update_functional")
    },
    **{
        name: lambda r, f=whole(name): Operation(
            lambda x, g: f(fixed(4, 3) * x, g, None, fixed(3), fixed(3).abs(), 0.1, 1e-3)[0],
            [(3,), (3,)],
            lambda x, g: [torch.tanh(x), g * 1],
        )
        for name in words("_native_batch_norm_legit_no_training _batch_norm_no_update")
    },
    # rearrangements
    **{
        f"upsample_nearest{k}d{of}": lambda r, f=whole(f"{of}upsample_nearest{e}{k}d"), k=k: Operation(
            lambda x: f(x, [3] * k, *[None] * k), [(1, 2, *[2] * k)]
        )
        for of, e, k in (("", "", 1), ("", "", 3), ("_", "_exact", 1), ("_", "_exact", 2))
    },
    **{
        f"{name}{k}d": lambda r, f=whole(f"{name}{k}d"), k=k: Operation(lambda x: f(x, [1, 1] * k), [(1, 2, *[2] * k)])
        for name, k in (("reflection_pad", 1), ("reflection_pad", 2), ("reflection_pad", 3), ("replication_pad", 2),
                        ("replication_pad", 3))
    },
    "permute_copy": moved("permute_copy", (2, 3), [1, 0]),
    "view_copy": moved("view_copy", (2, 3), [3, 2]),
    "_reshape_copy": moved("_reshape_copy", (2, 3), [3, 2]),
    "expand_copy": moved("expand_copy", (1, 3), [2, 3]),
    "select_copy": moved("select_copy.int", (2, 3), 1, 0),
    "slice_copy": moved("slice_copy.Tensor", (3, 3), 0, 1, 3),
    "unfold_copy": moved("unfold_copy", (3, 2), 0, 2, 1),
    "split_copy": moved("split_copy.Tensor", (3, 2), 2),
    "split_with_sizes_copy": moved("split_with_sizes_copy", (3, 2), [1, 2]),
    "unbind_copy": moved("unbind_copy.int", (2, 3), 1),
    "unsafe_split": moved("unsafe_split.Tensor", (3, 2), 2),
    "unsafe_split_with_sizes": moved("unsafe_split_with_sizes", (3, 2), [1, 2]),
    "diag": moved("diag", (3, 3)),
    "tile": moved("tile", (2, 3), [2, 1]),
    "take_along_dim": moved("take_along_dim", (2, 3), torch.tensor([[1, 0, 1]]), 0),
    "masked_select": lambda r: Operation(lambda x, f=whole("masked_select"): f(x, mask(2, 3)), [(2, 3)]),
    "native_channel_shuffle": moved("native_channel_shuffle", (1, 4, 2, 1), 2),
    "repeat_interleave": moved("repeat_interleave.self_int", (2, 3), 2, 1),
    "_unsafe_index": moved("_unsafe_index.Tensor", (3, 2), [torch.tensor([2, 0, 2])]),
    "_index_put_impl": lambda r: Operation(
        lambda x, y, f=whole("_index_put_impl_"): f(x.clone(), [torch.tensor([0, 2])], y), [(3, 2), (2, 2)]
    ),
    # made, and told of what comes in
    "new_ones": entrywise(lambda x, f=whole("new_ones"): f(x, [4, 2, 1])[0] * x[0, 0]),
    "new_zeros": entrywise(lambda x, f=whole("new_zeros"): f(x, list(x.shape)) + x),
    "new_empty": entrywise(lambda x, f=whole("new_empty"): f(x, list(x.shape)).fill_(0.0) + x),
    **{
        name: entrywise(lambda x, f=whole(name): (f(x) > 0) * x * 0 + x)
        for name in words("randn_like rand_like")
    },
    **{
        name: entrywise(lambda x, f=whole(f"{name}_"), a=a: (f(torch.empty(3).double(), *a) * 0 + 1).sum() * x)
        for name, a in (("uniform", ()), ("random", ()), ("exponential", ()), ("geometric", (0.5,)), ("normal", ()))
    },
    **{
        name: entrywise(lambda x, f=whole(name): torch.where(f(x), 0.0, x)) for name in words("isnan isinf")
    },
    **{
        name: entrywise(lambda x, y, f=whole(name): f(x > 0, y > 0) * x * y, 2)
        for name in words("logical_or logical_xor")
    },
    **{
        name: entrywise(lambda x, y, f=whole(f"{name}.Tensor"): f(x > 0, y > 0) * x * y, 2)
        for name in words("bitwise_and bitwise_or bitwise_xor")
    },
    "bitwise_not": entrywise(lambda x: whole("bitwise_not")(x > 0) * x),
    **{name: entrywise(lambda x, f=whole(name): f(x > 0) * x) for name in words("all any")},
}  # fmt: skip
