"""Stored runs chosen and pooled, numbers as text: what the directives of results_show.py share."""
import fnmatch
import math

from results_store import Mistake

DEGREES = 180.0 / math.pi
ORDER = ("random", "cloning", "inverse", "model")  # what stands between goes before the oracle
NOTES = {"random": " (floor)", "oracle": " (ceiling)", "cloning": " (no search)",
         "inverse": " (no search)"}
Z95 = 1.959963984540054


# --- statistics: those of eval/statistics.c, on pooled counts


def wilson(successes, total):
    if total <= 0:
        return None
    p, z2 = successes / total, Z95 * Z95
    centre = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 * math.sqrt(p * (1 - p) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == total else min(1.0, centre + half)
    return p, low, high


def mcnemar(only_a, only_b):
    n = only_a + only_b
    tail = sum(math.comb(n, k) for k in range(min(only_a, only_b) + 1))
    return min(1.0, 2 * tail / 2**n)


def paired_difference(both, only_a, only_b, neither):
    """Method 10 of Newcombe (1998): a minus b, of counts."""
    n = both + only_a + only_b + neither
    if n == 0:
        return None
    p, p_low, p_high = wilson(both + only_a, n)
    q, q_low, q_high = wilson(both + only_b, n)
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    excess = both * neither - only_a * only_b
    if excess > 0:
        excess = max(0.0, excess - n / 2)
    phi = excess / math.sqrt(margins) if margins > 0 else 0.0
    pl, pu, ql, qu = p - p_low, p_high - p, q - q_low, q_high - q
    below = math.sqrt(max(0.0, pl * pl - 2 * phi * pl * qu + qu * qu))
    above = math.sqrt(max(0.0, pu * pu - 2 * phi * pu * ql + ql * ql))
    difference = (only_a - only_b) / n
    return difference, difference - below, difference + above


# --- numbers as text


def percent(interval):
    if interval is None:
        return "–"
    point, low, high = (100 * value for value in interval)
    return f"{point:.1f} [{low:.1f}, {high:.1f}]"


def points(interval):
    if interval is None:
        return "–"
    point, low, high = (100 * value for value in interval)
    return f"{point:+.1f} [{low:+.1f}, {high:+.1f}]".replace("-", "−")


def milliseconds(seconds):
    value = 1e3 * seconds
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def spread(values, text):
    """One value, or the least and the most of several."""
    values = sorted(value for value in values if value is not None)
    if not values:
        return "–"
    low, high = text(values[0]), text(values[-1])
    return low if low == high else f"{low} to {high}"


def seconds(value):
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def number(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def grid(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


# --- choosing runs


def choose(store, wanted, kind="run"):
    names = []
    for word in wanted.split(","):
        found = [name for name in sorted(store) if name == word
                 or (fnmatch.fnmatchcase(name, word) and store[name]["kind"] == kind)]
        if not found:
            raise Mistake(f"no stored run '{word}' (have: {', '.join(sorted(store)) or 'none'})")
        names += [name for name in found if name not in names]
    for name in names:
        if store[name]["kind"] != kind:
            raise Mistake(f"'{name}' is a stored {store[name]['kind']}, not a {kind}")
    return names


def rule_names(store, names, wanted):
    have = []
    for name in names:
        have += [t["rule"]["name"] for t in store[name]["tables"]
                 if t["rule"]["name"] not in have]
    if wanted and wanted not in have:
        raise Mistake(f"no rule '{wanted}' in {', '.join(names)} (have: {', '.join(have)})")
    return [wanted] if wanted else have


def table_of(run, rule):
    for item in run["tables"]:
        if item["rule"]["name"] == rule:
            return item
    return None


def row_of(run, rule, row):
    item = table_of(run, rule)
    for candidate in item["rows"] if item else []:
        if candidate["row"] == row:
            return candidate
    return None


def refuse_mixing(store, names, rule):
    """Rows that are compared share world, rule, budget and planner."""
    first = None
    for name in names:
        run, item = store[name], table_of(store[name], rule)
        if not item:
            continue
        facts = {"world": run["scenario"]["world_hash"], "rule": item["rule"],
                 "planner": run["planner"],
                 **{k: item["manifest"][k] for k in ("goal_offset", "budget")}}
        for key, value in facts.items():
            if first and first[1][key] != value:
                raise Mistake(f"{first[0]} and {name} differ in {key}: never in one table")
        first = first or (name, facts)


def pooled(store, names, rule, row):
    """[(run's name, row)], each measurement once: rows that no training seed can change (random,
    oracle) come out the same in every run on the same pairs, and are not more pairs for that."""
    kept, seen = [], set()
    for name in names:
        item = row_of(store[name], rule, row)
        if not item:
            continue
        identity = str([item.get(key) for key in ("all", "must_move", "steps", "final_position",
                                                  "final_angle")])
        if identity not in seen:
            kept.append((name, item))
        seen.add(identity)
    return kept


def counts(entries, stratum):
    return (sum(item[stratum][0] for _, item in entries),
            sum(item[stratum][1] for _, item in entries))


def each(entries, stratum):
    shares = [f"{100 * item[stratum][0] / item[stratum][1]:.1f}" if item[stratum][1] else "–"
              for _, item in entries]
    return ", ".join(shares)


def trainer(store, name):
    """The stored run that trained the checkpoint which this one was given; else the run itself."""
    model = store[name].get("model", {})
    if model.get("given"):
        for other in sorted(store):
            theirs = store[other].get("model", {})
            if theirs.get("hash") == model["hash"] and not theirs.get("given"):
                return other
    return name


def training_data(store, name):
    """What the model of a run learned from; None when no stored run says."""
    source = trainer(store, name)
    if source == name and store[name].get("model", {}).get("given"):
        return None
    return store[source].get("data", {}).get("train")


def training_seconds(store, name, row):
    timings = store[trainer(store, name) if row == "model" else name]["timings"]
    part = timings.get("train") if row == "model" else timings.get("baselines", {}).get(row)
    return part["seconds"] if part else None


def parameters(run, row):
    for item in run.get("baselines", []):
        if item.get("row") == row:
            return item["parameters"]
    return run.get("model", {}).get("parameters") if row == "model" else None


def latency(store, names, rule, row, quantile):
    return [store[name]["timings"]["eval"].get(f"{rule}/{row}", {}).get(quantile)
            for name in names]


# --- sentences about settings


def limits(rule, unit):
    parts = []
    if rule["position"] is not None and rule["position_bodies"]:
        parts.append(f"{' and '.join(rule['position_bodies'])} within {rule['position']:g} {unit}")
    if rule["angle"] is not None and rule["angle_bodies"]:
        parts.append(f"{' and '.join(rule['angle_bodies'])} within {DEGREES * rule['angle']:g}°")
    held = "" if rule["hold"] == 1 else f", held for {rule['hold']} control steps"
    return ", ".join(parts) + held


def planner_text(planner, short=False):
    kind = {"icem": "iCEM", "cem": "CEM"}.get(planner["kind"], planner["kind"])
    text = f"{kind} {planner['samples']} × {planner['iterations']}"
    if short:
        return text + f", horizon {planner['horizon']}"
    return (f"{text} ({planner['elites']} elites), horizon {planner['horizon']} blocks of "
            f"{planner['block']} control steps, replanned after {planner['replan']}, objective "
            f"{planner['objective']} ({planner['aggregate']}), {planner['precision']}")


def same_pairs(manifest):
    """What tells sets of pairs apart. Not their hash: that has the numbers of held-out episodes,
    which follow those of the training data."""
    return str([manifest[key] for key in ("pairs", "considered", "must_move", "motion")])


def pairs_text(store, names, rule):
    items = [table_of(store[name], rule)["manifest"] for name in names
             if table_of(store[name], rule)]
    first, motion = items[0], items[0]["motion"]
    hashes = "`, `".join(sorted({item["hash"][:8] for item in items}))
    committed = first.get("source", {}).get("committed")
    unit = store[names[0]]["scenario"]["unit"]
    turn = DEGREES * motion["angle"]["p50"]
    text = (f"{first['pairs']} pairs ({first['considered']} candidates; {first['removed']} solved "
            f"at the start: removed); in {first['must_move']} a free body must move (median way of "
            f"all {motion['distance']['p50']:.0f} {unit}, {turn:.0f}°). Goals "
            f"{first['goal_offset']} control steps ahead, budget {first['budget']}. ")
    if len({same_pairs(item) for item in items}) > 1:
        return text + f"The runs have different pairs: `{hashes}`."
    if "," in hashes:
        return text + f"The same pairs in every run; episodes are numbered differently: `{hashes}`."
    kind = "the committed manifest" if committed else "manifest"
    return text + f"Pairs of {kind} `{hashes}`."
