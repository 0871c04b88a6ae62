"""What is planted in a simulated company is found again; clean companies and more seeds: tests/company_causes.py."""
import subprocess
import sys

from tools import ARIANE, ROOT, equal


def check_planted_causes_are_found(place):
    """Of one seed each cause, and not the decoy.

    Of the second: ten thousand customers have 400 connections, and in some years those of one subcontractor fail no
    more often than chance might have it."""
    done = subprocess.run([sys.executable, ROOT / "tests/company_causes.py", "--ariane", ARIANE, "--seeds", "1", "--first", "2",
                           "--customers", "10000"], capture_output=True, text=True, check=False, cwd=place.path)
    equal(done.returncode, 0, done.stdout + done.stderr)
