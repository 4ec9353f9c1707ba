"""The JSON Schema of a table and its reader agree: usage check_schema.py <schema_probe>.

Exit code 77 (skipped) without the module jsonschema."""
import json
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: no module jsonschema")
    sys.exit(77)

GOOD = [
    {"name": "x"},
    {"name": "x", "note": None, "seed": 3, "dt": 0.05, "heading": "45deg", "reach": "inf"},
    {"name": "x", "heading": 1, "shown": False, "mode": "off", "start": [1, 2.5]},
    {"name": "x", "gravity": [1, 2]},
    {"name": "x", "gravity": [1, 2, 3], "turn": [1]},
    {"name": "x", "weights": [], "outline": [[0, 0], [1, 0], [0, 1], [2, 2]], "tags": ["a", "5"]},
    {"name": "x", "friction": 1, "spread": [{"uniform": ["1deg", 2]}, {"choice": [1, 2, 3]}]},
    {"name": "x", "friction": {"integer": [0, 2]}, "light": None, "camera": {}},
    {"name": "x", "friction": {"normal": [0.5, 7]}, "light": {"power": 1e9}},
    {"name": "x", "wind": None},
    {"name": "x", "wind": {"uniform": [0, 1]}},
    {"name": "x", "agent": "a", "bodies": [{"name": "a", "shape": {"box": {"width": 1}}}]},
    {"name": "x", "planner": {"circle": {"radius": 2}}, "extra": [1, {"a": None}]},
    {"name": "x", "bodies": [{"template": "b"}, {"repeat": {"count": 3}, "each": {"name": "b${i}"}}],
     "templates": {"b": {"parameters": {"m": 1}, "value": {"name": "a"}}}},
    {"name": "x", "outline": [{"repeat": {"count": 6, "index": "k"}, "each": [["${cos(k)}", 1]]}]},
    {"name": "x", "camera": {"template": "c"}, "planner": {"template": "p", "with": {"r": 2}},
     "templates": {"c": {"value": {}}, "p": {"parameters": {"r": 1},
                                             "value": {"circle": {"radius": "${r}"}}}}},
]
BAD = [
    {},
    {"name": 5},
    {"name": "x", "nam": 1},
    {"name": "x", "seed": 1.5},
    {"name": "x", "seed": 1001},
    {"name": "x", "seed": "3"},
    {"name": "x", "dt": 5},
    {"name": "x", "dt": "3deg"},
    {"name": "x", "shown": "true"},
    {"name": "x", "mode": "quick"},
    {"name": "x", "start": [1]},
    {"name": "x", "gravity": [1]},
    {"name": "x", "gravity": [1, 2, 3, 4]},
    {"name": "x", "turn": []},
    {"name": "x", "outline": [[0, 0], [1, 1]]},
    {"name": "x", "outline": [[0, 0], [1, 1], [1]]},
    {"name": "x", "tags": [3]},
    {"name": "x", "friction": {"uniform": [0, 3]}},
    {"name": "x", "friction": {"uniform": [0, 1], "normal": [0, 1]}},
    {"name": "x", "friction": {"normal": [0, -1]}},
    {"name": "x", "friction": {"choice": []}},
    {"name": "x", "friction": None},
    {"name": "x", "wind": "no"},
    {"name": "x", "spread": [1]},
    {"name": "x", "camera": None},
    {"name": "x", "camera": {"width": 0}},
    {"name": "x", "bodies": [{}]},
    {"name": "x", "planner": {}},
    {"name": "x", "planner": {"circle": {}, "box": {"width": 1}}},
    {"name": "x", "planner": {"box": {}}},
    {"name": "x", "weights": [{"repeat": {"count": 3}}]},
    {"name": "x", "weights": [{"repeat": {"count": 10001}, "each": 1}]},
    {"name": "x", "weights": [{"repeat": {}, "each": 1}]},
    {"name": "x", "weights": [{"template": "w", "wiht": {}}], "templates": {"w": {"value": 1}}},
    {"name": "x", "templates": {"w": {}}},
    {"name": "x", "templates": {"w": {"value": 1, "params": {}}}},
    {"name": "x", "templates": []},
    {"name": "x", "include": 3},
]

probe = sys.argv[1]
schema = json.loads(subprocess.run([probe], check=True, capture_output=True).stdout)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
documents = [(d, True) for d in GOOD] + [(d, False) for d in BAD]
reader = subprocess.run([probe] + [json.dumps(d) for d, _ in documents], check=True,
                        capture_output=True, text=True).stdout.split()
wrong = 0
for (document, good), said in zip(documents, reader, strict=True):
    valid = validator.is_valid(document)
    if valid != good or (said == "good") != good:
        wrong += 1
        print(f"{document}: expected {good}, schema {valid}, reader {said}")
for name, field in schema["properties"].items():
    if "default" in field and not validator.evolve(schema={**field, "definitions":
                                                           schema["definitions"]}).is_valid(
                                                               field["default"]):
        wrong += 1
        print(f"{name}: its default does not fit its own schema")
if "(s)" not in schema["properties"]["dt"]["description"]:
    wrong += 1
    print("the unit of dt is not in its description")
sys.exit(1 if wrong else 0)
