"""Lets django-otp and django-allauth write what the import's tests read.

Usage: python_programs.py DIRECTORY, with django, django-otp and django-allauth[mfa] installed from PyPI at the
versions that `run` names. Times are fixed; seeds and codes are whatever the programs draw.
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

START = 1_800_000_007  # when the tests of the repository begin
time.time = lambda: CLOCK[0]
CLOCK = [START]

settings.configure(
    SECRET_KEY="fixtures",
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
        "django.contrib.messages", "django_otp", "django_otp.plugins.otp_totp",
        "django_otp.plugins.otp_static", "allauth", "allauth.account", "allauth.mfa",
    ],
    MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
)
django.setup()
call_command("migrate", verbosity=0)

from django.contrib.auth.models import User
from django_otp.oath import TOTP as OathTotp
from django_otp.plugins.otp_static.lib import add_static_token
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value


def django_otp(user):
    device = TOTPDevice.objects.create(user=user, name="Phone", confirmed=True)
    code = lambda at: f"{OathTotp_at(device, at):06d}"
    CLOCK[0] = START - 300
    assert device.verify_token(code(START - 300))
    CLOCK[0] = START
    device.refresh_from_db()
    tokens = [add_static_token(user.username).token for _ in range(5)]
    static = StaticDevice.objects.get(user=user)
    assert static.verify_token(tokens[0])
    # This is the export that the documentation names.
    rows = [
        dict(name=d.name, key=d.key, step=d.step, t0=d.t0, digits=d.digits, drift=d.drift, last_t=d.last_t)
        for d in TOTPDevice.objects.filter(user=user, confirmed=True)
    ]
    left = list(static.token_set.values_list("token", flat=True))
    return {
        "written_by": f"django-otp {version('django-otp')} (PyPI)",
        "export": {"devices": rows, "tokens": left},
        "code_now": code(START), "code_before": code(START - 300), "code_later": code(START + 60),
        "spent_token": tokens[0],
    }


def OathTotp_at(device, at):
    totp = OathTotp(device.bin_key, device.step, device.t0, device.digits, 0)
    totp.time = at
    return totp.token()


def allauth(user):
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    recovery = RecoveryCodes.activate(user)
    codes = recovery.generate_codes()
    assert recovery.validate_code(codes[3])
    code = lambda at: format_hotp_value(hotp_value(secret, at // 30))
    # This is the export that the documentation names.
    export = {}
    for authenticator in Authenticator.objects.filter(user=user):
        if authenticator.type == Authenticator.Type.TOTP:
            from allauth.mfa.utils import decrypt
            export["secret"] = decrypt(authenticator.data["secret"])
        elif authenticator.type == Authenticator.Type.RECOVERY_CODES:
            export["unused_codes"] = authenticator.wrap().get_unused_codes()
    return {
        "written_by": f"django-allauth {version('django-allauth')} (PyPI)",
        "export": export,
        "code_now": code(START), "code_later": code(START + 60), "spent_code": codes[3],
    }


to = Path(sys.argv[1])
for name, write in (("django_otp", django_otp), ("allauth", allauth)):
    user = User.objects.create_user(name, password="x")
    (to / f"{name}.json").write_text(json.dumps(write(user), indent=2) + "\n")
