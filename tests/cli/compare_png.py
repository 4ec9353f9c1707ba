"""compare_png.py MOST FIRST.png OTHER.png...: whether no value of a pixel differs by more than MOST
from the first picture's, which must not be of one colour. 8-bit RGB alone, by the standard library."""
import struct, sys, zlib


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def read(path):
    data, at, packed = open(path, "rb").read(), 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert (depth, colour) == (8, 2), "not 8-bit RGB"
        if kind == b"IDAT":
            packed += body
        at += length + 12
    stride, raw, above, rows = 3 * width, zlib.decompress(packed), bytes(3 * width), []
    for y in range(height):
        start = y * (stride + 1)
        how, row = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        for x in range(stride):
            left, corner = (row[x - 3], above[x - 3]) if x >= 3 else (0, 0)
            up = above[x]
            row[x] = (row[x] + (0, left, up, (left + up) // 2, paeth(left, up, corner))[how]) & 255
        rows.append(bytes(row))
        above = row
    return width, b"".join(rows)


most, (width, first) = int(sys.argv[1]), read(sys.argv[2])
good = len(set(first)) > 4
for path in sys.argv[3:]:
    other_width, other = read(path)
    apart = max(abs(a - b) for a, b in zip(first, other))
    print(f"{path}: {apart}")
    good = good and (other_width, len(other)) == (width, len(first)) and apart <= most
sys.exit(0 if good else 1)
