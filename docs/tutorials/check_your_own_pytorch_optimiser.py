"""
Check your own PyTorch optimiser
================================

Hand over the optimiser as it is: a function of parameters that returns it.  The check steps it on scale-invariant
losses from equivalent starts, and derives, operation by operation, how each of its numbers scales.

A home-made optimiser
---------------------
"""

import torch

from psitheory import check_optimizer


class NormalisedSGD(torch.optim.Optimizer):
    """A step of fixed length along the gradient of each tensor."""

    def __init__(self, params, lr=0.01, eps=0.0):
        super().__init__(params, {"lr": lr, "eps": eps})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.sub_(group["lr"] * p.grad / (p.grad.norm() + group["eps"]))


report = check_optimizer(lambda params: NormalisedSGD(params))
report

# %%
# Its rate must grow like the length of the weights for its class path to stay: the exponent is 1.

print(report.properties["exponent"])
assert report.properties["exponent"] == 1

# %%
# Stochastic gradient descent on the quotient
# -------------------------------------------
#
# ``PSISGD`` multiplies each block's gradient by its squared norm, and treats equivalent weights alike at any scale.  A
# factory that takes ``groups`` is told which weights are blocks.

from psitheory.interop.torch import PSISGD

ours = check_optimizer(lambda params, groups: PSISGD(params, lr=0.1, groups=groups))
print(ours.properties)
ours
