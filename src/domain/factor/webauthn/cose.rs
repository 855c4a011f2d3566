//! COSE keys, as credential public keys are written (§6.5.1; RFC 9052 §7, RFC 9053 §7, RFC 8230).

use std::convert::Infallible;

use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};
use minicbor::encode::Encoder;

use super::cbor;
use super::unverified::Unverified;

/// A COSE key's parameters, whatever its algorithm. Each is there at most once.
#[derive(Debug, Default)]
pub(super) struct CoseKey<'a> {
    key_type: Option<i64>,
    algorithm: Option<i64>,
    curve: Option<i64>,
    modulus: Option<&'a [u8]>,
    x_or_exponent: Option<&'a [u8]>,
    y: Option<&'a [u8]>,
}

impl<'a> CoseKey<'a> {
    /// Reads a key that these bytes are the whole of.
    ///
    /// Optional parameters are refused, because the standard forbids them here.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Unverified> {
        let mut decoder = Decoder::new(bytes);
        match Self::parameters(&mut decoder) {
            Ok(key) if decoder.position() == bytes.len() => Ok(key),
            Ok(_) | Err(_) => Err(Unverified::PublicKey),
        }
    }

    fn parameters(decoder: &mut Decoder<'a>) -> Result<Self, Error> {
        let mut key = Self::default();
        for _ in 0..cbor::map(decoder)? {
            let doubled = match decoder.i64()? {
                KEY_TYPE => key.key_type.replace(decoder.i64()?).is_some(),
                ALGORITHM => key.algorithm.replace(decoder.i64()?).is_some(),
                CURVE_OR_MODULUS if decoder.datatype()? == Type::Bytes => {
                    key.modulus.replace(decoder.bytes()?).is_some()
                }
                CURVE_OR_MODULUS => key.curve.replace(decoder.i64()?).is_some(),
                X_OR_EXPONENT => key.x_or_exponent.replace(decoder.bytes()?).is_some(),
                Y => key.y.replace(decoder.bytes()?).is_some(),
                _ => return Err(Error::message("another parameter")),
            };
            if doubled {
                return Err(Error::message("a parameter twice"));
            }
        }
        Ok(key)
    }

    /// The algorithm's number in the COSE registry.
    pub(super) fn algorithm(&self) -> Result<i64, Unverified> {
        self.algorithm.ok_or(Unverified::PublicKey)
    }

    /// The coordinates of a P-256 point, both written out.
    pub(super) fn p256(&self) -> Result<(&'a [u8; 32], &'a [u8; 32]), Unverified> {
        let of_type = self.is(KEY_TYPE_EC2, Some(CURVE_P256));
        let point = Option::zip(self.x_or_exponent.and_then(array), self.y.and_then(array));
        point.filter(|_| of_type).ok_or(Unverified::PublicKey)
    }

    /// The bytes of an Ed25519 point.
    pub(super) fn ed25519(&self) -> Result<&'a [u8; 32], Unverified> {
        let of_type = self.is(KEY_TYPE_OKP, Some(CURVE_ED25519)) && self.y.is_none();
        let point = self.x_or_exponent.and_then(array);
        point.filter(|_| of_type).ok_or(Unverified::PublicKey)
    }

    /// The modulus and the exponent of an RSA key, big-endian.
    pub(super) fn rsa(&self) -> Result<(&'a [u8], &'a [u8]), Unverified> {
        let of_type = self.is(KEY_TYPE_RSA, None) && self.y.is_none();
        let numbers = Option::zip(self.modulus, self.x_or_exponent);
        numbers.filter(|_| of_type).ok_or(Unverified::PublicKey)
    }

    fn is(&self, key_type: i64, curve: Option<i64>) -> bool {
        self.key_type == Some(key_type) && self.curve == curve
    }
}

/// Writes a P-256 key.
pub(super) fn p256(algorithm: i64, x: &[u8], y: &[u8]) -> Result<Vec<u8>, Unverified> {
    let parameters = [(X_OR_EXPONENT, x), (Y, y)];
    write(KEY_TYPE_EC2, algorithm, Some(CURVE_P256), &parameters)
}

/// Writes an Ed25519 key.
pub(super) fn ed25519(algorithm: i64, x: &[u8]) -> Result<Vec<u8>, Unverified> {
    write(KEY_TYPE_OKP, algorithm, Some(CURVE_ED25519), &[(X_OR_EXPONENT, x)])
}

/// Writes an RSA key.
pub(super) fn rsa(algorithm: i64, n: &[u8], e: &[u8]) -> Result<Vec<u8>, Unverified> {
    write(KEY_TYPE_RSA, algorithm, None, &[(CURVE_OR_MODULUS, n), (X_OR_EXPONENT, e)])
}

/// Writes a key in the one order that CTAP2 allows: 1, 3, −1, −2, −3.
fn write(
    key_type: i64,
    algorithm: i64,
    curve: Option<i64>,
    parameters: &[(i64, &[u8])],
) -> Result<Vec<u8>, Unverified> {
    let mut encoder = Encoder::new(Vec::new());
    let members = 2 + usize::from(curve.is_some()) + parameters.len();
    let written = (|| {
        encoder.map(members as u64)?;
        encoder.i64(KEY_TYPE)?.i64(key_type)?.i64(ALGORITHM)?.i64(algorithm)?;
        if let Some(curve) = curve {
            encoder.i64(CURVE_OR_MODULUS)?.i64(curve)?;
        }
        for (label, bytes) in parameters {
            encoder.i64(*label)?.bytes(bytes)?;
        }
        Ok::<(), minicbor::encode::Error<Infallible>>(())
    })();
    written.map_err(|_| Unverified::PublicKey)?;
    Ok(encoder.into_writer())
}

/// A coordinate of full length: leading zeros are written (RFC 9053 §7.1.1).
fn array(bytes: &[u8]) -> Option<&[u8; 32]> {
    bytes.try_into().ok()
}

/// Labels: of every key, then of the key types, which share numbers.
const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
const CURVE_OR_MODULUS: i64 = -1;
const X_OR_EXPONENT: i64 = -2;
const Y: i64 = -3;

/// Key types and curves.
const KEY_TYPE_OKP: i64 = 1;
const KEY_TYPE_EC2: i64 = 2;
const KEY_TYPE_RSA: i64 = 3;
const CURVE_P256: i64 = 1;
const CURVE_ED25519: i64 = 6;
