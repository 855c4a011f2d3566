"""Django's two: `main.py otp|allauth defaults|ours DIRECTORY ROUND`.

The order of the work is that of shared/src/drive.rs. Requests at once come from processes, as a
server with several workers has them: each has its connection and, at Django's default, its cache.
"""

import importlib
import multiprocessing
import os
import sys

from phone import keep_the_period
from record import ACCEPTED, Record, Tally
from settings import configure

AT_ONCE = 8
GUESSES = 40
# Processes; forty guesses at once are five from each.
WORKERS = 8

NAMES = {
    ("otp", "defaults"): "django-otp",
    ("otp", "ours"): "django-otp (our strength)",
    ("allauth", "defaults"): "allauth",
    ("allauth", "ours"): "allauth (our strength)",
}


def main():
    peer_name, strength, directory, round_number = sys.argv[1:]
    configure(peer_name, strength, directory)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    if strength == "ours":
        call_command("createcachetable", verbosity=0)
    peer = importlib.import_module(f"{peer_name}_peer")
    record = Record(NAMES[peer_name, strength], int(round_number))
    accounts = int(os.environ.get("COMPARE_ACCOUNTS", 40))
    trials = int(os.environ.get("COMPARE_TRIALS", 30))
    users = [peer.enroll(number) for number in range(3 * accounts + 3 * trials)]
    groups = iter(users)
    first, second, third = ([next(groups) for _ in range(accounts)] for _ in range(3))

    keep_the_period(15)
    codes(peer, record, first, second)
    recovery(peer, record, second, third)

    for_codes, for_recovery, for_guesses = ([next(groups) for _ in range(trials)] for _ in range(3))
    connection.close()  # A connection is not carried into another process.
    keep_the_period(20)
    race(peer, record, "race_code", trials, for_codes, lambda phone, _: [phone.code()] * AT_ONCE)
    race(peer, record, "race_recovery", trials, for_recovery, lambda _, codes: [codes[0]] * AT_ONCE)
    race(peer, record, "race_guesses", 0, for_guesses, lambda phone, _: phone.wrong_codes(GUESSES))


def codes(peer, record, first, second):
    right, replayed, wrong, issued, old = (Tally() for _ in range(5))
    used = []
    for user_id, phone, paper in first:
        challenge, code = peer.challenge(user_id), phone.code()
        session = right.time(peer.answer, challenge, code)
        assert session is not None, "a right code passes"
        used.append((user_id, code, paper, session))
    record.write("right_code", len(first), right)
    for user_id, code, _, _ in used:
        replayed.time(peer.answer, peer.challenge(user_id), code)
    record.write("replayed_code", 0, replayed)
    for user_id, phone, _ in second:
        challenge, [code] = peer.challenge(user_id), phone.wrong_codes(1)
        wrong.time(peer.answer, challenge, code)
    record.write("wrong_code", 0, wrong)
    for user_id, _, paper, session in used:
        new = issued.time(lambda: (ACCEPTED, peer.issue(session)))
        assert len(new) == 10
        old.time(peer.recover, peer.challenge(user_id), paper[1])
    record.write("issue_codes", len(first), issued)
    record.write("recovery_old", 0, old)


def recovery(peer, record, second, third):
    right, again, wrong = (Tally() for _ in range(3))
    for user_id, _, paper in second:
        code = paper[user_id % 10]
        right.time(peer.recover, peer.challenge(user_id), code)
        again.time(peer.recover, peer.challenge(user_id), code)
    record.write("recovery_right", len(second), right)
    record.write("recovery_again", 0, again)
    for user_id, _, paper in third:
        wrong.time(peer.recover, peer.challenge(user_id), peer.wrong_recovery(paper))
    record.write("recovery_wrong", 0, wrong)


def race(peer, record, work, ideal, users, codes_of):
    """Each user's codes at once, each in a sign-in of its own; every process takes its share."""
    barrier = multiprocessing.Barrier(WORKERS)
    outcomes = multiprocessing.Queue()
    workers = [
        multiprocessing.Process(
            target=racer, args=(peer, work, users, codes_of, number, barrier, outcomes)
        )
        for number in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    tally = Tally()
    for _ in workers:
        for outcome, count in enumerate(outcomes.get()):
            tally.counts[outcome] += count
    for worker in workers:
        worker.join()
    record.write(work, ideal, tally)


def racer(peer, work, users, codes_of, number, barrier, outcomes):
    counts = [0, 0, 0, 0]
    judge = peer.recover if work == "race_recovery" else peer.answer
    for user_id, phone, paper in users:
        share = codes_of(phone, paper)[number::WORKERS]
        challenges = [peer.challenge(user_id) for _ in share]
        barrier.wait()
        for challenge, code in zip(challenges, share):
            outcome, _ = judge(challenge, code)
            counts[outcome] += 1
        barrier.wait()  # Nobody prepares the next one while others still answer.
    outcomes.put(counts)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    main()
