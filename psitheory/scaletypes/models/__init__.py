"""Scale types of models: all scaling symmetries of a forward pass, by unification over channels.

Every entry of every parameter has an exponent of its own; what the forward pass does with them asks for equations, and
what is left free are symmetries.  :mod:`rules` says what arithmetic asks for, :mod:`parameters` keeps the exponents of
weights without one unknown for each entry, :mod:`algebra` reads off what is free; interpreters of PyTorch, JAX and
NumPy stand on them.
"""
