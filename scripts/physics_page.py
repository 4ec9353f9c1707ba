"""The page docs/physics.md and its plots, from what scripts/physics has measured."""
import math

OF_LAW = ("title", "formula", "source", "x", "y", "measure", "fine", "weak", "order", "weakness")
COLOURS = ("#1f6fb4", "#d1662a", "#3d8b4f", "#8a56a8", "#555555")
LOG_X = ("tunnelling", "hanging_chain", "mass_ratio", "plastic", "cart_pole")
POINTS = "pt 7 ps 0.5", "pt 6 ps 1", "pt 5 ps 0.5", "pt 4 ps 1.2", "pt 8 ps 0.8"
LOG_Y = ("hanging_chain",)
LEAST = 1e-6  # smaller errors are drawn here

GROUPS = (
    ("Motion", ("free_fall", "projectile", "damping", "air", "orbit", "spring", "pendulum",
                "double_pendulum", "cart_pole", "jointed_spin", "tumbling", "hanging_chain")),
    ("Impacts", ("bounce", "elastic_bounces", "oblique", "plastic", "bar", "chain_apart",
                 "chain_touching", "tunnelling")),
    ("Lasting contact", ("braking", "slip_angle", "tipping", "rolling", "sliding_to_rolling",
                         "tower", "penetration", "mass_ratio")),
)

HEAD = """# Physics beside the law

Written by `scripts/physics`, which measures all that stands here. For the numbers of a world of your own:

    orrery validate my_world.yaml --physics

Each experiment below is a small world that is built with the engine and the numbers of the file (`dt`,
`iterations`, `slop`, `bias`, gravity), stepped through the same interface as every other world, and held
against a formula. {count} experiments take a second or so; the time grows as 1/dt.

**Units.** Lengths are in *sizes*: the root of the median area of the file's free bodies. With its gravity
g that gives the unit of time T = sqrt(size / g); what counts for accuracy is dt / T. Here a body measures
1 m and g is 9.81 m/s^2: T = {time:.3f} s. A world in pixels, or one without gravity, is taken as if its
typical body measured 1 m, and the verb says so. The file's `damping` is left out.

**Verdicts.** *Fine* and *weak* are bands of the error, given with each experiment: 1 % and 5 % for smooth
motion, 2 % and 10 % for contact, where nothing else is said. Above them the verdict is *off*. Plots show
the bands in green and yellow. An error is the worst of all points of a curve, never a mean: an engine's
weakness appears as such. A verdict says how far a motion is from the law, not whether that matters: a
model that is learned from a world learns that world's physics, whatever it is.
"""


def short(error):
    return "no number:" if error is None else "0" if error == 0 else f"{error:.2g}"


def engines(document):
    return list(dict.fromkeys(run["engine"] for run in document["runs"]))


def result(document, engine, dt, name):
    for run in document["runs"]:
        if run["engine"] == engine and run["dt"] == dt:
            return run["experiments"][name]
    return None


def cell(found):
    if found["verdict"] == "not offered":
        return "not offered"
    mark = {"fine": "{}", "weak": "*{} weak*", "off": "**{} off**"}[found["verdict"]]
    return mark.format(short(found["error"]))


def order_of(document, engine, name):
    """The power of dt between the finest substeps whose errors are no rounding; "" without one."""
    dots = [(dt, result(document, engine, dt, name)) for dt in document["substeps"]]
    dots = [(dt, found["error"]) for dt, found in dots if found["error"] and found["error"] > 1e-9]
    if len(dots) < 4:
        return ""
    (a, x), (b, y) = dots[0], dots[2]
    return f"{math.log(y / x) / math.log(b / a):.1f}"


def table(document, name):
    steps = document["substeps"]
    lines = ["| error at dt / s | " + " | ".join(f"{dt:g}" for dt in steps) + " | order |",
             "|---|" + "---|" * (len(steps) + 1)]
    for engine in engines(document):
        cells = [cell(result(document, engine, dt, name)) for dt in steps]
        lines.append(f"| {engine} | " + " | ".join(cells) +
                     f" | {order_of(document, engine, name)} |")
    return lines


def notes(document, name):
    for engine in engines(document):
        found = result(document, engine, document["shown"], name)
        if found["note"]:
            yield f"{engine}, dt {document['shown']:g} s: {found['note']}."


def section(document, name):
    law = document["laws"][name]
    lines = [f"### {law['title']}", "", f"`{law['formula']}`", "", f"*Source:* {law['source']}.  ",
             f"*Error:* {law['measure']}; fine up to {law['fine']:g}, weak up to {law['weak']:g}.  "]
    if law["order"]:
        power = "" if law["order"] == 1 else f"^{law['order']}"
        lines.append(f"*Expected:* error ∝ dt{power}.  ")
    if law["weakness"]:
        lines.append(f"*Known weakness:* {law['weakness']}.  ")
    lines += ["", f"![{law['title']}](plots/physics_{name}.svg)", "", *table(document, name), ""]
    lines += [line for note in notes(document, name) for line in (note, "")]
    return lines


