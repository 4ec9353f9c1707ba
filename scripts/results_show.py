"""Directives of a page of figures, each a function of stored runs that returns Markdown."""
from results_pool import (DEGREES, NOTES, ORDER, choose, counts, each, grid, latency, limits,
                          mcnemar, milliseconds, number, paired_difference, pairs_text,
                          parameters, percent, planner_text, points, pooled, refuse_mixing,
                          row_of, rule_names, same_pairs, seconds, spread, table_of,
                          trainer, training_data, training_seconds, wilson)
from results_store import Mistake


def table(page, runs, rule=None):
    """Success of every row under each rule, pooled over the runs and per run."""
    store, names = page.store, choose(page.store, runs)
    text = []
    for each_rule in rule_names(store, names, rule):
        refuse_mixing(store, names, each_rule)
        text.append(one_table(store, names, each_rule))
    after = []
    if any(row_of(store[name], item, row) for name in names for row in ("model", "oracle")
           for item in rule_names(store, names, rule)):
        after.append(f"Planner of model and oracle: {planner_text(store[names[0]]['planner'])}.")
    if len(names) > 1:
        after.append(f"Per run: {', '.join(f'`{name}`' for name in names)}. Intervals are of the"
                     " pooled counts, as if pairs shared by several runs were separate ones; a row"
                     " that came out the same in several runs is counted once.")
    return "\n\n".join(text + [" ".join(after)] if after else text)


def ordered_rows(store, names, rule):
    found = []
    for name in names:
        item = table_of(store[name], rule)
        found += [r["row"] for r in (item["rows"] if item else []) if r["row"] not in found]
    middle = [row for row in found if row not in ORDER and row != "oracle"]
    return [row for row in (*ORDER, *middle, "oracle") if row in found]


def one_table(store, names, rule):
    rows = [(row, pooled(store, names, rule, row)) for row in ordered_rows(store, names, rule)]
    several = len(names) > 1
    stratum = any(counts(e, "all")[1] != counts(e, "must_move")[1] for _, e in rows)
    head = ["row", "n", "success %"] + (["per run"] if several else [])
    if stratum:
        head += ["must move: n", "success %"] + (["per run"] if several else [])
    head += ["p50 ms a plan", "p95", "training, s", "parameters"]
    lines = []
    for row, entries in rows:
        line = [row + NOTES.get(row, "")]
        if row == "model":
            families = sorted({store[name]["model"]["family"] for name, _ in entries})
            line = [f"model, `{'`, `'.join(families)}`"]
        for name in ("all", "must_move") if stratum else ("all",):
            successes, total = counts(entries, name)
            line += [str(total), percent(wilson(successes, total))]
            line += [each(entries, name)] if several else []
        for quantile in ("p50", "p95"):
            line.append(spread(latency(store, names, rule, row, quantile), milliseconds))
        trained = [training_seconds(store, name, row) for name, _ in entries]
        size = [parameters(store[name], row) for name, _ in entries]
        lines.append(line + [spread(trained, seconds), spread(size, "{:,}".format)])
    item = next(t for t in (table_of(store[name], rule) for name in names) if t)
    unit = store[names[0]]["scenario"]["unit"]
    caption = (f"**Rule {rule}**: {limits(item['rule'], unit)}. {pairs_text(store, names, rule)}")
    return caption + "\n\n" + grid(head, lines)


def open_loop(page, runs, body=None):
    """Mean error of the model's prediction by control steps ahead, beside that nothing moves."""
    store, names = page.store, choose(page.store, runs)
    unit, text, still = store[names[0]]["scenario"]["unit"], [], set()
    for what, scale, name_unit in (("position", 1.0, unit), ("angle", DEGREES, "°")):
        lines, ahead = [], []
        for name in names:
            found = store[name].get("open_loop")
            if not found:
                raise Mistake(f"'{name}' has no open-loop errors")
            block = store[name]["planner"]["block"]
            for item in found["bodies"]:
                if item["body"] != body if body else item["role"] != "free":
                    continue
                steps = [str(block * (i + 1)) for i in range(found["horizon"])]
                ahead = steps if len(steps) > len(ahead) else ahead
                lines.append([f"`{name}`", item["body"]]
                             + [f"{scale * v:.1f}" for v in item[what]])
                rest = ["nothing moves", item["body"]]
                rest += [f"{scale * v:.1f}" for v in item["still_" + what]]
                if str((what, rest)) not in still and any(v > 0 for v in item["still_" + what]):
                    still.add(str((what, rest)))
                    lines.append(rest)
        if not lines:
            raise Mistake(f"no body '{body}' in the open-loop errors of {', '.join(names)}")
        lines.sort(key=lambda line: line[0] == "nothing moves")
        lines = [line + ["–"] * (2 + len(ahead) - len(line)) for line in lines]
        text.append(grid([f"{what}, {name_unit}", "body"] + [f"after {s}" for s in ahead], lines))
    windows = spread([store[name]["open_loop"]["windows"] for name in names], "{:,}".format)
    return "\n\n".join(text + [f"Mean error over {windows} held-out windows, by control steps "
                               "ahead."])


