// One JSON line per measurement, on standard output; as shared/src/record.rs writes it.

export const ACCEPTED = 0;
export const REFUSED = 1;
export const LIMITED = 2;
export const FAILED = 3;

export class Tally {
  times = [];
  counts = [0, 0, 0, 0];

  /** Times one request, which gives its outcome and a value. */
  async time(work) {
    const begin = performance.now();
    const [outcome, value] = await work();
    this.times.push(performance.now() - begin);
    this.counts[outcome]++;
    return value;
  }
}

export class Record {
  constructor(program, round) {
    this.program = program;
    this.round = round;
  }

  write(work, ideal, tally) {
    const times = tally.times.sort((a, b) => a - b);
    const micros = (part) =>
      times.length ? Math.round(times[Math.floor((times.length * part) / 4)] * 1e4) / 10 : null;
    const [accepted, refused, limited, failed] = tally.counts;
    const tried = accepted + refused + limited + failed;
    const { program, round } = this;
    const times_us = { median_us: micros(2), lower_us: micros(1), upper_us: micros(3) };
    const counts = { tried, ideal, accepted, refused, limited, failed };
    console.log(JSON.stringify({ program, round, work, ...counts, ...times_us }));
  }
}
