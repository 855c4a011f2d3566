"""Writes fixtures for programs that no registry in reach has, after their published formats.

Usage: published_formats.py DIRECTORY. The codes are computed after RFC 4226 §5.3.

- Laravel Fortify (`TwoFactorAuthenticationProvider::generateSecretKey`, `RecoveryCode::generate`):
  a seed of 16 base32 characters, eight codes of ten random letters and digits, a hyphen and ten more.
- ASP.NET Core Identity (`UserManager.GenerateNewAuthenticatorKey`, `CreateTwoFactorRecoveryCode`): a
  seed of 32 base32 characters, ten codes of five characters of 23456789BCDFGHJKMNPQRTVWXY, a hyphen
  and five more, joined by semicolons.
- Google Authenticator (`otpauth-migration://offline?data=`): the protocol buffer `MigrationPayload`.
"""

import base64
import hashlib
import hmac
import json
import random
import string
import sys
from pathlib import Path
from urllib.parse import quote

START = 1_800_000_007
draw = random.Random(1815)
to = Path(sys.argv[1])
AFTER = "the published format; not written by the program itself"


def base32(characters):
    return "".join(draw.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=characters))


def code(seed, at):
    signed = hmac.new(base64.b32decode(seed), (at // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    place = signed[-1] & 15
    number = int.from_bytes(signed[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def codes(seed):
    return {"code_now": code(seed, START), "code_later": code(seed, START + 60)}


def write(name, document):
    (to / f"{name}.json").write_text(json.dumps({"written_after": AFTER, **document}, indent=2) + "\n")


def part():
    return "".join(draw.choices(string.ascii_letters + string.digits, k=10))


seed = base32(16)
recovery = [f"{part()}-{part()}" for _ in range(8)]
write("fortify", {"export": {"secret": seed, "recovery_codes": recovery}, **codes(seed)})

short = lambda: "".join(draw.choices("23456789BCDFGHJKMNPQRTVWXY", k=5))
seed = base32(32)
recovery = ";".join(f"{short()}-{short()}" for _ in range(10))
write("aspnet", {"export": {"AuthenticatorKey": seed, "RecoveryCodes": recovery}, **codes(seed)})


def varint(number):
    out = b""
    while True:
        number, low = number >> 7, number & 0x7F
        out += bytes([low | (0x80 if number else 0)])
        if not number:
            return out


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def entry(seed, name, issuer, algorithm, digits, kind):
    raw = base64.b32decode(seed)
    return field(1, raw) + field(2, name.encode()) + field(3, issuer.encode()) + b"".join(
        field(n, v) for n, v in ((4, algorithm), (5, digits), (6, kind)))


first, second, counter = base32(32), base32(32), base32(32)
payload = b"".join([
    field(1, entry(first, "ada@example.org", "Scrivio", 1, 1, 2)),
    field(1, entry(second, "Scrivio:ada@example.org", "", 0, 0, 2)),
    field(1, entry(counter, "bank", "Bank", 1, 1, 1)),
    field(2, 1), field(3, 1), field(4, 0), field(5, 2**64 - 12345),
])
data = quote(base64.b64encode(payload).decode(), safe="")
write("google", {
    "export": f"otpauth-migration://offline?data={data}",
    "codes": [codes(first), codes(second)],
})
