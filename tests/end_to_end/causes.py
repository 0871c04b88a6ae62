"""What is planted in a simulated company is found again; clean companies and more seeds: tests/company_causes.py."""
import subprocess
import sys

from tools import ARIANE, ROOT, equal


def check_planted_causes_are_found(place):
    """Of one seed each cause, at its size, and not the decoy."""
    done = subprocess.run([sys.executable, ROOT / "tests/company_causes.py", "--ariane", ARIANE, "--seeds", "1", "--customers",
                           "10000"], capture_output=True, text=True, check=False, cwd=place.path)
    equal(done.returncode, 0, done.stdout + done.stderr)
