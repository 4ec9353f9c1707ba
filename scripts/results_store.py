"""Takes what a page of figures needs out of a run folder: `scripts/results --store`."""
import hashlib
import json
import os
import re
import subprocess
import tempfile

SCHEMA = "orrery-run/1"
LIMIT = 20000  # bytes of one stored file
SECTIONS = ("collect", "model", "train", "baselines", "plan", "presets", "eval")


class Mistake(Exception):
    """Something in a file, or asked for, is wrong; the message is for the person who runs this."""


def rounded(value):
    """Six significant digits are more than any page shows; counts stay whole."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return value


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise Mistake(f"{path}: {error}") from error


# --- config.yaml: the subset of YAML that the program itself writes


def scalar(text):
    if text[:1] == '"':
        return json.loads(text)
    if text[:1] == "[":
        inner = text[1:-1].strip()
        return [scalar(part.strip()) for part in inner.split(",")] if inner else []
    if text == "{}":
        return {}
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        return text if value in (float("inf"), -float("inf")) else value
    return text


def parse_yaml(text):
    lines = []
    for line in text.splitlines():
        bare = line.lstrip(" ")
        if bare and not bare.startswith("#"):
            lines.append((len(line) - len(bare), bare))
    position = 0

    def block(indent):
        nonlocal position
        result = [] if lines[position][1].startswith("- ") else {}
        while position < len(lines) and lines[position][0] == indent:
            bare = lines[position][1]
            if bare.startswith("- "):
                rest = bare[2:]
                if re.match(r'("[^"]*"|[\w.]+):( |$)', rest):
                    lines[position] = (indent + 2, rest)
                    result.append(block(indent + 2))
                else:
                    position += 1
                    result.append(scalar(rest))
                continue
            key, _, value = bare.partition(":")
            position += 1
            key, value = key.strip('"'), value.strip()
            if value:
                result[key] = scalar(value)
            elif position < len(lines) and lines[position][0] > indent:
                result[key] = block(lines[position][0])
            else:
                result[key] = None
        return result

    return block(0) if lines else {}


def flow(value):
    """A value as `--set` reads it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def named(items):
    return (isinstance(items, list) and bool(items)
            and all(isinstance(item, dict) and "name" in item for item in items))


def differences(base, other, path=""):
    """The least assignments that turn `base` into `other`; keys that only `base` has are newer."""
    if isinstance(base, dict) and isinstance(other, dict):
        found = []
        for key, value in other.items():
            at = f"{path}.{key}" if path else key
            if key not in base:
                found.append((at, value))
            else:
                found += differences(base[key], value, at)
        return found
    if named(base) and named(other) and [i["name"] for i in base] == [i["name"] for i in other]:
        found = []
        for old, new in zip(base, other):
            found += differences(old, new, f"{path}.{new['name']}")
        return found
    return [] if base == other else [(path, other)]


def effective(program, scenario, profile, sets):
    command = [program, "validate", scenario, "--effective"]
    command += ["--profile", profile] if profile else []
    for item in sets:
        command += ["--set", item]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Mistake(f"{' '.join(command)}: {done.stderr.strip()}")
    return parse_yaml(done.stdout)


def repeating_command(config, program, scenario):
    """The command line whose effective configuration is that of the run, and the settings that the
    run is too old to know; no command when there is none.

    It is proved, not guessed: the program says what the command means, and that is compared.
    """
    profile = config.get("profile")
    sections = {key: config[key] for key in ("version", "world", "task", "observe", *SECTIONS)
                if key in config}
    base = effective(program, scenario, profile, [])
    found = differences(base, sections)
    sets = [f"{path}={flow(value)}" for path, value in found]
    again = effective(program, scenario, profile, sets)
    if differences(again, sections):
        return None, []
    words = ["orrery run", scenario] + ([f"--profile {profile}"] if profile else [])
    quote = [f"'{item}'" if re.search(r"[^\w.=+-]", item) else item for item in sets]
    newer = [path for path, _ in differences(sections, {key: again[key] for key in sections})]
    return " ".join(words + [f"--set {item}" for item in quote]), newer


def settings(config):
    """The training and planning settings of a run, as a nested map without empty leaves."""
    planner = config.get("eval", {}).get("planner", "default")
    plan = config.get("plan")
    for preset in config.get("presets") or []:
        if preset.get("name") == planner:
            plan = preset["plan"]
    kept = {key: config[key] for key in ("collect", "model", "train", "baselines", "eval")
            if config.get(key)}
    if plan:
        kept["plan"] = plan
    return kept


# --- report.json and timings.json


def picked(source, *names):
    return {name: source[name] for name in names if name in source}


def rate(source):
    return [source["successes"], source["n"]]


def stratum(source):
    return {"rate": rate(source["rate"]), **picked(source, "only_swap", "only_model", "p"),
            "difference": source["difference"]}


