"""Times tweedie against peers on the same inputs, in turn, and writes the table."""

import argparse
import json
import sys
import time
from pathlib import Path

import cases
import harness
import report

HERE = Path(__file__).parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="cases whose name contains one of these, "
                        "between commas; the others keep their rows")
    parser.add_argument("--rounds", type=int, default=3, help="at least, by rule 3; short work is "
                        "measured up to 15 times")
    parser.add_argument("--output", default=str(HERE / "RESULTS.md"))
    given = parser.parse_args()
    kept = Path(given.output).with_suffix(".json")
    rows = json.loads(kept.read_text())["rows"] if given.only and kept.exists() else []
    rows = {row["case"]: row for row in rows}
    described = report.machine(harness.tweedie("benchmark", "limits"))
    for case in cases.ALL:
        if not any(word in case.name for word in given.only.split(",")):
            continue
        if not case.possible():
            say(f"{case.name}: left out, its data is not there")
            continue
        began = time.perf_counter()
        try:
            row = harness.measure(case, given.rounds, say)
        except (Exception, SystemExit) as error:  # noqa: BLE001
            say(f"{case.name}: left out: {type(error).__name__}: {error}")
            continue
        rows[case.name] = row
        say(f"{' | '.join(report.line(row)[:8])}  [{time.perf_counter() - began:.0f} s]")
    # The table's words are those of today, also where a row is kept.
    today = {case.name: case for case in cases.ALL}
    ordered = [rows[name] | {"bound": today[name].bound, "target": today[name].target,
                             "atMost": today[name].at_most} for name in today if name in rows]
    Path(given.output).write_text(report.markdown(described, ordered))
    kept.write_text(json.dumps({"machine": described, "rows": ordered}, indent=1,
                               default=report.default) + "\n")
    say(f"wrote {given.output}")


def say(words):
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
