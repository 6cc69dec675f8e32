"""PyTorch's short cuts are off while a forward pass is read, and as they were before when it has ended."""

from __future__ import annotations

from contextlib import suppress

import pytest
import torch

from psitheory.scaletypes.models.torch.trace import plain_kernels


def switches() -> tuple[bool, bool]:
    return torch.backends.mha.get_fastpath_enabled(), torch._C._get_mkldnn_enabled()


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("raises", [True, False])
def test_short_cuts_are_as_before_whatever_happens_inside(fast: bool, fused: bool, raises: bool) -> None:
    before = switches()
    try:
        torch.backends.mha.set_fastpath_enabled(fast)
        torch._C._set_mkldnn_enabled(fused)
        with suppress(ZeroDivisionError), plain_kernels():
            assert switches() == (False, False)
            if raises:
                raise ZeroDivisionError
        assert switches() == (fast, fused)
    finally:
        torch.backends.mha.set_fastpath_enabled(before[0])
        torch._C._set_mkldnn_enabled(before[1])