def swaps(page, runs, rule=None, stratum="all", separate="yes"):
    """What the gap between the model's row and the oracle's is made of; pooled over runs only when
    asked, since swaps to the simulator repeat the same outcomes in every run."""
    store, names = page.store, choose(page.store, runs)
    groups = [[name] for name in names] if separate == "yes" else [names]
    text = []
    for each_rule in rule_names(store, names, rule):
        refuse_mixing(store, names, each_rule)
        for group in groups:
            title = f"**Rule {each_rule}**, row `model` with one thing swapped"
            title += {"all": "", "must_move": ", pairs in which a free body must move"}[stratum]
            title += f" (`{'`, `'.join(group)}`)."
            text.append(title + "\n\n" + one_swaps(store, group, each_rule, stratum))
    text.append("Differences: 95 % intervals of paired proportions (Newcombe, 1998, method 10); p: exact "
                "McNemar, not corrected for the number of swaps.")
    return "\n\n".join(text)


def one_swaps(store, names, rule, stratum):
    order, found = [], {}
    for name in names:
        for item in table_of(store[name], rule).get("swaps", []):
            key = (item["name"], item["dynamics"], item["objective"], item["planner"])
            order += [key] if key not in order else []
            found.setdefault(key, []).append(item[stratum])
    if not found:
        raise Mistake(f"no swaps under rule {rule} in {', '.join(names)}")
    entries = [(name, row_of(store[name], rule, "model")) for name in names]
    successes, total = counts(entries, stratum)
    lines = [["(none)", "model", "default", "default", percent(wilson(successes, total)),
              "", "", ""]]
    for key in order:
        parts = found[key]
        won, n = (sum(part["rate"][i] for part in parts) for i in (0, 1))
        only_swap, only_model = (sum(part[k] for part in parts)
                                 for k in ("only_swap", "only_model"))
        both = won - only_swap
        difference = paired_difference(both, only_swap, only_model,
                                       n - both - only_swap - only_model)
        lines.append([key[0], key[1], key[2], key[3], percent(wilson(won, n)), points(difference),
                      f"{only_swap} / {only_model}", f"{mcnemar(only_swap, only_model):.2g}"])
    return grid(["swap", "dynamics", "objective", "search", "success %", "difference, points",
                 "swap alone / model alone", "p"], lines)


def misses(page, runs, rule=None):
    """Every pair that the oracle did not solve, with what the run says about it."""
    store, names = page.store, choose(page.store, runs)
    columns, lines, seen, pairs = [], [], set(), 0
    for each_rule in rule_names(store, names, rule):
        for name in names:
            item = table_of(store[name], each_rule)
            if not item or "oracle_misses" not in item:
                continue
            manifest = same_pairs(item["manifest"])
            pairs += item["manifest"]["pairs"] if (each_rule, manifest) not in seen else 0
            seen.add((each_rule, manifest))
            for miss in item["oracle_misses"]:
                columns += [key for key in miss if key not in columns]
                line = {"rule": each_rule, **miss}
                identity = str((manifest, {**line, "episode": 0}))
                lines += [line] if identity not in seen else []
                seen.add(identity)
    if not seen:
        raise Mistake(f"no row `oracle` in {', '.join(names)}")
    if not lines:
        return f"The oracle missed none of {pairs} pairs."
    unit = store[names[0]]["scenario"]["unit"]
    head = ["rule"] + [miss_head(column, unit) for column in columns]
    return grid(head, [[line["rule"]] + [miss_cell(column, line.get(column)) for column in columns]
                       for line in lines]) + f"\n\n{len(lines)} misses in {pairs} pairs."


def miss_head(column, unit):
    if column.endswith("angle"):
        return column.replace("_", " ") + ", °"
    is_length = column == "position" or column.endswith("distance")
    return column.replace("_", " ") + (f", {unit}" if is_length else "")


def miss_cell(column, value):
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{DEGREES * value if column.endswith('angle') else value:.1f}"
    return number(value) if isinstance(value, bool) else str(value)


