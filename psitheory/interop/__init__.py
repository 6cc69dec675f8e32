"""Adapters to other libraries; each module is imported on demand, and needs its library."""

from psitheory.frameworks import register

register(
    "torch",
    loss_function="psitheory.interop.torch_model:loss_function",
    loss_functions="psitheory.interop.torch_model:loss_functions",
    optimizer="psitheory.interop.torch_optimizer:OfTorch",
)
register(
    "jax",
    loss_function="psitheory.interop.jax:loss_function",
    optimizer="psitheory.interop.optax:OfPair",
)
