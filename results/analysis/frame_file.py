"""A frame as bytes: a header in JSON, the arrays one after another, and a SHA-256 over both.

The same frame always gives the same bytes: no time, no name of a machine, no compression whose output could change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis.frame import Frame
from surveys.codebook import Codebook

MAGIC = b"barometer.frame/1\n"
DIGEST_BYTES = 32
LENGTH_BYTES = 8
MASKS = ("codes", "asked", "answered", "positions", "numbers")
DTYPES = {"codes": "|u1", "asked": "|u1", "answered": "|u1", "positions": "|i1", "numbers": "<f8", "weights": "<f8"}


def dump(frame: Frame) -> bytes:
    """The frame's bytes, the same for the same frame."""
    arrays, listed = [], []
    for kind, name, array in _arrays(frame):
        stored = np.ascontiguousarray(array.astype(DTYPES[kind], copy=False))
        listed.append([kind, name, list(stored.shape)])
        arrays.append(stored.tobytes())
    header = _canonical(
        {
            "size": frame.size,
            "scale": frame.scale.hex(),
            "codes": _codes(frame.codebook),
            "arrays": listed,
            "texts": [[name, list(texts)] for name, texts in sorted(frame.texts.items())],
        }
    )
    body = b"".join([MAGIC, len(header).to_bytes(LENGTH_BYTES, "little"), header, *arrays])
    return body + hashlib.sha256(body).digest()


def load(data: bytes, codebook: Codebook) -> Frame:
    """The frame in `data`. Raises ValueError if it is damaged, of another version or of another codebook."""
    body, digest = data[:-DIGEST_BYTES], data[-DIGEST_BYTES:]
    if not body.startswith(MAGIC):
        raise ValueError("this is not a frame of version 1")
    if hashlib.sha256(body).digest() != digest:
        raise ValueError("the frame is damaged: its checksum does not match")
    start = len(MAGIC) + LENGTH_BYTES
    stop = start + int.from_bytes(body[len(MAGIC) : start], "little")
    header = json.loads(body[start:stop])
    if header["codes"] != json.loads(_canonical(_codes(codebook))):
        raise ValueError("the frame belongs to another codebook")
    parts: dict[str, dict[str, NDArray[Any]]] = {kind: {} for kind in DTYPES}
    for kind, name, array in _read_arrays(header["arrays"], memoryview(body)[stop:]):
        parts[kind][name] = array
    weights = parts.pop("weights").get("")
    texts = dict(header["texts"])
    scale = float.fromhex(header["scale"])
    return Frame(codebook=codebook, size=header["size"], texts=texts, weights=weights, scale=scale, **parts)


def _arrays(frame: Frame) -> Iterator[tuple[str, str, NDArray[Any]]]:
    for kind in MASKS:
        for name, array in sorted(getattr(frame, kind).items()):
            yield kind, name, array
    if frame.weights is not None:
        yield "weights", "", frame.weights


def _read_arrays(listed: list[Any], data: memoryview) -> Iterator[tuple[str, str, NDArray[Any]]]:
    start = 0
    for kind, name, shape in listed:
        dtype = np.dtype(DTYPES[kind])
        stop = start + dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        yield kind, name, np.frombuffer(data[start:stop], dtype=dtype).reshape(shape).copy()
        start = stop


def _codes(codebook: Codebook) -> list[Any]:
    return [[variable.name, variable.holds, [code.code for code in variable.codes]] for variable in codebook]


def _canonical(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