def speed(page, runs, plot=None, row="model"):
    """Success against planning time, a line for each run."""
    store, names = page.store, choose(page.store, runs)
    rules = rule_names(store, names, None)
    lines, dots = [], {rule: [] for rule in rules}
    for name in names:
        run, cells, times = store[name], [], {"p50": [], "p95": []}
        for rule in rules:
            item = row_of(run, rule, row)
            rate = wilson(*item["all"]) if item else None
            cells.append(percent(rate))
            taken = run["timings"]["eval"].get(f"{rule}/{row}", {})
            for quantile, values in times.items():
                values.append(taken.get(quantile))
            if rate and taken.get("p50"):
                dots[rule].append((1e3 * taken["p50"], *(100 * v for v in rate)))
        size = parameters(run, row)
        lines.append([f"`{name}`", f"{size:,}" if size else "–",
                      planner_text(run["planner"], short=True), run["planner"]["precision"],
                      spread(times["p50"], milliseconds), spread(times["p95"], milliseconds),
                      *cells])
    text = grid(["run", "parameters", "planner", "precision", "p50 ms a plan", "p95",
                 *(f"{rule}, %" for rule in rules)], lines)
    if plot:
        panel = {"x": "p50 of a plan, ms", "y": "success, %", "series": dots, "lines": False}
        text += "\n\n" + page.picture(plot, [panel], "Success against planning time")
    return text


def data_size(page, runs, plot=None, row="model"):
    """Success and open-loop error by the number of training episodes."""
    store, names = page.store, choose(page.store, runs)
    rules, sizes = rule_names(store, names, None), {}
    for name in names:
        data = training_data(store, name)
        if not data:
            raise Mistake(f"no stored run says how much data the model of '{name}' had")
        sizes.setdefault(data["episodes"], []).append(name)
    unit, lines = store[names[0]]["scenario"]["unit"], []
    dots, errors = {rule: [] for rule in rules}, {}
    for rule in rules:
        refuse_mixing(store, names, rule)
    for size in sorted(sizes):
        group, cells = sizes[size], []
        for rule in rules:
            rate = wilson(*counts(pooled(store, group, rule, row), "all"))
            cells.append(percent(rate))
            if rate:
                dots[rule].append((size, *(100 * v for v in rate)))
        last, ahead = last_error(store, group, errors, size)
        rows = spread([training_data(store, name)["rows"] for name in group], "{:,}".format)
        lines.append([f"{size:,}", rows, str(len(group)), *cells, last])
    head = ["episodes", "control steps", "runs", *(f"{rule}, %" for rule in rules),
            f"open loop after {ahead}, {unit}"]
    text = grid(head, lines)
    if plot:
        text += "\n\n" + page.picture(plot, [
            {"x": "training episodes", "y": "success, %", "series": dots, "lines": True},
            {"x": "training episodes", "y": f"open-loop error after {ahead}, {unit}",
             "series": errors, "lines": True}], "Success and open-loop error by data")
        text += "\n\nBars: 95 % of a rate; the least and the most of several runs of an error."
    return text


def last_error(store, group, series, size):
    """Mean open-loop error of the first free body at the last horizon, over a group of runs."""
    values, ahead = [], 0
    for name in group:
        found = store[name].get("open_loop")
        free = [b for b in found["bodies"] if b["role"] == "free"] if found else []
        if free:
            values.append(free[0]["position"][-1])
            ahead = found["horizon"] * store[name]["planner"]["block"]
            body = free[0]["body"]
    if not values:
        return "–", ahead
    mean = sum(values) / len(values)
    series.setdefault(body, []).append((size, mean, min(values), max(values)))
    return f"{mean:.1f}", ahead


def bench_pictures(results):
    """A line a way to draw: `orrery bench render` compares several for each picture."""
    head = ["picture", "size", "drawn by", "pictures/s", "per CPU second", "orrery is faster by",
            "of one thread"]
    lines = []
    for line in results:
        for i, side in enumerate(line["sides"]):
            what = [line["picture"].replace("_", " "), f"{line['width']} × {line['height']}"]
            lines.append((what if i == 0 else ["", ""]) + [
                side["who"], f"{side['pictures_per_second']:,.0f}",
                f"{side['pictures_per_cpu_second']:,.0f}",
                f"{side['ratio']:.3g} ×" if "ratio" in side else "",
                f"{side['of_one_thread']:.2f} ×" if "of_one_thread" in side else ""])
    return grid(head, lines)


def bench(page, runs):
    """What `orrery bench ... --json` said, with the machine."""
    text = []
    for name in choose(page.store, runs, "bench"):
        run = page.store[name]
        plain = [[key.replace("_", " "), number(value)] for key, value in run["result"].items()
                 if not isinstance(value, (list, dict))]
        text.append(f"`{run['command']}`" if run.get("command") else f"`{name}`")
        text.append(grid(["figure", "value"], plain) if plain else "")
        for value in run["result"].values():
            if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
                if "sides" in value[0]:
                    text.append(bench_pictures(value))
                    continue
                head = list(value[0])
                text.append(grid([key.replace("_", " ") for key in head],
                                 [[number(line.get(key, "–")) for key in head] for line in value]))
        text.append("Machine: " + ", ".join(f"{key} {number(value)}"
                                            for key, value in run["machine"].items()) + ".")
    return "\n\n".join(part for part in text if part)


