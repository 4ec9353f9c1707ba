"""Reads a safetensors file by its published rules, with json, struct and numpy alone.

Usage: read_safetensors.py FILE...   Exits 0 when every file is sound."""
import json
import struct
import sys

import numpy

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "U64": "<u8", "I32": "<i4",
          "U32": "<u4", "I16": "<i2", "U16": "<u2", "I8": "i1", "U8": "u1", "BOOL": "?"}


def unique(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), "duplicate keys"
    return dict(pairs)


def read(path):
    with open(path, "rb") as stream:
        content = stream.read()
    (length,) = struct.unpack("<Q", content[:8])
    assert length <= 100_000_000 and 8 + length <= len(content)
    assert length % 8 == 0, "the header is not padded"
    header = json.loads(content[8:8 + length].decode("utf-8"), object_pairs_hook=unique)
    assert content[8:9] == b"{"
    metadata = header.pop("__metadata__", {})
    assert all(isinstance(v, str) for v in metadata.values())
    data, end, tensors = content[8 + length:], 0, {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, last = entry["data_offsets"]
        dtype = numpy.dtype(DTYPES[entry["dtype"]])
        assert first == end and first % dtype.itemsize == 0, name
        tensors[name] = numpy.frombuffer(data[first:last], dtype).reshape(entry["shape"])
        end = last
    assert end == len(data), "bytes beyond the last tensor"
    return metadata, tensors


if __name__ == "__main__":
    for path in sys.argv[1:]:
        metadata, tensors = read(path)
        if metadata.get("schema") == "test/1":
            assert metadata["note"] == 'ein Bär "quoted"'
            assert tensors["net.0.weight"].shape == (2, 3)
            assert tensors["net.0.weight"][0, 1] == numpy.float32(1.5)
            assert list(tensors["net.0.bias"]) == [7, 8, 9]
            assert tensors["wide"][1] == -1e300 and tensors["scalar"] == 4
            assert list(tensors["tiny"]) == [1, 2, 3, 4, 5]
        if metadata.get("schema") == "orrery-model/1":
            for key in ("definition", "observation", "action", "transform", "training"):
                json.loads(metadata[key])
            assert all(t.dtype == numpy.float32 for t in tensors.values())
            assert all(numpy.isfinite(t).all() for t in tensors.values())
