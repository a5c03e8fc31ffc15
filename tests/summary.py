"""The last line of ``make test``: what passed, and what was skipped."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

RESULTS = Path(__file__).parent.parent / "test-reports"


def main() -> int:
    passed = failed = skipped = 0
    for path in sorted(RESULTS.glob("*.xml")):
        for suite in ElementTree.parse(path).getroot().iter("testsuite"):
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            left = int(suite.get("skipped", 0))
            passed += int(suite.get("tests", 0)) - bad - left
            failed += bad
            skipped += left
    if skipped:
        print("Some tests were skipped: without a Chromium those in a browser, without a PostgreSQL those on it.")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
