#!/usr/bin/env python3
"""Prints the table of the comparison, as Markdown: `table.py results.jsonl`.

Every number is read from the programs' lines; nothing is written here that a run could contradict.
"""

import json
import os
import platform
import statistics
import sys
from datetime import datetime, timezone

REFERENCE = "mfakit"
ORDER = [
    "mfakit",
    "mfakit (memory)",
    "hand-made",
    "hand-made (our strength)",
    "better-auth",
    "better-auth (our strength)",
    "allauth",
    "allauth (our strength)",
    "django-otp",
    "django-otp (our strength)",
]
TIMED = {
    "right_code": "a right code",
    "wrong_code": "a wrong code",
    "replayed_code": "a replayed code",
    "recovery_right": "a right recovery code",
    "recovery_wrong": "a wrong recovery code",
    "recovery_again": "a spent recovery code",
    "recovery_old": "an unused code of the set before",
    "issue_codes": "issue ten codes",
    "policy": "decide the policy for one user",
    "lapsed_page": "first 100 lapsed of 100,000",
    "lapsed_count": "count the lapsed",
    "lapsed_all": "list all 30,000 lapsed",
}
# What a right answer looks like: accepted as often as it should be.
CHECKED = {
    "replayed_code": "a code, again in a new sign-in",
    "race_code": "one code in 8 sign-ins at once",
    "recovery_again": "a spent recovery code",
    "race_recovery": "one recovery code in 8 sign-ins at once",
    "recovery_old": "an unused code of the set before",
}
RACED = {"race_guesses": "40 wrong codes at once: judged, of each 40"}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    programs = [name for name in ORDER if any(line["program"] == name for line in lines)]
    measured = Measured(lines)
    print(machine(lines), end="\n\n")
    row = "| {} |".format
    print(row(" | ".join(["", *programs])))
    print(row(" | ".join(["---", *["---:" for _ in programs]])))
    for work, title in TIMED.items():
        print(row(" | ".join([title, *[measured.time(name, work) for name in programs]])))
    print(row(" | ".join(["**accepts, of tried**", *["" for _ in programs]])))
    for work, title in CHECKED.items():
        print(row(" | ".join([title, *[measured.accepted(name, work) for name in programs]])))
    for work, title in RACED.items():
        print(row(" | ".join([title, *[measured.judged(name, work) for name in programs]])))


class Measured:
    def __init__(self, lines):
        self.lines = lines

    def of(self, program, work):
        return [line for line in self.lines if (line["program"], line["work"]) == (program, work)]

    def time(self, program, work):
        """The median of the rounds' ratios to the reference; for the reference itself, the time."""
        own = {line["round"]: line["median_us"] for line in self.of(program, work)}
        if not own:
            return "not offered"
        if program == REFERENCE:
            return duration(statistics.median(own.values()))
        reference = {line["round"]: line["median_us"] for line in self.of(REFERENCE, work)}
        ratios = [own[number] / reference[number] for number in own if number in reference]
        if not ratios:
            return duration(statistics.median(own.values()))
        text = f"{ratio(statistics.median(ratios))} ×"
        accepts = sum(line["accepted"] - line["ideal"] for line in self.of(program, work))
        return text + (" **accepts**" if accepts > 0 else "")

    def accepted(self, program, work):
        """How many were let in; bold when it is more than should have been."""
        lines = self.of(program, work)
        if not lines:
            return "not offered"
        accepted, ideal, tried, failed = (
            sum(line[key] for line in lines) for key in ("accepted", "ideal", "tried", "failed")
        )
        text = f"{accepted} of {tried}"
        if ideal:
            text += f", {ideal} right"
        if failed:
            text += f", {failed} errors"
        return f"**{text}**" if accepted > ideal else text

    def judged(self, program, work):
        lines = self.of(program, work)
        if not lines:
            return "not offered"
        judged, tried = (sum(line[key] for line in lines) for key in ("refused", "tried"))
        return f"{40 * judged / tried:.1f}"


def duration(micros):
    if micros < 1_000:
        return f"{micros:.0f} µs"
    return f"{micros / 1_000:.3g} ms"


def ratio(value):
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def machine(lines):
    """The kind of machine, without its name."""
    model = "unknown processor"
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(line.split(":")[1].strip() for line in file if "model name" in line)
    except (OSError, StopIteration):
        pass
    rounds = len({line["round"] for line in lines})
    loads = [line["load"] for line in lines if line.get("load") is not None]
    load = f", load average {min(loads)} to {max(loads)}" if loads else ""
    disks = sorted({line["disk"] for line in lines if "disk" in line})
    load += f", databases on {' and '.join(disks)}" if disks else ""
    day = datetime.now(timezone.utc).date()
    return (
        f"{day}, {rounds} rounds; {os.cpu_count()} cores of an {model}, {platform.system()} on "
        f"{platform.machine()}{load}. The first column is a time, the others are ratios to it."
    )


if __name__ == "__main__":
    main()
