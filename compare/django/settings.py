"""What a small Django project has: database, sessions in it, and the second factor.

`peer` is what is compared, `strength` is "defaults" or "ours". Everything that is not named here is
at Django's or the package's default.
"""

import django
from django.conf import settings


def configure(peer, strength, directory):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{directory}/{peer}.db"}
    extra = {}
    if strength == "ours":
        # Durable and isolated as mfakit's store is. By default: a rollback journal with
        # synchronous = FULL, and transactions that begin by reading.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
        # allauth keeps used codes and rate limits in the cache, and by default each process has its
        # own. This one is shared, and needs no other server.
        extra["CACHES"] = {
            "default": {
                "BACKEND": "django.core.cache.backends.db.DatabaseCache",
                "LOCATION": "cache",
            }
        }
        extra["MFA_TOTP_TOLERANCE"] = 1
        extra["MFA_ADAPTER"] = "sealing.SealingAdapter"
    apps = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"]
    if peer == "allauth":
        apps += ["allauth", "allauth.account", "allauth.mfa"]
        extra["MIDDLEWARE"] = ["allauth.account.middleware.AccountMiddleware"]
        extra["AUTHENTICATION_BACKENDS"] = [
            "django.contrib.auth.backends.ModelBackend",
            "allauth.account.auth_backends.AuthenticationBackend",
        ]
    else:
        apps += ["django_otp", "django_otp.plugins.otp_totp", "django_otp.plugins.otp_static"]
    settings.configure(
        SECRET_KEY="compare" * 8,
        USE_TZ=True,
        ALLOWED_HOSTS=["testserver"],
        DATABASES={"default": database},
        INSTALLED_APPS=apps,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        ROOT_URLCONF="urls",
        # Passwords are not measured.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        **extra,
    )
    django.setup()
