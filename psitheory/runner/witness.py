"""Witnesses: inputs as a person reads them, and as plain data from which they are rebuilt to the last bit."""

from __future__ import annotations

import dataclasses
import importlib
import json
import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic import RATIONALS
from psitheory.checking import Witness
from psitheory.errors import ArgumentError, shown
from psitheory.layout import Layout, Part

HOME = "the file of the law"
"""What a witness calls the module of a law in a file of the user's, wherever it lies and whatever its name."""

FILE_MODULE = "psitheory_file_"
LONGEST_NUMBER = 4000
"""Digits of a number in a witness; Python itself refuses to read numbers of more than 4300."""

_RATIO = re.compile(r"[+-]?[0-9]+(/[0-9]+)?")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?(E[+-]?[0-9]{1,4})?|Infinity|s?NaN[0-9]*)")


def witness(kind: str, inputs: Mapping[str, Any], left: str, right: str) -> Witness:
    """Return the inputs of one case as a witness."""
    return Witness(
        shown={name: show(value) for name, value in inputs.items()},
        inputs={name: encode(value) for name, value in inputs.items()},
        left=left,
        right=right,
        kind=kind,
    )


def show(value: Any) -> str:
    """Return ``value`` as a person reads it: short floats, ratios, the fields of a model."""
    if isinstance(value, np.ndarray):
        if value.size > 24:
            return f"array of shape {value.shape}"
        if value.dtype == object:
            return str([show(x) for x in value]).replace("'", "") if value.ndim == 1 else _nested(value)
        return np.array2string(value, separator=" ", max_line_width=10_000).replace("\n", "")
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.12g}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value) if f.init and f.repr)
        return f"{type(value).__name__}({', '.join(f'{name}={show(item)}' for name, item in fields)})"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(show, value))}]"
    try:
        return str(value)
    except Exception:  # somebody's class may raise anything
        return shown(value)


def _nested(array: Any) -> str:
    return str(np.frompyfunc(str, 1, 1)(array).tolist()).replace("'", "")


def encode(value: Any) -> Any:
    """Return ``value`` as plain data (JSON): floats in hex, ratios as text, objects by their import path.

    What cannot be rebuilt (a function, an open file) becomes ``{"opaque": repr}``.
    """
    if value is None or isinstance(value, (bool, str)) or type(value) is int:
        return value
    if isinstance(value, (np.integer, np.bool_)):
        return value.item()
    if isinstance(value, (float, np.floating)):
        return {"float": float(value).hex()}
    if isinstance(value, (complex, np.complexfloating)):
        return {"complex": [float(value.real).hex(), float(value.imag).hex()]}
    if isinstance(value, (Fraction, Decimal)):
        return {"fraction" if isinstance(value, Fraction) else "decimal": str(value)}
    if _is_ratio(value):
        return {"ratio": str(value)}
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    if isinstance(value, Layout):
        return {"layout": [[part.name, list(part.shape), part.blocks] for part in value.parts]}
    if isinstance(value, tuple):
        return {"tuple": [encode(item) for item in value]}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, (set, frozenset)):
        name = "set" if isinstance(value, set) else "frozenset"
        return {name: sorted((encode(item) for item in value), key=json.dumps)}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(item)] for key, item in value.items()]}
    kind = type(value)
    if dataclasses.is_dataclass(value) and "<locals>" not in kind.__qualname__:
        fields = {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value) if f.init}
        module = HOME if kind.__module__.startswith(FILE_MODULE) else kind.__module__
        return {"object": f"{module}:{kind.__qualname__}", "fields": fields}
    return {"opaque": shown(value)}


def _is_ratio(value: Any) -> bool:
    return isinstance(value, Fraction) or type(value).__name__ in ("fmpq", "fmpz")


