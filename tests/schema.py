#!/usr/bin/env python3
"""Schemathesis, unmodified, asks the real server what docs/api/openapi.json says can be asked; the last line is
"N passed, N failed": operations.

  tests/schema.py --ariane PATH [--examples N]

For each operation requests are made that keep to the document and some that do not.  An answer that is a fault
of the server, has a status, a type or a body that the document does not know: each is a failure.  Schemathesis
comes through pip into build/schema-venv.
"""
import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
sys.dont_write_bytecode = True
VENV = ROOT / "build/schema-venv"
PACKAGES = ["schemathesis==3.39.16", "hypothesis==6.127.9"]  # newer ones have lost what it calls
RIGHTS = ("text", "lists", "export", "import", "correct", "identity", "erase", "store", "doors", "audit")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
LEFT_OUT = "/live$|/oidc/begin"  # the one never ends, the other leads elsewhere


def program():
    made = VENV / "bin/schemathesis"
    if not made.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin/pip", "install", "--quiet", *PACKAGES], check=True)
    return made


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--ariane", required=True)
    options.add_argument("--examples", type=int, default=10)
    given = options.parse_args()
    os.environ["ARIANE"] = str(Path(given.ariane).resolve())
    made = program()
    from doors import Server, filled, token
    from tools import Place
    with Place() as place:
        folder = filled(place)
        grants = [word for right in RIGHTS for word in ("--grant", right)]
        secret = token(folder, "supervisor", *grants)
        with Server(folder) as server:
            words = [made, "run", ROOT / "docs/api/openapi.json", "--base-url", f"http://127.0.0.1:{server.port}",
                     "--experimental=openapi-3.1", "-H", f"Authorization: Bearer {secret}", "-c", CHECKS, "--exclude-path-regex", LEFT_OUT,
                     "--hypothesis-max-examples", str(given.examples), "--hypothesis-seed", "1", "--hypothesis-deadline", "None",
                     "--request-timeout", "70000", "--hypothesis-suppress-health-check", "all", "--no-color"]
            around = {**os.environ, "SCHEMATHESIS_HOOKS": "schema_hooks", "PYTHONPATH": str(ROOT / "tests"), "PYTHONDONTWRITEBYTECODE": "1",
                      "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / "build/hypothesis")}
            done = subprocess.Popen([str(word) for word in words], env=around, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            out = ""
            for line in done.stdout:
                print(line, end="", flush=True)
                out += line
            done.wait()
    marks = re.findall(r"^(?:GET|POST|DELETE) \S+ (\S+) ", out, re.M)
    failed = sum(1 for mark in marks if mark.strip(".") != "")
    passed = len(marks) - failed
    if done.returncode != 0 and failed == 0:
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
