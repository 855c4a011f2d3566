//! The private half of a software key.

use std::convert::Infallible;

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek as ed25519;
use minicbor::Encoder;
use minicbor::encode::Error;
use p256::ecdsa as p256_ecdsa;
use p256::ecdsa::signature::Signer;
use rsa::{BoxedUint, PrivateKey};
use sha2::Sha256;

use crate::domain::webauthn::SignatureAlgorithm;

/// A signing key and what its public half looks like in COSE.
#[derive(Clone)]
pub(super) enum SoftwareSecret {
    P256(Box<p256_ecdsa::SigningKey>),
    Ed25519(Box<ed25519::SigningKey>),
    Rsa,
}

impl SoftwareSecret {
    /// Takes a secret. One that is no scalar of P-256, of which there is none in 2³², is replaced.
    pub(super) fn new(secret: &[u8; 32], algorithm: SignatureAlgorithm) -> Self {
        match algorithm {
            SignatureAlgorithm::Es256 => {
                let key = p256_ecdsa::SigningKey::from_slice(secret);
                key.map_or_else(|_| Self::new(&[1; 32], algorithm), |key| Self::P256(Box::new(key)))
            }
            SignatureAlgorithm::EdDsa => {
                Self::Ed25519(Box::new(ed25519::SigningKey::from_bytes(secret)))
            }
            SignatureAlgorithm::Rs256 => Self::Rsa,
        }
    }

    pub(super) fn public_key(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new());
        // Writing to memory does not fail.
        let _ = self.encode(&mut encoder);
        encoder.into_writer()
    }

    /// Signs deterministically: RFC 6979, RFC 8032, RFC 8017.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::P256(key) => {
                let signature: p256_ecdsa::Signature = key.sign(message);
                Some(signature.to_der().as_bytes().to_vec())
            }
            Self::Ed25519(key) => Some(key.sign(message).to_bytes().to_vec()),
            Self::Rsa => rsa_key()?.pkcs1v15_sign::<Sha256>(message).ok(),
        }
    }

    /// A COSE key in canonical order: type, algorithm, then the type's own parameters.
    fn encode(&self, to: &mut Encoder<Vec<u8>>) -> Result<(), Error<Infallible>> {
        match self {
            Self::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(32);
                to.map(5)?.i8(1)?.i8(2)?.i8(3)?.i8(-7)?;
                to.i8(-1)?.i8(1)?.i8(-2)?.bytes(x)?.i8(-3)?.bytes(y)?;
            }
            Self::Ed25519(key) => {
                to.map(4)?.i8(1)?.i8(1)?.i8(3)?.i8(-8)?;
                to.i8(-1)?.i8(6)?.i8(-2)?.bytes(key.verifying_key().as_bytes())?;
            }
            Self::Rsa => {
                to.map(4)?.i8(1)?.i8(3)?.i8(3)?.i16(-257)?;
                to.i8(-1)?.bytes(&modulus())?.i8(-2)?.bytes(&[1, 0, 1])?;
            }
        }
        Ok(())
    }
}

/// The RSA key of the test vectors in W3C Web Authentication Level 3, §16: the product of the two
/// smallest Mersenne primes of 1,024 bits and more. Finding primes takes too long for a test.
fn rsa_key() -> Option<PrivateKey> {
    let number = BoxedUint::from_be_slice_vartime;
    let d = Base64UrlUnpadded::decode_vec(PRIVATE_EXPONENT).ok()?;
    let (n, e, d) = (number(&modulus()), number(&[1, 0, 1]), number(&d));
    let primes = [1279, 2203].map(|bits| number(&ones(bits, |_| true)));
    PrivateKey::from_components_with_wide_primes(n, e, d, primes.into()).ok()
}

/// (2¹²⁷⁹ − 1)(2²²⁰³ − 1) = 2³⁴⁸² − 2²²⁰³ − 2¹²⁷⁹ + 1, whose bits are these.
fn modulus() -> Vec<u8> {
    ones(3482, |bit| bit == 0 || (1279..2203).contains(&bit) || bit > 2203)
}

/// The number of so many bits, big-endian, that has the bits chosen.
fn ones(bits: usize, chosen: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut bytes = vec![0; bits.div_ceil(8)];
    for bit in (0..bits).filter(|bit| chosen(*bit)) {
        bytes[(bits - 1) / 8 - bit / 8] |= 1 << (bit % 8);
    }
    bytes
}

/// 65537⁻¹ modulo the least common multiple of 2¹²⁷⁹ − 2 and 2²²⁰³ − 2.
const PRIVATE_EXPONENT: &str = "\
ArQl7mQ6Pk_qUp_WArQl7mQ6Pk_qUp_WArQl7mQ6Pk_qUp_WArQl7mQ6Pk_qUp_WArQl7mQ6Pk_qUp_WArQl7mQ6\
     Pk_qUp_WArQl7mQ6Pk_qUp_WArQl7mQ6Pk_qUp_WArQl7mQ6Pk_qUp_WArQl7mQ6Pk_qUp_WArQl7mQ6Pk_qUp_W\
     ArQl7mQ6Pk_qUp_WArQl7mQ6Pk_qUp_WArQl7llpppZZaaaWWWmmlllpppZZaaaWWWmmlllpppZZaaaWWWmmlllp\
     ppZZaaaWWWmmlllpppZZaaaWWWmmlllpppZZaaaWWWmmlllpppZZaaaWWWmmlllpppZZaaaWWWmmlllpppZZaaaW\
     WWmmlllpppZZaaaVrGAq_UraEpvEwbEVrGAq_UraEpvEwbEVrGAq_UraEpvEwbEVrGAq_UraEpvEwbEVrGAq_Ura\
     EpvEwbEVrGAq_UraEpvEwbEVrGAq_UraEpvEwbEVrGAq_UraEpvEwbEVrGAq_UraEpvEwbEVrGAq_UraEpvEwbEV\
     rGAq_UraEpvEwbEVrGAq_UraEpvEwbEVrGAq_UraEpvEwbEVrGAr";