def _encode_array(array: Any) -> Any:
    if array.dtype.kind == "f":
        entries = [float(x).hex() for x in array.flat]
    elif array.dtype == object and all(_is_ratio(x) or type(x) is int for x in array.flat):
        entries = [str(x) for x in array.flat]
    elif array.dtype.kind in "iub":
        entries = array.ravel().tolist()
    else:
        return {"opaque": shown(array)}
    name = "rational" if array.dtype == object else str(array.dtype)
    return {"array": entries, "shape": list(array.shape), "dtype": name}


def decode(data: Any, home: str = "") -> Any:
    """Return the value that :func:`encode` made ``data`` of.

    ``home`` is the module of the law, whose own classes a witness names without saying where its file lies.

    Raises
    ------
    ArgumentError
        If the data holds something that was not encoded by value.
    """
    if isinstance(data, list):
        return [decode(item, home) for item in data]
    if not isinstance(data, dict):
        return data
    match data:
        case {"float": text}:
            return float.fromhex(text)
        case {"ratio": text}:
            return RATIONALS.element(_ratio(text))
        case {"fraction": text}:
            return _ratio(text)
        case {"decimal": text}:
            return _decimal(text)
        case {"complex": [real, imaginary]}:
            return complex(float.fromhex(real), float.fromhex(imaginary))
        case {"set": items}:
            return {decode(item, home) for item in items}
        case {"frozenset": items}:
            return frozenset(decode(item, home) for item in items)
        case {"array": entries, "shape": shape, "dtype": dtype}:
            return _decode_array(entries, shape, dtype)
        case {"layout": parts}:
            return Layout(*(Part(name, tuple(shape), blocks) for name, shape, blocks in parts))
        case {"tuple": items}:
            return tuple(decode(item, home) for item in items)
        case {"dict": items}:
            return {decode(key, home): decode(item, home) for key, item in items}
        case {"object": path, "fields": fields}:
            module, name = path.split(":")
            kind: Any = _loaded(home if module == HOME else module)
            for part in name.split("."):
                kind = getattr(kind, part)
            if not dataclasses.is_dataclass(kind):
                raise ArgumentError(f"witness names {path}, which is no dataclass; only data is rebuilt")
            make: Any = kind
            return make(**{key: decode(item, home) for key, item in fields.items()})
    raise ArgumentError(
        f"witness holds {shown(data)}, which cannot be rebuilt from data; draw this input from data alone"
    )


def _loaded(module: str) -> Any:
    """Return a module that is loaded already, as all that a theorem's inputs are made of are: a witness loads none."""
    if module.split(".")[0] == "psitheory":
        return importlib.import_module(module)
    if module not in sys.modules:
        raise ArgumentError(
            f"witness names the module {module!r}, which the theorem has not loaded; only data is rebuilt"
        )
    return sys.modules[module]


def _ratio(text: Any) -> Fraction:
    """Return a ratio written as such: an exponent could stand for more digits than there is memory."""
    if not (isinstance(text, str) and _RATIO.fullmatch(text)):
        raise ArgumentError(f"witness holds the ratio {shown(text)}; whole numbers 'p' or 'p/q' are needed")
    top, _, bottom = text.partition("/")
    if max(len(top), len(bottom)) > LONGEST_NUMBER or bottom.strip("0") == "" != bottom:
        raise ArgumentError(
            f"witness holds the ratio {shown(text)}; up to {LONGEST_NUMBER} digits over no zero are needed"
        )
    return Fraction(int(top), int(bottom or 1))


def _decimal(text: Any) -> Decimal:
    """Return a decimal number of so many digits, whose exponent has four at most."""
    if not (isinstance(text, str) and len(text) <= LONGEST_NUMBER and _DECIMAL.fullmatch(text)):
        raise ArgumentError(f"witness holds the decimal {shown(text)}; digits, as of '-1.25' or '1E-7', are needed")
    return Decimal(text)


def _decode_array(entries: list[Any], shape: list[int], dtype: str) -> Any:
    if dtype == "rational":
        return RATIONALS.asarray([_ratio(x) for x in entries]).reshape(shape)
    values = [float.fromhex(x) for x in entries] if dtype.startswith("float") else entries
    return np.array(values, dtype=dtype).reshape(shape)