def summary(document):
    shown = document["shown"]
    lines = [f"## At dt = {shown:g} s", "",
             "| experiment | " + " | ".join(engines(document)) + " |",
             "|---|" + "---|" * len(engines(document))]
    for _, names in GROUPS:
        for name in names:
            cells = [cell(result(document, engine, shown, name)) for engine in engines(document)]
            lines.append(f"| {document['laws'][name]['title']} | " + " | ".join(cells) + " |")
    lines += [""]
    for engine in engines(document):
        verdicts = {"fine": 0, "weak": 0, "off": 0, "not offered": 0}
        for name in document["laws"]:
            verdicts[result(document, engine, shown, name)["verdict"]] += 1
        said = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items() if count)
        lines.append(f"- {engine}: {said}.")
    return lines + [""]


def quoted(text):
    """For gnuplot; its ^ and _ would raise and lower what follows."""
    return "'" + text.replace("'", "''") + "' noenhanced"


def panel_of_points(document, name):
    law = document["laws"][name]
    lines, curves = [], []
    for at, engine in enumerate(engines(document)):
        points = result(document, engine, document["shown"], name).get("points") or []
        if not points:
            continue
        if not curves:
            lines += ["$law << END"] + [f"{p[0]:.6g} {p[2]:.6g}" for p in points] + ["END"]
            curves.append("$law using 1:2 with lines lw 1.5 lc rgb '#222222' title 'law'")
        lines += [f"$p{at} << END"]
        lines += [f"{p[0]:.6g} {'NaN' if p[1] is None else format(p[1], '.6g')}" for p in points]
        lines += ["END"]
        curves.append(f"$p{at} using 1:2 with points {POINTS[at % 5]} "
                      f"lc rgb '{COLOURS[at % len(COLOURS)]}' title '{engine}'")
    lines += ["set logscale x" if name in LOG_X else "unset logscale x",
              "set logscale y" if name in LOG_Y else "unset logscale y",
              f"set xlabel {quoted(law['x'])}", f"set ylabel {quoted(law['y'])}", "set autoscale",
              "set format '%g'", "unset object",
              "set offsets graph 0.04, graph 0.04, graph 0.06, graph 0.06",
              f"set title 'dt = {document['shown']:g} s' font ',11'",
              "plot " + ", ".join(curves)]
    return lines


def band(number, low, high, colour, steps):
    return (f"set object {number} rectangle from {steps[0] / 1.3:.6g},{low:.6g} to "
            f"{steps[-1] * 1.3:.6g},{high:.6g} fc rgb '{colour}' fs solid noborder behind")


def panel_of_errors(document, name):
    law, steps = document["laws"][name], [1000 * dt for dt in document["substeps"]]
    lines, curves, largest, least, first = [], [], law["weak"], law["fine"], None
    for at, engine in enumerate(engines(document)):
        dots = [(dt, result(document, engine, dt, name)["error"]) for dt in document["substeps"]]
        dots = [(1000 * dt, max(error, LEAST)) for dt, error in dots if error is not None]
        if not dots:
            continue
        first = first or dots[0]
        largest, least = max([largest, *(e for _, e in dots)]), min([least, *(e for _, e in dots)])
        lines += [f"$e{at} << END"] + [f"{dt:g} {error:.6g}" for dt, error in dots] + ["END"]
        curves.append(f"$e{at} using 1:2 with linespoints {POINTS[at % 5]} "
                      f"lc rgb '{COLOURS[at % len(COLOURS)]}' title '{engine}'")
    low = 10.0 ** math.floor(math.log10(least) - 0.3)
    high = 10.0 ** math.ceil(math.log10(largest) + 0.3)
    if law["order"] and curves:
        curves.append(f"{0.6 * first[1]:.6g} * (x / {first[0]:g})**{law['order']} with lines dt 3 "
                      f"lc rgb '#777777' title 'order {law['order']}'")
    lines += ["unset offsets", "set logscale xy", "set xlabel 'dt / ms'", "set ylabel 'error'",
              f"set xrange [{steps[0] / 1.3:.6g}:{steps[-1] * 1.3:.6g}]",
              f"set yrange [{low:g}:{high:g}]", "set format y '10^{%L}'",
              band(1, low, law["fine"], "#e3f2e1", steps),
              band(2, law["fine"], law["weak"], "#fdf3d0", steps),
              "set xtics (" + ", ".join(f"'{dt:g}' {dt:g}" for dt in steps) + ")",
              "set title 'error and bands' font ',11'", "plot " + ", ".join(curves)]
    return lines


def script(document, name):
    lines = ["set terminal svg size 860,340 font 'sans,11' background '#ffffff'",
             "set encoding utf8", "set multiplot layout 1,2", "set grid lc rgb '#e4e4e4'",
             "set border 3", "set tics nomirror",
             "set key font ',10' samplen 1.5 outside bottom center horizontal"]
    return "\n".join(lines + panel_of_points(document, name) + panel_of_errors(document, name) +
                     ["unset multiplot", ""])


def render(document):
    """The text of the page, and gnuplot scripts by name of the picture."""
    time = dict(document["runs"][0]["numerics"])["time"]
    lines = [HEAD.format(count=len(document["laws"]), time=time), *summary(document)]
    pictures = {}
    for title, names in GROUPS:
        lines += [f"## {title}", ""]
        for name in names:
            lines += section(document, name)
            pictures[f"physics_{name}.svg"] = script(document, name)
    lines += ["## Settings", ""]
    for engine in engines(document):
        run = next(run for run in document["runs"] if run["engine"] == engine)
        settings = "".join(f" --set {setting}" for setting in run["settings"])
        lines.append(f"- {engine}: `orrery validate docs/physics.yaml --physics{settings} "
                     "--set world.dt=DT`")
    return "\n".join(lines) + "\n", pictures
