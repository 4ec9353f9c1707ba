"""Opens all.h5 of a data set with pictures by stable-worldmodel's own reader and compares every
window with what was put. Exit 77: the package is not here.

    pip install stable-worldmodel h5py hdf5plugin imageio opencv-python-headless
    cmake --preset release -DORRERY_PEER_PYTHON=<that Python>
"""
import os
import subprocess
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")
try:
    import numpy as np
    from stable_worldmodel.data import HDF5Dataset
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

STEPS = [7, 1, 12, 5, 20, 9, 3]  # sample_steps
SKIP, LENGTH = 2, 3  # 3 observations, 2 control steps apart
PICTURES = {"pixels": (6, 8), "depth": (4, 5), "segmentation": (7, 4)}


def frame(name, n, t):
    """tests/data/sample.h; pixels with the colours first, as the reader turns them."""
    height, width = PICTURES[name]
    y, x = np.mgrid[:height, :width]
    if name == "pixels":
        c = np.arange(3)[:, None, None]
        return ((37 * n + 11 * t + 7 * y + 3 * x + c) % 256).astype("u1")
    if name == "segmentation":
        return ((n + t + x * y) % 7).astype("u1")
    return np.where(x + y == 4, np.inf, n + t / 8 + (y * width + x) / 64).astype("f4")


def check_window(item, n, start):
    times = [start + i * SKIP for i in range(LENGTH)]
    for name in PICTURES:
        expected = np.stack([frame(name, n, t) for t in times])
        found = item[name].numpy()
        assert found.dtype == expected.dtype and found.shape == expected.shape, (name, found.shape)
        assert np.array_equal(found, expected), (name, n, start)
    state = np.array([[1000 * n + 10 * t + i for i in range(3)] for t in times], "f4")
    assert np.array_equal(item["state"].numpy(), state), (n, start)
    steps = np.arange(start, start + SKIP * LENGTH)
    action = -(n + steps[:, None] / 16 + np.arange(2)[None] / 4)
    action[steps == STEPS[n]] = np.nan  # no action is taken after the last observation
    found = item["action"].numpy().reshape(-1, 2)
    assert np.array_equal(found, action.astype("f4"), equal_nan=True), (n, start, found)


with tempfile.TemporaryDirectory() as outside:
    folder = os.path.join(outside, "data")
    subprocess.run([sys.argv[1], folder, "seen"], check=True, capture_output=True)
    dataset = HDF5Dataset(path=f"{folder}/all.h5", frameskip=SKIP, num_steps=LENGTH)
    assert list(dataset.lengths) == [s + 1 for s in STEPS]
    assert set(PICTURES) | {"state", "action", "reward", "ep_idx"} <= set(dataset.column_names)
    seen = set()
    for i in range(len(dataset)):
        item = dataset[i]
        n, start = int(item["ep_idx"][0]), int(item["step_idx"][0])
        check_window(item, n, start)
        seen.add((n, start))
    fits = {(n, t) for n, s in enumerate(STEPS) for t in range(s + 2 - SKIP * LENGTH)}
    assert seen == fits and len(dataset) == len(fits), (len(dataset), len(fits))
    assert dataset.get_dim("pixels") == 6 * 8 * 3
    print(f"stable-worldmodel reads {len(dataset)} windows of all.h5:", *dataset.column_names)
