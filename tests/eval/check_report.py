"""Checks a run's report: report.json against its schema, report.html as a page that stands alone.

check_report.py RUN_FOLDER SCHEMA; exit code 77 (skipped) without the module jsonschema."""
import base64
import csv
import json
import pathlib
import sys
import xml.etree.ElementTree as tree
from html.parser import HTMLParser

try:
    import jsonschema
except ImportError:
    sys.exit(77)

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Page(HTMLParser):
    """Every element closed in order, every picture inline and whole."""

    def __init__(self):
        super().__init__()
        self.open, self.pictures = [], 0

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            assert name not in ("onload", "onclick"), f"script in <{tag}>"
            if name in ("src", "href"):
                head = "data:image/svg+xml;base64,"
                assert value.startswith(head), f"<{tag} {name}={value[:40]}>"
                tree.fromstring(base64.b64decode(value[len(head):], validate=True))
                self.pictures += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()}"


def check_schema(report, schema):
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(report)
    for spoil in ("schema_version", "tables", "scenario"):  # the schema can say no
        broken = {k: v for k, v in report.items() if k != spoil}
        assert list(jsonschema.Draft7Validator(schema).iter_errors(broken)), spoil
    extra = dict(report, surprise=1)
    assert list(jsonschema.Draft7Validator(schema).iter_errors(extra)), "unknown keys pass"


def check_numbers(report, folder):
    """The counts of report.json are those of episodes.csv."""
    with open(folder / "episodes.csv", newline="") as file:
        lines = list(csv.DictReader(file))
    total = 0
    for table in report["tables"]:
        for row in table["rows"]:
            mine = [l for l in lines
                    if l["rule"] == table["rule"]["name"] and l["row"] == row["row"]]
            total += len(mine)
            assert len(mine) == row["all"]["n"] == row["must_move"]["n"] + row["rest"]["n"]
            assert sum(int(l["success"]) for l in mine) == row["all"]["successes"]
            assert row["solved_within"][-1] == row["all"]["successes"]
        check_causes(table, [l for l in lines if l["rule"] == table["rule"]["name"]], folder)
    assert total == len(lines)


def check_causes(table, lines, folder):
    """Misses and swaps are those of the episodes."""
    missed = [int(l["index"]) for l in lines if l["row"] == "oracle" and l["success"] == "0"]
    assert [m["pair"] for m in table.get("oracle_misses", [])] == missed
    model = {l["index"]: int(l["success"]) for l in lines if l["row"] == "model"}
    for swap in table["swaps"]:
        path = folder / "eval" / table["rule"]["name"] / "swaps" / "episodes.csv"
        with open(path, newline="") as file:
            mine = [l for l in csv.DictReader(file) if l["row"] == swap["name"]]
        moved = [l for l in mine if l["must_move"] == "1"]
        for part, chosen in (("all", mine), ("must_move", moved)):
            here = swap[part]
            wins = [(int(l["success"]), model[l["index"]]) for l in chosen]
            assert here["rate"]["successes"] == sum(a for a, _ in wins)
            assert here["only_swap"] == sum(a > b for a, b in wins)
            assert here["only_model"] == sum(b > a for a, b in wins)
            if wins:
                point = (here["only_swap"] - here["only_model"]) / len(wins)
                assert abs(here["difference"]["point"] - point) < 1e-12
                assert here["difference"]["low"] <= point <= here["difference"]["high"]


def main():
    folder, schema_path = pathlib.Path(sys.argv[1]), sys.argv[2]
    report = json.loads((folder / "report.json").read_text())
    check_schema(report, json.loads(pathlib.Path(schema_path).read_text()))
    check_numbers(report, folder)
    page = Page()
    page.feed((folder / "report.html").read_text())
    page.close()
    assert not page.open, page.open
    drawn = len(list((folder / "plots").glob("*.svg")))
    assert page.pictures == drawn, (page.pictures, drawn)
    print(f"{len(report['tables'])} tables, {page.pictures} pictures")


main()
