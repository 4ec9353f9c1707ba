"""Small SVG plots with intervals, through gnuplot."""
import hashlib
import math
import os
import re
import subprocess

from results_store import Mistake, write

COLOURS = ("#1f6fb4", "#d1662a", "#3d8b4f", "#8a56a8")


def script(panels):
    """`panels`: dicts of x, y, lines and series; a series is a list of (x, value, low, high)."""
    lines = [f"set terminal svg size {420 * len(panels)},300 font 'sans,11' background '#ffffff'",
             "set encoding utf8", f"set multiplot layout 1,{len(panels)}",
             "set logscale x", "set grid ytics lc rgb '#dddddd'", "set border 3",
             "set tics nomirror"]
    for index, panel in enumerate(panels):
        lines += [f"$d{index}_{at} << END\n" + "\n".join(
            " ".join(f"{v:.6g}" for v in dot) for dot in sorted(dots)) + "\nEND"
            for at, dots in enumerate(panel["series"].values())]
        xs = sorted({dot[0] for dots in panel["series"].values() for dot in dots})
        least = min(dot[2] for dots in panel["series"].values() for dot in dots)
        lines += [f"set xlabel '{panel['x']}'", f"set ylabel '{panel['y']}'",
                  f"set xrange [{xs[0] / 1.4:.6g}:{xs[-1] * 1.4:.6g}]",
                  f"set yrange [{20 * math.floor(least / 20)}:100]" if "%" in panel["y"]
                  else "set yrange [0:*]",
                  f"set key {'bottom' if '%' in panel['y'] else 'top'} right",
                  "set xtics (" + ", ".join(f"'{x:,.6g}' {x:.6g}" for x in ticks(xs)) + ")"]
        style = "linespoints" if panel["lines"] else "points"
        plots = []
        for at, name in enumerate(panel["series"]):
            look = f"lc rgb '{COLOURS[at % len(COLOURS)]}'"
            plots += [f"$d{index}_{at} using 1:2:3:4 with yerrorbars pt 7 ps 0.5 {look} notitle",
                      f"$d{index}_{at} using 1:2 with {style} pt 7 ps 0.5 {look} title '{name}'"]
        lines.append("plot " + ", ".join(plots))
    return "\n".join(lines + ["unset multiplot", ""])


def ticks(xs):
    """Round numbers within the range of sorted `xs`: 1, 2, 5 of each decade, or finer."""
    low, high = xs[0] / 1.4, xs[-1] * 1.4
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)):
        found = [step * 10.0**decade for decade in decades for step in steps]
        found = [x for x in found if low <= x <= high]
        if len(found) > 2:
            break
    return found


def mark(text):
    return f"<!-- data {hashlib.sha256(text.encode()).hexdigest()[:16]} -->"


def draw(text, path):
    """The mark after the picture says from which figures it was drawn."""
    try:
        done = subprocess.run(["gnuplot"], input=text, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Mistake(f"gnuplot: {error}") from error
    if done.returncode or "</svg>" not in done.stdout:
        raise Mistake(f"gnuplot: {done.stderr.strip()}")
    write(path, re.sub(r"\n\s*\n", "\n", done.stdout).rstrip() + "\n" + mark(text) + "\n")


def current(text, path):
    if not os.path.exists(path):
        return False
    with open(path, encoding="utf-8") as file:
        return mark(text) in file.read()