def appendix(page, runs="*"):
    """Seeds, settings, machine and the command of stored runs: what repeats them."""
    store = page.store
    names = choose(store, runs)
    machines = [machine_text(store[name]["machine"]) for name in names]
    same = len(set(machines)) == 1
    head = ["run", "scenario", "profile", "seeds", "episodes", "steps × windows", "planner"]
    lines = [appendix_line(store, name) + ([] if same else [machine])
             for name, machine in zip(names, machines)]
    text = grid(head + ([] if same else ["machine"]), lines)
    if same:
        text += f"\n\nMachine of all of them: {machines[0]}."
    return text + "\n\n```sh\n" + "\n".join(repeats(store, name) for name in names) + "\n```"


def machine_text(machine):
    return (f"{machine['processor']}, {machine['threads']} of {machine['usable_cores']} cores, "
            f"{machine['isa']}; {machine['build']}")


def appendix_line(store, name):
    run, data = store[name], training_data(store, name)
    model = run.get("model", {})
    seeds = dict(run["scenario"]["seeds"])
    if model.get("given"):
        seeds["train"] = model.get("seed", "–")
    seeds = list(seeds.items())
    seeds += [(b["row"], b["seed"]) for b in run.get("baselines", []) if "seed" in b]
    trained = "–"
    if "steps" in model and "batch" in model:
        trained = f"{model['steps']:,} × {model['batch']}"
    return [f"`{name}`", f"{run['scenario']['id']} {run['scenario']['version']}",
            run["scenario"]["profile"] or "–", ", ".join(f"{what} {seed}" for what, seed in seeds),
            f"{data['episodes']:,}" if data else "–", trained,
            planner_text(run["planner"], short=True)]


def repeats(store, name):
    run = store[name]
    head = f"# {name}, configuration {run['scenario']['config_hash'][:12]}"
    if run.get("older_than"):
        head += "\n# made before there was " + ", ".join(run["older_than"])
    if run.get("model", {}).get("given"):
        source = trainer(store, name)
        head += "\n# CHECKPOINT: " + (f"model/model.safetensors of {source}" if source != name else
                                      f"weights {run['model']['hash'][:12]}")
    return head + "\n" + (run["command"] or "# no command of this version gives it; its settings "
                          f"stand in docs/runs/{name}.json")


def rate(page, runs, rule, row="model", stratum="all"):
    """In a sentence: a pooled success rate with its interval."""
    names = choose(page.store, runs)
    refuse_mixing(page.store, names, rule_names(page.store, names, rule)[0])
    entries = pooled(page.store, names, rule, row)
    if not entries:
        raise Mistake(f"no row '{row}' under rule {rule} in {', '.join(names)}")
    return percent(wilson(*counts(entries, stratum)))


def value(page, runs, key, scale="1"):
    """In a sentence: a stored value, or its range over the runs; `scale` multiplies numbers."""
    found = []
    for name in choose(page.store, runs, "run") if runs not in page.store else [runs]:
        at = page.store[name]
        for word in key.split("."):
            at = step_into(at, word)
            if at is None:
                raise Mistake(f"'{name}' has no {key}")
        found.append(at * float(scale) if scale != "1" else at)
    return spread(found, number) if len(found) > 1 else number(found[0])


def step_into(at, word):
    if isinstance(at, dict):
        return at.get(word)
    if isinstance(at, list) and word.isdigit() and int(word) < len(at):
        return at[int(word)]
    for item in at if isinstance(at, list) else []:
        if isinstance(item, dict) and word in (item.get("name"), item.get("row"), item.get("body"),
                                               item.get("rule", {}).get("name")
                                               if isinstance(item.get("rule"), dict) else None):
            return item
    return None


def checkpoint(page, run, file):
    """A shipped checkpoint, after checking that it is the one that this run trained."""
    name = trainer(page.store, choose(page.store, run)[0])
    model = page.store[name].get("model", {})
    size, digest = page.digest(file)
    if digest != model.get("sha256"):
        raise Mistake(f"{file} is not the checkpoint of run '{name}': copy its "
                      "model/model.safetensors there, or name the run that trained it")
    return grid(["file", "bytes", "sha256", "family", "parameters", "trained by"],
                [[f"`{file.rsplit('/', 1)[-1]}`", f"{size:,}", f"`{digest[:16]}`",
                  model["family"], f"{model['parameters']:,}",
                  f"`{page.store[name]['command'] or name}`"]])


DIRECTIVES = {f.__name__: f for f in (table, open_loop, swaps, misses, speed, data_size, bench,
                                      appendix, rate, value, checkpoint)}
