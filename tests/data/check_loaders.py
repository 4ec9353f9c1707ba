"""Opens exported data sets with the packages that they are for, Minari and robomimic, and compares
what their loaders give with the data set's own files. Exit 77: neither is here (scripts/peers
--loaders installs both).

    check_loaders.py SAMPLE_PROBE ORRERY
"""
import os
import subprocess
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")
try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

PROBE, ORRERY = map(os.path.abspath, sys.argv[1:3])
STEPS = [7, 1, 12, 5, 20, 9, 3]  # sample_steps; the last two are held out
PICTURES = ["pixels", "depth", "segmentation"]
LOW, HIGH = np.array([-8, -10.0]), np.array([0, 2.0])


def export(*arguments):
    subprocess.run([ORRERY, "export", *arguments, "--quiet"], check=True, capture_output=True)


def source(folder, number):
    with h5py.File(f"{folder}/all.h5") as file:
        first, rows = file["ep_offset"][number], file["ep_len"][number]
        return {name: file[name][first:first + rows] for name in file if not name.startswith("ep_l")
                and name != "ep_offset"}


def check_minari(outside):
    import minari
    from minari.data_collector.episode_buffer import EpisodeBuffer

    os.environ["MINARI_DATASETS_PATH"] = outside
    for kind in ("plain", "seen", "wide"):
        export(f"{outside}/{kind}-data", "--to", "minari", "--id", f"orrery/{kind}-v0",
               "-o", f"{outside}/orrery/{kind}-v0")
        data = minari.load_dataset(f"orrery/{kind}-v0")
        assert (data.total_episodes, data.total_steps) == (7, sum(STEPS))
        check_minari_data(data, outside, kind)
        data.set_seed(1)
        assert len(list(data.sample_episodes(3))) == 3
        held_out = data.filter_episodes(lambda episode: episode.infos["held_out"][0])
        assert list(held_out.episode_indices) == [5, 6]
        attributes = list(data.storage.get_episode_metadata(range(7)))
        assert [a["split"] for a in attributes] == ["train"] * 5 + ["held-out"] * 2
        assert attributes[1]["seed"] == 2**63 + 1 and attributes[2]["total_steps"] == STEPS[2]
        append_to(data, EpisodeBuffer)
    assert set(minari.list_local_datasets()) == {f"orrery/{k}-v0" for k in ("plain", "seen", "wide")}
    print("Minari", minari.__version__, "reads and extends what was exported")


def check_minari_data(data, outside, kind):
    assert data.action_space.shape == (2,)
    for number, episode in enumerate(data.iterate_episodes()):
        expected, seen = source(f"{outside}/{kind}-data", number), episode.observations
        assert len(episode) == STEPS[number]
        if kind != "plain":
            assert set(seen) == set(data.observation_space.spaces) == {"state", *PICTURES}
            for name in PICTURES:
                found, wanted = seen[name], expected[name]
                assert found.dtype == wanted.dtype and found.shape == wanted.shape, (kind, name)
                assert found.shape[1:] == data.observation_space[name].shape
                assert np.array_equal(found, wanted), (kind, name, number)
        state = seen if kind == "plain" else seen["state"]
        assert np.array_equal(state, expected["state"])
        assert np.array_equal(episode.actions, expected["action"][:-1])
        assert np.array_equal(episode.rewards, expected["reward"][1:])
        assert np.array_equal(episode.terminations, expected["terminated"][1:])
        assert np.array_equal(episode.truncations, expected["truncated"][1:])
        assert np.array_equal(episode.infos["success"], expected["success"])
    assert number == 6


def append_to(data, buffer):
    """Minari adds an episode of its own to the file."""
    before = data[3]
    data.update_dataset_from_buffer([buffer(
        observations=before.observations, actions=before.actions, rewards=before.rewards,
        terminations=before.terminations, truncations=before.truncations, infos=before.infos)])
    assert data.total_episodes == 8 and data.total_steps == sum(STEPS) + STEPS[3]
    after = data[7]
    assert np.array_equal(after.actions, before.actions) and len(after) == len(before)


def check_robomimic(outside):
    import robomimic
    import robomimic.utils.file_utils as file_utils
    import robomimic.utils.obs_utils as obs_utils
    from robomimic.utils.dataset import SequenceDataset

    path = f"{outside}/wide.hdf5"
    export(f"{outside}/wide-data", "--to", "robomimic", "-o", path)
    obs_utils.initialize_obs_utils_with_obs_specs(
        {"obs": {"low_dim": ["state"], "rgb": ["pixels"], "depth": ["depth", "segmentation"]}})
    env = file_utils.get_env_metadata_from_dataset(path)
    assert env["env_name"] == "sample" and "süß" in env["env_kwargs"]["scenario"]
    shapes = file_utils.get_shape_metadata_from_dataset(path)
    assert shapes["ac_dim"] == 2 and shapes["use_images"]
    assert dict(shapes["all_shapes"]) == {
        "state": [3], "pixels": [3, 34, 40], "depth": [1, 33, 36], "segmentation": [1, 32, 33]}
    for split, numbers in (("train", range(5)), ("valid", range(5, 7)), (None, range(7))):
        for cache in (None, "all"):
            data = SequenceDataset(
                hdf5_path=path, obs_keys=("state", *PICTURES), frame_stack=2, seq_length=3,
                dataset_keys=("actions", "rewards", "dones"), filter_by_attribute=split,
                hdf5_cache_mode=cache)
            check_sequences(data, outside, numbers)
    info = subprocess.run([sys.executable, "-m", "robomimic.scripts.get_dataset_info", "--dataset",
                           path, "--verbose"], capture_output=True, text=True)
    assert info.returncode == 0, info.stderr
    assert f"total transitions: {sum(STEPS)}" in info.stdout, info.stdout
    assert "filter key valid with 2 demos" in info.stdout, info.stdout
    print("robomimic", robomimic.__version__, "reads what was exported")


def check_sequences(data, outside, numbers):
    assert data.n_demos == len(numbers) and len(data) == sum(STEPS[n] for n in numbers)
    index = 0
    for number in numbers:
        expected, steps = source(f"{outside}/wide-data", number), STEPS[number]
        actions = 2 * (expected["action"][:-1] - LOW) / (HIGH - LOW) - 1
        for start in range(steps):
            item = data[index]
            index += 1
            # one frame before, three from `start` on; padded by repeating the first and last
            times = np.clip(np.arange(start - 1, start + 3), 0, steps - 1)
            assert np.allclose(item["actions"], actions[times], atol=1e-6)
            assert np.allclose(item["rewards"], expected["reward"][times + 1])
            assert np.array_equal(item["dones"], times == steps - 1)
            for ahead, group in enumerate(("obs", "next_obs")):
                for name in ("state", *PICTURES):
                    found, wanted = np.asarray(item[group][name]), expected[name][times + ahead]
                    if wanted.ndim == 3:
                        wanted = wanted[..., None]
                    assert np.array_equal(found, wanted), (number, start, group, name)


def attempt(check, outside):
    """False when the package is not here; anything else that is missing is a failure."""
    package = check.__name__.removeprefix("check_")
    try:
        __import__(package)
    except ImportError as missing:
        print(f"skipped: {missing}")
        return False
    check(outside)
    return True


with tempfile.TemporaryDirectory() as outside:
    for kind in ("plain", "seen", "wide"):
        subprocess.run([PROBE, f"{outside}/{kind}-data", kind], check=True, capture_output=True)
    done = [attempt(check, outside) for check in (check_minari, check_robomimic)]
sys.exit(0 if any(done) else 77)
