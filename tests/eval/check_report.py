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
    assert total == len(lines)


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
