//! The public half of a credential, and what it has signed.

use std::fmt;

use ed25519_dalek as ed25519;
use p256::ecdsa as p256_ecdsa;
use p256::ecdsa::signature::Verifier;
use rsa::BoxedUint;
use sha2::Sha256;

use super::base64::encoded;
use super::cose::{self, CoseKey};
use super::unverified::Unverified;

/// A signature algorithm, by its number in the COSE registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256, for Windows Hello on a TPM.
    Rs256,
}

impl SignatureAlgorithm {
    /// What a registration offers, the preferred one first. Browsers take the first that they can.
    pub const OFFERED: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// Its number in the COSE registry: −7, −8 or −257.
    pub const fn number(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
        }
    }

    /// The algorithm of this number, if it is offered.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::OFFERED.into_iter().find(|algorithm| algorithm.number() == number)
    }
}

/// A credential public key that was found fit to verify by.
///
/// Accepted are P-256 points that are written out and on the curve; Ed25519 points in their one
/// form and not of small order; RSA moduli of 2,048 to 4,096 bits with the exponent 65537.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: SignatureAlgorithm,
    cose: Box<[u8]>,
}

impl PublicKey {
    /// Takes a COSE key, as a registration brings it or as [`as_cose`](Self::as_cose) gave it.
    ///
    /// # Errors
    /// [`Unverified`] if it is not a COSE key, of an algorithm that is not offered, or unfit.
    pub fn from_cose(bytes: &[u8]) -> Result<Self, Unverified> {
        let (algorithm, _) = Key::read(bytes)?;
        Ok(Self { algorithm, cose: bytes.into() })
    }

    /// Takes a P-256 point by its coordinates, big-endian and of 32 bytes each.
    ///
    /// # Errors
    /// [`Unverified`] if they are of another length, or the point is not on the curve.
    pub fn from_p256(x: &[u8], y: &[u8]) -> Result<Self, Unverified> {
        Self::from_cose(&cose::p256(SignatureAlgorithm::Es256.number(), x, y)?)
    }

    /// Takes the 32 bytes of an Ed25519 point.
    ///
    /// # Errors
    /// [`Unverified`] if they are more or less, or the point is unfit.
    pub fn from_ed25519(point: &[u8]) -> Result<Self, Unverified> {
        Self::from_cose(&cose::ed25519(SignatureAlgorithm::EdDsa.number(), point)?)
    }

    /// Takes an RSA modulus and exponent, big-endian and without zeros in front.
    ///
    /// # Errors
    /// [`Unverified`] if either is unfit.
    pub fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, Unverified> {
        Self::from_cose(&cose::rsa(SignatureAlgorithm::Rs256.number(), modulus, exponent)?)
    }

    /// The algorithm that it verifies by, and no other.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The COSE key, byte for byte as the authenticator wrote it: 77 bytes for P-256, 42 for
    /// Ed25519, about 272 for RSA with 2,048 bits.
    pub fn as_cose(&self) -> &[u8] {
        &self.cose
    }

    /// Verifies that its private half signed the message.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Unverified> {
        let (_, key) = Key::read(&self.cose)?;
        key.verify(message, signature).ok_or(Unverified::Signature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?}, {})", self.algorithm, encoded(&self.cose))
    }
}

enum Key {
    P256(p256_ecdsa::VerifyingKey),
    Ed25519(ed25519::VerifyingKey),
    Rsa(rsa::PublicKey),
}

impl Key {
    fn read(cose: &[u8]) -> Result<(SignatureAlgorithm, Self), Unverified> {
        let cose = CoseKey::read(cose)?;
        let found = cose.algorithm()?;
        let algorithm = SignatureAlgorithm::from_number(found)
            .ok_or(Unverified::SignatureAlgorithm { found })?;
        let key = match algorithm {
            SignatureAlgorithm::Es256 => Self::P256(p256(cose.p256()?)?),
            SignatureAlgorithm::EdDsa => Self::Ed25519(ed25519(cose.ed25519()?)?),
            SignatureAlgorithm::Rs256 => Self::Rsa(rsa(cose.rsa()?)?),
        };
        Ok((algorithm, key))
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Option<()> {
        match self {
            Self::P256(key) => {
                let signature = p256_ecdsa::Signature::from_der(signature).ok()?;
                key.verify(message, &signature).ok()
            }
            Self::Ed25519(key) => {
                let signature = ed25519::Signature::from_slice(signature).ok()?;
                key.verify_strict(message, &signature).ok()
            }
            Self::Rsa(key) => key.pkcs1v15_verify::<Sha256>(message, signature).ok(),
        }
    }
}

fn p256((x, y): (&[u8; 32], &[u8; 32])) -> Result<p256_ecdsa::VerifyingKey, Unverified> {
    let point = p256::Sec1Point::from_affine_coordinates(x.into(), y.into(), false);
    p256_ecdsa::VerifyingKey::from_sec1_point(&point).map_err(|_| Unverified::Point)
}

fn ed25519(bytes: &[u8; 32]) -> Result<ed25519::VerifyingKey, Unverified> {
    let key = ed25519::VerifyingKey::from_bytes(bytes).map_err(|_| Unverified::Point)?;
    // Decoding reduces the coordinate (ZIP 215), so that a point has further forms: not here.
    if key.to_edwards().compress().as_bytes() != bytes {
        return Err(Unverified::Point);
    }
    if key.is_weak() {
        return Err(Unverified::WeakPoint);
    }
    Ok(key)
}

/// An RSA key within bounds. They come first: arithmetic grows with the square of the modulus.
fn rsa((n, e): (&[u8], &[u8])) -> Result<rsa::PublicKey, Unverified> {
    let spare = n.first().map_or(0, |first| first.leading_zeros() as usize);
    let bits = n.len() * 8 - spare;
    if !RSA_BITS.contains(&bits) || n.first() == Some(&0) {
        return Err(Unverified::RsaModulus { bits });
    }
    if e != RSA_EXPONENT {
        return Err(Unverified::RsaExponent);
    }
    let number = BoxedUint::from_be_slice_vartime;
    rsa::PublicKey::new(number(n), number(e)).map_err(|_| Unverified::RsaModulus { bits })
}

/// The RSA moduli that are accepted, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// The one RSA exponent that is accepted, 65537, big-endian.
const RSA_EXPONENT: &[u8] = &[1, 0, 1];
