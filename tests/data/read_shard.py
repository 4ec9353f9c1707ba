"""Reads what sample_probe wrote with h5py, as stable-worldmodel does. Exit 77: no h5py here."""
import math
import os
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

STEPS = [7, 1, 12, 5, 20, 9, 3]  # sample_steps
COLUMNS = {
    "state": ("<f4", 3), "action": ("<f4", 2), "reward": ("<f4", 0), "terminated": ("bool", 0),
    "truncated": ("bool", 0), "success": ("bool", 0), "contact": ("bool", 0),
    "step_idx": ("<i4", 0), "ep_idx": ("<i8", 0), "seed": ("<i8", 0),
    "reset_episode": ("<i8", 0), "source": ("<i8", 0), "policy": ("<i4", 0),
}

PICTURES = {"pixels": ("u1", (6, 8, 3)), "depth": ("<f4", (4, 5)), "segmentation": ("u1", (7, 4))}


def frame(name, n, t):
    height, width = PICTURES[name][1][:2]
    y, x = np.mgrid[:height, :width]
    if name == "pixels":
        shade = 37 * n + 11 * t + 7 * y[..., None] + 3 * x[..., None] + np.arange(3)
        return (shade % 256).astype("u1")
    if name == "segmentation":
        return ((n + t + x * y) % 7).astype("u1")
    return np.where(x + y == 4, np.inf, n + t / 8 + (y * width + x) / 64).astype("f4")


def check_episode(file, row, n, steps):
    rows = slice(row, row + steps + 1)
    t = np.arange(steps + 1)
    state = 1000 * n + 10 * t[:, None] + np.arange(3)[None]
    assert np.array_equal(file["state"][rows], state.astype("f4")), n
    action = file["action"][rows]
    expected = -(n + t[:-1, None] / 16 + np.arange(2)[None] / 4)
    assert np.array_equal(action[:-1], expected.astype("f4")), n
    assert np.isnan(action[-1]).all(), "the last row's action is NaN"
    reward = file["reward"][rows]
    assert math.isnan(reward[0]), "the first row's reward is NaN"
    assert np.array_equal(reward[1:], t[:-1] / np.float32(8)), n
    last = t == steps
    assert np.array_equal(file["terminated"][rows], last & (n % 2 == 0)), n
    assert np.array_equal(file["truncated"][rows], last & (n % 2 == 1)), n
    assert np.array_equal(file["success"][rows], (n % 2 == 0) & (t + 1 >= steps) & (t > 0)), n
    assert np.array_equal(file["contact"][rows], t % 3 == 2), n
    assert np.array_equal(file["step_idx"][rows], t), n
    seed = n + (1 << 63 if n % 2 else 0)
    assert (file["seed"][rows].astype("u8") == np.uint64(seed)).all(), n
    for name, value in {"ep_idx": n, "reset_episode": 100 + n, "source": n // 2,
                        "policy": n % 6}.items():
        assert (file[name][rows] == value).all(), (name, n)


def check_file(path, first, count, extra=()):
    with h5py.File(path, "r", swmr=True, rdcc_nbytes=1 << 20) as file:
        seen = [name for name in PICTURES if name in file]
        extra = [*extra, *seen]
        assert len(seen) == (len(PICTURES) if SEEN else 0), seen
        assert set(file) == set(COLUMNS) | {"ep_len", "ep_offset"} | set(extra), list(file)
        lengths, offsets = file["ep_len"][:], file["ep_offset"][:]
        steps = STEPS[first:first + count]
        assert lengths.dtype == "<i4" and offsets.dtype == "<i8"
        assert list(lengths) == [s + 1 for s in steps]
        assert list(offsets) == list(np.cumsum([0] + list(lengths[:-1])))
        for name, (kind, width) in COLUMNS.items():
            column = file[name]
            shape = (sum(lengths), width) if width else (sum(lengths),)
            assert column.shape == shape and column.dtype == np.dtype(kind), (name, column)
        for i, n in enumerate(range(first, first + count)):
            check_episode(file, int(offsets[i]), n, STEPS[n])
            for t in range(STEPS[n] + 1):
                for name in seen:
                    assert np.array_equal(file[name][offsets[i] + t], frame(name, n, t)), (name, t)
        for name in seen:
            kind, shape = PICTURES[name]
            assert file[name].shape == (sum(lengths), *shape) and file[name].dtype == kind, name
        assert isinstance(file.attrs["scenario"], str) and "süß" in file.attrs["scenario"]
        return dict(file.attrs), {name: file[name][:] for name in extra}


def check_folder(folder):
    attrs, _ = check_file(f"{folder}/train-00000.h5", 0, 3)
    assert attrs["orrery_schema"] == "orrery-shard/1"
    assert attrs["split"] == "train" and attrs["scenario_id"] == "sample"
    assert float(attrs["control_dt"]) == 0.1 and int(attrs["data_seed"]) == 2**64 - 1
    assert len(attrs["world_hash"]) == 32 and "block of k" in attrs["block"]
    with h5py.File(f"{folder}/train-00000.h5") as file:
        for name in COLUMNS:
            assert file[name].chunks is None, f"{name} is contiguous"
            assert file[name].id.get_offset() % 64 == 0, f"{name} is aligned"
        for name in PICTURES if SEEN else ():
            column = file[name]
            assert column.chunks == (1, *PICTURES[name][1]), f"{name}: one frame a chunk"
            assert column.compression == "gzip" and column.compression_opts == 1, name
    check_file(f"{folder}/train-00001.h5", 3, 2)
    check_file(f"{folder}/held-out-00000.h5", 5, 2)
    attrs, extra = check_file(f"{folder}/all.h5", 0, 7, ["split"])
    assert attrs["orrery_schema"] == "orrery-dataset/1"
    assert extra["split"].dtype == "<i4"
    assert list(extra["split"]) == [0] * sum(s + 1 for s in STEPS[:5]) + [1] * sum(
        s + 1 for s in STEPS[5:])


PROBE = os.path.abspath(sys.argv[1])
for SEEN in (False, True):
    with tempfile.TemporaryDirectory() as outside:
        folder = os.path.join(outside, "a", "b")
        page = subprocess.run([PROBE, folder, "seen" if SEEN else "plain"],
                              check=True, capture_output=True, text=True).stdout
        assert "train-00001.h5" in page and "2 diverged" in page, page
        check_folder(folder)
        moved = os.path.join(outside, "moved")  # all.h5 names the shards beside it
        os.rename(folder, moved)
        os.chdir("/")
        check_folder(moved)
print("h5py", h5py.version.version, "reads what was written")
