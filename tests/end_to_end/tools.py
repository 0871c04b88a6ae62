"""What the checks stand on: the program, temporary folders, JSON schemas.  Standard library only."""
import gzip
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ARIANE = os.environ.get("ARIANE", str(ROOT / "build/dev/ariane"))
DATA = Path(os.environ.get("ARIANE_TEST_DATA", ROOT.parent / "shared/data"))
TIMEOUT_S = 900  # a hang is a failure; a slow machine is not


class Skipped(Exception):
    """What a check needs is not on this machine."""


class Answer:
    """How a run of the program ended."""

    def __init__(self, words, status, out, error):
        self.words, self.status, self.raw, self.error_raw = words, status, out, error

    @property
    def out(self):
        return self.raw.decode()

    @property
    def error(self):
        return self.error_raw.decode()

    def json(self):
        return json.loads(self.raw)

    def lines(self):
        return [json.loads(line) for line in self.raw.splitlines()]

    def problem(self):
        return json.loads(self.error_raw)

    def __repr__(self):
        return f"{' '.join(self.words)}\nexit {self.status}\n{self.raw[-2000:]!r}\n{self.error_raw[-2000:]!r}"


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ARIANE", "LC_", "LANG"))}
    asan = f"{os.environ.get('ASAN_OPTIONS', '')}:quarantine_size_mb=8"  # records are large, runs many
    return {**kept, "LC_ALL": "C.UTF-8", "ARIANE_LANG": "en", "ASAN_OPTIONS": asan, **more}


def ariane(*words, status=0, stdin=b"", cwd=None, env=None):
    """Runs the program; any other exit code than `status` (None: any) is a failure."""
    words = [str(word) for word in words]
    done = subprocess.run([ARIANE, *words], input=stdin, capture_output=True, timeout=TIMEOUT_S, cwd=cwd,
                          env=environment(**(env or {})), check=False)
    answer = Answer(words, done.returncode, done.stdout, done.stderr)
    if "Sanitizer" in done.stderr.decode(errors="replace") or (status is not None and done.returncode != status):
        raise AssertionError(repr(answer))
    return answer


class Folder:
    """A data folder, and what is asked of it."""

    def __init__(self, path):
        self.path = Path(path)

    def __call__(self, *words, **how):
        return ariane("--data", self.path, *words, **how)

    def import_(self, *words, **how):
        """The summary of an import; its numbers must add up."""
        answer = self("import", *words, "--json", **how).json()
        parts = sum(answer[k] for k in ("imported", "duplicates", "conflicts", "erased", "rejected"))
        equal(answer["read"], parts, "read is the sum of its parts")
        return answer

    def status(self):
        return self("status", "--json").json()

    def digest(self):
        answer = self("verify", "--json").json()
        equal(answer["faults"], 0, "faults")
        return answer["digest"]

    def thread(self, identifier):
        return self("thread", identifier, "--json").lines()

    def events(self):
        """Every event, as `ariane export` tells it."""
        return [r for r in self("export").lines() if r["kind"] == "event"]

    def export(self, form):
        return self("export", "--format", form).raw


class Place:
    """A temporary folder with room for files and data folders; gone at the end."""

    def __enter__(self):
        self.path = Path(tempfile.mkdtemp(prefix="ariane-test-"))
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def folder(self, name="data"):
        return Folder(self.path / name)

    def file(self, name, content):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def data(name):
    """A file of the external test data."""
    path = DATA / name
    if path.exists():
        return path
    if os.environ.get("CI"):
        raise AssertionError(f"{path} is missing, and must be there under CI")
    raise Skipped(f"no {path}")


