"""Exports the sample data set, without pictures, with small and with larger ones, and compares every
value with the data set's own files, by h5py alone. Exit 77: no h5py here.

    check_export.py SAMPLE_PROBE ORRERY
"""
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

PROBE, ORRERY = map(os.path.abspath, sys.argv[1:3])
STEPS = [7, 1, 12, 5, 20, 9, 3]  # sample_steps; the last two are held out
HELD_OUT = [False] * 5 + [True] * 2
POLICIES = ["random", "weak", "expert", "replay", "model", "human"]
BOUNDS = {"seen": None, "plain": None, "wide": np.array([[-8, -10], [0, 2]], "f8")}


def export(*arguments, code=0):
    done = subprocess.run([ORRERY, "export", *arguments, "--quiet"], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done)
    return done.stdout + done.stderr


def same(found, expected, kind=None):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, (found.shape, expected.shape)
    assert kind is None or found.dtype == kind, found.dtype
    assert np.array_equal(found, expected), (found, expected)


def decode_png(data):
    """8-bit grey or RGB without filters; every checksum is checked."""
    data = bytes(data)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, []
    while at < len(data):
        length, = struct.unpack(">I", data[at:at + 4])
        kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + body)
        chunks.append((kind, body))
        at += 12 + length
    assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (depth, rest) == (8, [0, 0, 0])
    channels = {0: 1, 2: 3}[colour]
    rows = np.frombuffer(zlib.decompress(chunks[1][1]), "u1").reshape(height, 1 + width * channels)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape((height, width, 3) if channels == 3 else (height, width))


class Source:
    def __init__(self, folder):
        self.file = h5py.File(f"{folder}/all.h5")
        self.pictures = [n for n in ("pixels", "depth", "segmentation") if n in self.file]

    def episode(self, number):
        first, rows = self.file["ep_offset"][number], self.file["ep_len"][number]
        return {name: self.file[name][first:first + rows] for name in self.file
                if name not in ("ep_len", "ep_offset")}


def check_origin(attrs, episode, number):
    assert int(attrs["seed"]) == int(episode["seed"][0]) % 2**64
    assert attrs["reset_episode"] == 100 + number and attrs["source"] == number // 2
    assert attrs["episode"] == number and attrs["policy"] == POLICIES[number % 6]
    assert attrs["split"] == ("held-out" if HELD_OUT[number] else "train")
    assert attrs["terminated"] == episode["terminated"][-1]


# Minari ---------------------------------------------------------------------------------------


def space(text, pictures):
    """The shape, type and bounds of every leaf."""
    boxes = json.loads(text)
    boxes = boxes["subspaces"] if boxes["type"] == "Dict" else {"": boxes}
    out = {}
    for name, box in boxes.items():
        assert box["type"] == "Box"
        low, high = (np.array(box[side], box["dtype"]) for side in ("low", "high"))
        assert low.shape == high.shape == tuple(box["shape"])
        out[name] = (box["dtype"], low, high)
    assert list(out) == (["state", *pictures] if pictures else [""])
    return out


def check_spaces(metadata, source, kind):
    spaces = space(metadata["observation_space"], source.pictures)
    dtype, low, high = spaces["state" if source.pictures else ""]
    assert dtype == "float32"
    same(low, [0, 0, -np.inf])
    same(high, [512, 512, np.inf])
    for name in source.pictures:
        dtype, low, high = spaces[name]
        assert dtype == str(source.file[name].dtype) and low.shape == source.file[name].shape[1:]
        top = {"pixels": 255, "depth": np.inf, "segmentation": 254}[name]
        assert (low == 0).all() and (high == top).all(), name
    dtype, low, high = space(metadata["action_space"], [])[""]
    expected = [[0, 0], [512, 512]] if BOUNDS[kind] is None else BOUNDS[kind]
    same(np.stack([low, high]), expected)


def check_minari(folder, source, kind, numbers, name):
    assert sorted(os.listdir(folder)) == ["data"]
    assert sorted(os.listdir(f"{folder}/data")) == ["main_data.hdf5", "metadata.json"]
    metadata = json.load(open(f"{folder}/data/metadata.json"))
    assert metadata["dataset_id"] == name and metadata["minari_version"] == "0.5.3"
    assert metadata["total_episodes"] == len(numbers) and metadata["data_format"] == "hdf5"
    assert metadata["total_steps"] == sum(STEPS[n] for n in numbers)
    assert metadata["control_dt"] == 0.1 and "süß" in metadata["orrery_scenario"]
    check_spaces(metadata, source, kind)
    with h5py.File(f"{folder}/data/main_data.hdf5") as file:
        assert set(file) == {f"episode_{i}" for i in range(len(numbers))}
        for i, number in enumerate(numbers):
            check_minari_episode(file[f"episode_{i}"], source, number, i)


def check_minari_episode(group, source, number, i):
    episode, steps = source.episode(number), STEPS[number]
    assert group.attrs["id"] == i and group.attrs["total_steps"] == steps
    check_origin(group.attrs, episode, number)
    assert set(group) == {"observations", "actions", "rewards", "terminations", "truncations", "infos"}
    same(group["actions"], episode["action"][:-1], "f4")
    same(group["rewards"], episode["reward"][1:], "f8")
    same(group["terminations"], episode["terminated"][1:], "bool")
    same(group["truncations"], episode["truncated"][1:], "bool")
    assert set(group["infos"]) == {"success", "contact", "held_out"}
    same(group["infos/success"], episode["success"], "bool")
    same(group["infos/contact"], episode["contact"], "bool")
    same(group["infos/held_out"], [HELD_OUT[number]] * (steps + 1), "bool")
    assert group["actions"].maxshape == (None, 2)  # Minari appends
    observations = group["observations"]
    if not source.pictures:
        same(observations, episode["state"], "f4")
        return
    assert set(observations) == {"state", *source.pictures}
    same(observations["state"], episode["state"], "f4")
    for name in source.pictures:
        column = observations[name]
        if h5py.check_vlen_dtype(column.dtype):
            assert name == "pixels" and column.dtype.metadata["vlen"] == np.uint8
            same(np.stack([decode_png(png) for png in column]), episode[name], "u1")
        else:
            assert name != "pixels" or min(column.shape[1:3]) < 32
            same(column, episode[name], episode[name].dtype)


