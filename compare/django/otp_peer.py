"""django-otp: `verify_token` and `login`, as its guide "Authentication" says for a view of one's own.

Codes to write down are its static devices; it has ten of them because we ask for ten. `OTPTokenForm`
asks `verify_is_allowed` before it verifies, and so does this.
"""

import uuid

import django_otp
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, transaction
from django.test import RequestFactory
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from phone import Phone
from record import ACCEPTED, FAILED, LIMITED, REFUSED

# Any code of the window of three.
WINDOW = 1


def enroll(number):
    user = User.objects.create(username=f"user{number}")
    totp = TOTPDevice.objects.create(user=user, name="phone")
    static = StaticDevice.objects.create(user=user, name="codes")
    return user.pk, Phone(totp.bin_key), issue_for(static)


def challenge(user_id):
    """The password was right: a session, whose user is known."""
    request = RequestFactory().post("/verify")
    request.user = User.objects.get(pk=user_id)
    request.session = SessionStore()
    request.session["_auth_user_id"] = str(user_id)
    request.session.save()
    totp = TOTPDevice.objects.get(user=request.user).persistent_id
    static = StaticDevice.objects.get(user=request.user).persistent_id
    return request, totp, static


def answer(challenge, code):
    request, device, _ = challenge
    return verify(request, device, code)


def recover(challenge, code):
    request, _, device = challenge
    return verify(request, device, code)


def verify(request, device_id, token):
    try:
        # `verify_token` in `django_otp` opens the same transaction, but answers a throttled token
        # like a wrong one.
        with transaction.atomic():
            device = django_otp.models.Device.from_persistent_id(device_id, for_verify=True)
            allowed, _ = device.verify_is_allowed()
            verified = allowed and device.verify_token(token)
        if not allowed:
            return LIMITED, None
        if not verified:
            return REFUSED, None
        django_otp.login(request, device)
        request.session.save()
        return ACCEPTED, request
    except DatabaseError:
        return FAILED, None


def issue(request):
    return issue_for(StaticDevice.objects.get(user=request.user))


@transaction.atomic
def issue_for(device):
    device.token_set.all().delete()
    tokens = [StaticToken.random_token() for _ in range(10)]
    for token in tokens:
        device.token_set.create(token=token)
    return tokens


def wrong_recovery(_):
    return uuid.uuid4().hex[:8]
