"""django-allauth's MFA: the form of its page `mfa_authenticate`, which judges both kinds of codes, and
what the page does when the form is valid.

Each request comes from an address of its own: by default an address is limited to ten failures a
minute, which says nothing about an account.
"""

import base64
import itertools
import os
import uuid

from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError
from django.test import RequestFactory

from phone import Phone
from record import ACCEPTED, FAILED, LIMITED, REFUSED

addresses = itertools.count(1)


def enroll(number):
    user = User.objects.create_user(username=f"user{number}", password="correct horse")
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    return user.pk, Phone(base64.b32decode(secret)), codes


def challenge(user_id):
    """The password was right: a session, whose user is known."""
    number = next(addresses)
    address = f"10.{os.getpid() % 256}.{number // 256 % 256}.{number % 256}"
    request = RequestFactory().post("/accounts/2fa/authenticate/", REMOTE_ADDR=address)
    request.user = User.objects.get(pk=user_id)
    request.session = SessionStore()
    request.session["account_login"] = {"user_pk": str(user_id)}
    with context.request_context(request):
        # As after confirming the password, which new recovery codes ask for.
        record_authentication(request, request.user, "password", reauthenticated=True)
    request.session.save()
    return request


def answer(request, code):
    try:
        with context.request_context(request):
            form = AuthenticateForm(user=request.user, data={"code": code})
            if form.is_valid():
                form.save()
                request.session.save()
                return ACCEPTED, request
    except DatabaseError:
        return FAILED, None
    limited = form.has_error("code", "too_many_login_attempts")
    return (LIMITED if limited else REFUSED), None


recover = answer


def issue(request):
    with context.request_context(request):
        authenticator = generate_recovery_codes(request)
        return authenticator.wrap().get_unused_codes()


def wrong_recovery(_):
    return f"{uuid.uuid4().int % 100_000_000:08}"