# robomimic ------------------------------------------------------------------------------------


def check_robomimic(path, source, kind, numbers, raw):
    with h5py.File(path) as file:
        held_out = [HELD_OUT[n] for n in numbers]
        masks = {"train": [i for i, held in enumerate(held_out) if not held],
                 "valid": [i for i, held in enumerate(held_out) if held]}
        assert set(file) == {"data", "mask"}
        assert set(file["mask"]) == {name for name in masks if masks[name]}
        for name in file["mask"]:
            found = [word.decode() for word in file["mask"][name][:]]
            assert found == [f"demo_{i}" for i in masks[name]], found
        assert file["data"].attrs["total"] == sum(STEPS[n] for n in numbers)
        env = json.loads(file["data"].attrs["env_args"])
        assert env["env_name"] == "sample" and env["type"] == 2
        assert "süß" in env["env_kwargs"]["scenario"] and env["actions_normalised"] == (not raw)
        assert set(file["data"]) == {f"demo_{i}" for i in range(len(numbers))}
        for i, number in enumerate(numbers):
            check_demo(file[f"data/demo_{i}"], source, number, None if raw else BOUNDS[kind])


def check_demo(group, source, number, bounds):
    episode, steps = source.episode(number), STEPS[number]
    assert group.attrs["num_samples"] == steps
    check_origin(group.attrs, episode, number)
    assert set(group) == {"states", "actions", "rewards", "dones", "obs", "next_obs"}
    same(group["states"], episode["state"][:-1], "f4")
    actions = episode["action"][:-1].astype("f8")
    if bounds is not None:
        actions = 2 * (actions - bounds[0]) / (bounds[1] - bounds[0]) - 1
        assert abs(group["actions"][:]).max() <= 1 and np.ptp(actions) > 0
    assert np.allclose(group["actions"], actions, rtol=0, atol=1e-14), number
    same(group["rewards"], episode["reward"][1:], "f8")
    same(group["dones"], [0] * (steps - 1) + [1], "i8")
    for name, rows in (("obs", slice(0, steps)), ("next_obs", slice(1, steps + 1))):
        assert set(group[name]) == {"state", *source.pictures}
        same(group[name]["state"], episode["state"][rows], "f4")
        for picture in source.pictures:
            expected = episode[picture][rows]
            if expected.ndim == 3:
                expected = expected[..., None]
            same(group[name][picture], expected, expected.dtype)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def check_kind(kind, outside):
    folder = os.path.join(outside, kind)
    subprocess.run([PROBE, folder, kind], check=True, capture_output=True)
    source, everything = Source(folder), range(7)
    raw = ["--raw-actions"] if BOUNDS[kind] is None else []
    minari, robomimic = os.path.join(outside, f"{kind}-m"), os.path.join(outside, f"{kind}.hdf5")
    text = export(folder, "--to", "minari", "-o", minari, "--threads", "1")
    assert "7 episodes (2 held out), 57 steps" in text and "orrery/sample-v0" in text, text
    check_minari(minari, source, kind, everything, "orrery/sample-v0")
    first = read(f"{minari}/data/main_data.hdf5")
    assert "already there" in export(folder, "--to", "minari", "-o", minari, code=2)
    export(folder, "--to", "minari", "-o", minari, "--force", "--threads", "3")
    assert read(f"{minari}/data/main_data.hdf5") == first, "threads change no byte"
    export(folder, "--to", "robomimic", "-o", robomimic, *raw)
    check_robomimic(robomimic, source, kind, everything, bool(raw))
    if raw:
        assert "outside of its bounds" in export(folder, "--to", "robomimic", "-o", "no.hdf5", code=1)
    else:
        export(folder, "--to", "robomimic", "-o", robomimic, "--raw-actions", "--force")
        check_robomimic(robomimic, source, kind, everything, True)
    for split, numbers in (("train", range(5)), ("held-out", range(5, 7))):
        there = os.path.join(outside, f"{kind}-{split}")
        export(folder, "--to", "minari", "--split", split, "--id", "a/b/c-v12", "-o", there)
        check_minari(there, source, kind, numbers, "a/b/c-v12")
        export(folder, "--to", "robomimic", "--split", split, "-o", there + ".hdf5", *raw)
        check_robomimic(there + ".hdf5", source, kind, numbers, bool(raw))
    export(f"{folder}/train-00001.h5", "--to", "minari", "-o", f"{outside}/{kind}-shard/")
    check_minari(f"{outside}/{kind}-shard", source, kind, range(3, 5), "orrery/sample-v0")


with tempfile.TemporaryDirectory() as outside:
    os.chdir(outside)
    for kind in BOUNDS:
        check_kind(kind, outside)
    left = [name for _, folders, files in os.walk(outside) for name in folders + files if "orr-" in name]
    assert not left, left
print("h5py", h5py.version.version, "finds every value in the exported files")