def table(source):
    kept = {"rule": source["rule"], "manifest": {k: v for k, v in source["manifest"].items()
                                                 if k not in ("sha256", "asked")}}
    kept["rows"] = [{"row": row["row"], "all": rate(row["all"]),
                     "must_move": rate(row["must_move"]),
                     "final_position": row["final_position"]["point"],
                     "final_angle": row["final_angle"]["point"],
                     **picked(row, "diverged", "plans", "steps")} for row in source["rows"]]
    kept["comparisons"] = [picked(c, "a", "b", "only_a", "only_b", "p")
                           for c in source["comparisons"]]
    if "oracle_misses" in source:
        kept["oracle_misses"] = source["oracle_misses"]
    if source.get("swaps"):
        kept["swaps"] = [{**picked(swap, "name", "dynamics", "objective", "planner", "diverged"),
                          "all": stratum(swap["all"]), "must_move": stratum(swap["must_move"])}
                         for swap in source["swaps"]]
    return kept


def split(source):
    kept = picked(source, "episodes", "rows", "mean_length", "contact_share")
    if "action" in source:
        kept["action_std"] = [column["std"] for column in source["action"]]
    if "policies" in source:
        kept["policies"] = {name: item["episodes"] for name, item in source["policies"].items()}
    return kept


def learned(source):
    """A model or a baseline: what it is, and how it was trained."""
    kept = picked(source, "row", "family", "given", "parameters", "latent", "block", "horizon",
                  "flops_per_step", "hash", "shift")
    record = source.get("record", {})
    return {**kept, **picked(record, "steps", "loss", "seed"),
            **picked(record.get("train", {}), "batch", "rate")}


def weights(folder):
    path = os.path.join(folder, "model", "model.safetensors")
    if not os.path.exists(path):
        return {}
    with open(path, "rb") as file:
        data = file.read()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def shown_latency(source):
    return {name: picked(item, "plans", "p50", "p95", "p99") for name, item in source.items()
            if item.get("plans")}


def run_document(folder, program, scenario):
    if not os.path.exists(os.path.join(folder, "report.json")):
        raise Mistake(f"{folder} has no report.json (of a folder of `orrery eval`, "
                      f"`orrery report {folder}` makes one)")
    report = read_json(os.path.join(folder, "report.json"))
    timings = read_json(os.path.join(folder, "timings.json"))
    with open(os.path.join(folder, "config.yaml"), encoding="utf-8") as file:
        config = parse_yaml(file.read())
    scenario = scenario or f"scenarios/{report['scenario']['id']}.yaml"
    document = {"schema": SCHEMA, "kind": "run",
                "scenario": {k: v for k, v in report["scenario"].items() if k != "lesson"},
                "build": report["tool"]["version"], "command": None}
    if os.path.exists(scenario) and os.path.exists(program):
        document["command"], newer = repeating_command(config, program, scenario)
        if document["command"] and report.get("model", {}).get("given"):
            document["command"] += " --model CHECKPOINT"
        if newer:
            document["older_than"] = newer
    if "data" in report:
        document["data"] = {"train": split(report["data"]["train"]),
                            "held_out": split(report["data"]["held_out"])}
    if "model" in report:
        document["model"] = {**learned(report["model"]), **weights(folder)}
    if "baselines" in report:
        document["baselines"] = [learned(item) for item in report["baselines"]]
    document["planner"] = dict(report["planner"])
    document["planner"].setdefault(
        "precision", (settings(config).get("plan") or {}).get("precision", "f32"))
    if "open_loop" in report:
        document["open_loop"] = report["open_loop"]
    document["tables"] = [table(item) for item in report["tables"]]
    document["timings"] = {**picked(timings, "collect", "train", "baselines"),
                           "eval": shown_latency(timings.get("eval", {}))}
    document["machine"] = timings["machine"]
    document["settings"] = settings(config)
    return document


# --- writing


def dump(value, indent=0):
    """JSON with one line for what is short: small files that a person and a diff can read."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= 100 or not isinstance(value, (dict, list)) or not value:
        return flat
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        lines = [f"{pad}{json.dumps(key)}: {dump(item, indent + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"
    lines = [pad + dump(item, indent + 1) for item in value]
    return "[\n" + ",\n".join(lines) + "\n" + " " * indent + "]"


def without_paths(value, root):
    """Paths inside the project as the project sees them; of others the last name alone."""
    if isinstance(value, dict):
        return {key: without_paths(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [without_paths(item, root) for item in value]
    if not isinstance(value, str):
        return value
    value = value.replace(root + os.sep, "")
    return re.sub(r"(?<![\w.~/])(?:~|\.\.)?(?:/[\w.@+-]+)*/([\w.@+-]+)", r"ELSEWHERE/\1", value)


def write(path, text):
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(beside, 0o644)
    os.replace(beside, path)


def store(document, path):
    text = dump(rounded(without_paths(document, os.getcwd()))) + "\n"
    if len(text.encode()) > LIMIT:
        raise Mistake(f"{path} would be {len(text.encode())} bytes, more than {LIMIT}")
    write(path, text)


def bench_document(path, command):
    result = read_json(path)
    if not isinstance(result, dict) or "machine" not in result:
        raise Mistake(f"{path}: not the output of `orrery bench ... --json` (no `machine`)")
    machine = result.pop("machine")
    return {"schema": SCHEMA, "kind": "bench", "command": command, "machine": machine,
            "result": result}
