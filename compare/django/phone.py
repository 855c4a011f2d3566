"""The user's phone: RFC 6238 with SHA-1, six digits, thirty seconds. It is not what is measured."""

import hashlib
import hmac
import struct
import time


class Phone:
    def __init__(self, key):
        self.key = key

    def at(self, step):
        digest = hmac.new(self.key, struct.pack(">Q", step), hashlib.sha1).digest()
        offset = digest[-1] & 15
        number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
        return f"{number % 1_000_000:06}"

    def code(self):
        return self.at(step())

    def wrong_codes(self, count):
        """Codes that are not accepted, also when the period turns before they are judged."""
        near = {self.at(step() + offset) for offset in range(-3, 4)}
        codes = (f"{number:06}" for number in range(1_000_000))
        return [code for code, _ in zip((c for c in codes if c not in near), range(count))]


def step():
    return int(time.time()) // 30


def keep_the_period(seconds):
    """Waits until the current period lasts so long: some peers accept no other period's code."""
    left = 30 - time.time() % 30
    if left < seconds:
        time.sleep(left + 0.1)
