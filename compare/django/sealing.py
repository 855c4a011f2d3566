"""allauth stores secrets as they are, and documents two methods to override: this seals them with
AES-256-GCM, as mfakit does."""

import base64
import os

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# From a secret store, in an application.
KEY = AESGCM(bytes([7]) * 32)


class SealingAdapter(DefaultMFAAdapter):
    def encrypt(self, text):
        nonce = os.urandom(12)
        return base64.b64encode(nonce + KEY.encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text):
        sealed = base64.b64decode(encrypted_text)
        return KEY.decrypt(sealed[:12], sealed[12:], None).decode()
