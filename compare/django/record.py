"""One JSON line per measurement, on standard output; as shared/src/record.rs writes it."""

import json
import time

ACCEPTED, REFUSED, LIMITED, FAILED = range(4)


class Tally:
    def __init__(self):
        self.times = []
        self.counts = [0, 0, 0, 0]

    def time(self, work, *arguments):
        """Times one request, which gives its outcome and a value."""
        begin = time.perf_counter()
        outcome, value = work(*arguments)
        self.times.append(time.perf_counter() - begin)
        self.counts[outcome] += 1
        return value


class Record:
    def __init__(self, program, round_number):
        self.program = program
        self.round = round_number

    def write(self, work, ideal, tally):
        times = sorted(tally.times)

        def micros(part):
            return round(times[len(times) * part // 4] * 1e6, 1) if times else None

        accepted, refused, limited, failed = tally.counts
        line = {
            "program": self.program,
            "round": self.round,
            "work": work,
            "tried": sum(tally.counts),
            "ideal": ideal,
            "accepted": accepted,
            "refused": refused,
            "limited": limited,
            "failed": failed,
            "median_us": micros(2),
            "lower_us": micros(1),
            "upper_us": micros(3),
        }
        print(json.dumps(line), flush=True)
