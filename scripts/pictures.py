"""What scripts/scenarios and scripts/gallery share: calling the program, and pictures in few bytes."""
import os
import struct
import subprocess
import zlib

PICTURES = "docs/pictures"


def orrery(*arguments):
    program = os.environ.get("ORRERY", "build/release/orrery")
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, check=True, text=True).stdout


def replace(path, data):
    """Written only when it differs."""
    if not os.path.exists(path) or open(path, "rb").read() != data:
        with open(path, "wb") as file:
            file.write(data)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(png):
    """The same picture in fewer bytes: the program writes PNG for speed."""
    at, head, pixels = 8, b"", b""
    while at < len(png):
        count, kind = struct.unpack(">I4s", png[at : at + 8])
        data = png[at + 8 : at + 8 + count]
        head += data if kind == b"IHDR" else b""
        pixels += data if kind == b"IDAT" else b""
        at += 12 + count
    pixels = zlib.compress(zlib.decompress(pixels), 9)
    return png[:8] + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