def lines_of(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def gz(content):
    return gzip.compress(content if isinstance(content, bytes) else content.encode())


# ---- what is said of what is seen


def equal(seen, wanted, what=""):
    if seen != wanted:
        raise AssertionError(f"{what}: {shorten(seen)}, not {shorten(wanted)}")


def holds(text, *words):
    for word in words:
        if word not in text:
            raise AssertionError(f"{word!r} is not in {shorten(text)}")


def lacks(text, *words):
    for word in words:
        if word in text:
            raise AssertionError(f"{word!r} is in {shorten(text)}")


def shorten(value):
    text = repr(value)
    return text if len(text) < 1500 else f"{text[:700]} ... {text[-700:]}"


# ---- JSON Schema, as much of it as docs/schemas uses; written apart from src/base/schema.c

TYPES = {
    "object": lambda v: isinstance(v, dict), "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str), "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None, "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
}
COMMENTS = {"$schema", "$id", "$defs", "title", "description", "default", "examples", "$comment"}
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def schema_faults(schema, value, root=None, at=""):
    """Yields what is wrong with `value`; a keyword that is not known is wrong too."""
    root = schema if root is None else root
    for key, rule in schema.items():
        if key in COMMENTS:
            continue
        if key not in RULES:
            yield f"{at}: this check does not know {key}"
            continue
        yield from RULES[key](schema, rule, value, root, at)


def plain(test):
    """A rule that a value keeps or breaks as a whole."""
    def rule(schema, wanted, value, _, at):
        if not test(wanted, value):
            yield f"{at}: {shorten(value)} breaks {[k for k, v in schema.items() if v is wanted]} {shorten(wanted)}"
    return rule


def names(kinds):
    return kinds if isinstance(kinds, list) else [kinds]


def reference(_, pointer, value, root, at):
    schema = root
    for part in pointer.lstrip("#/").split("/") if pointer != "#" else []:
        schema = schema[part]
    yield from schema_faults(schema, value, root, at)


def properties(_, known, value, root, at):
    for key, schema in known.items() if isinstance(value, dict) else []:
        if key in value:
            yield from schema_faults(schema, value[key], root, f"{at}/{key}")


def additional(schema, rule, value, root, at):
    for key in value if isinstance(value, dict) else []:
        if key in schema.get("properties", {}):
            continue
        if rule is False:
            yield f"{at}: {key} is not allowed"
        elif rule is not True:
            yield from schema_faults(rule, value[key], root, f"{at}/{key}")


def items(_, rule, value, root, at):
    for i, one in enumerate(value if isinstance(value, list) else []):
        yield from schema_faults(rule, one, root, f"{at}/{i}")


def so_many(least, most):
    def rule(_, choices, value, root, at):
        kept = sum(not list(schema_faults(choice, value, root, at)) for choice in choices)
        if not least <= kept <= (most or len(choices)):
            yield f"{at}: {shorten(value)} keeps {kept} of {len(choices)} choices"
    return rule


def is_number(value):
    return TYPES["number"](value)


RULES = {
    "type": plain(lambda kinds, v: any(TYPES[k](v) for k in names(kinds))),
    "enum": plain(lambda choices, v: v in choices), "const": plain(lambda one, v: v == one),
    "required": plain(lambda keys, v: not isinstance(v, dict) or set(keys) <= set(v)),
    "minimum": plain(lambda n, v: not is_number(v) or v >= n),
    "maximum": plain(lambda n, v: not is_number(v) or v <= n),
    "minLength": plain(lambda n, v: not isinstance(v, str) or len(v) >= n),
    "maxLength": plain(lambda n, v: not isinstance(v, str) or len(v) <= n),
    "minItems": plain(lambda n, v: not isinstance(v, list) or len(v) >= n),
    "maxItems": plain(lambda n, v: not isinstance(v, list) or len(v) <= n),
    "pattern": plain(lambda p, v: not isinstance(v, str) or re.search(p, v)),
    "format": plain(lambda f, v: f != "date-time" or not isinstance(v, str) or DATE_TIME.fullmatch(v)),
    "propertyNames": lambda s, rule, v, root, at: (
        f for key in (v if isinstance(v, dict) else []) for f in schema_faults(rule, key, root, f"{at}/{key}")),
    "$ref": reference, "properties": properties, "additionalProperties": additional, "items": items,
    "oneOf": so_many(1, 1), "anyOf": so_many(1, None), "allOf": lambda *a: (
        f for rule in a[1] for f in schema_faults(rule, a[2], a[3], a[4])),
}


def keeps_schema(name, value):
    schema = json.loads((ROOT / f"docs/schemas/{name}.json").read_text())
    faults = list(schema_faults(schema, value))
    if faults:
        raise AssertionError(f"{name}.json: {faults[:5]}")
