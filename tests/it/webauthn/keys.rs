//! Credential public keys: the three that are accepted, and what each refuses.

use ed25519_dalek::{SigningKey, VerifyingKey};
use mfakit::domain::webauthn::{PublicKey, SignatureAlgorithm, Unverified};
use mfakit::testing::SoftwareKey;
use sha2::{Digest, Sha512};

use super::scene::{asserted, assertion, byte_string, stored, text};

/// A COSE key of these parameters, each a label and a value in CBOR.
fn cose(parameters: &[(i8, &[u8])]) -> Vec<u8> {
    let mut key = vec![0xa0 | u8::try_from(parameters.len()).unwrap()];
    for (label, value) in parameters {
        let negative = label.is_negative();
        let magnitude = if negative { -1 - label } else { *label };
        key.push(u8::try_from(magnitude).unwrap() | if negative { 0x20 } else { 0 });
        key.extend(*value);
    }
    key
}

fn ec2(algorithm: &[u8], curve: u8, x: &[u8], y: &[u8]) -> Vec<u8> {
    let (x, y) = (byte_string(x), byte_string(y));
    cose(&[(1, &[2]), (3, algorithm), (-1, &[curve]), (-2, &x), (-3, &y)])
}

fn okp(curve: u8, x: &[u8]) -> Vec<u8> {
    cose(&[(1, &[1]), (3, &[0x27]), (-1, &[curve]), (-2, &byte_string(x))])
}

fn rsa(n: &[u8], e: &[u8]) -> Vec<u8> {
    let (n, e) = (byte_string(n), byte_string(e));
    cose(&[(1, &[3]), (3, &[0x39, 1, 0]), (-1, &n), (-2, &e)])
}

/// The coordinates of a point on P-256.
fn point() -> (Vec<u8>, Vec<u8>) {
    let key = SoftwareKey::seeded(1, SignatureAlgorithm::Es256).public_key();
    (key[10..42].to_vec(), key[45..].to_vec())
}

#[track_caller]
fn refused(key: &[u8], why: Unverified, what: &str) {
    assert_eq!(PublicKey::from_cose(key).unwrap_err(), why, "{what}");
}

#[test]
fn the_three_keys_have_the_lengths_that_are_documented() {
    let length = |algorithm| SoftwareKey::seeded(1, algorithm).public_key().len();
    assert_eq!(length(SignatureAlgorithm::Es256), 77);
    assert_eq!(length(SignatureAlgorithm::EdDsa), 42);
    let key = PublicKey::from_cose(&rsa(&[0xff; 256], &[1, 0, 1])).unwrap();
    assert_eq!(key.as_cose().len(), 274, "272 with a shorter head for the exponent");
}

#[test]
fn a_key_reads_back_as_it_is_stored() {
    for algorithm in SignatureAlgorithm::OFFERED {
        let cose = SoftwareKey::seeded(1, algorithm).public_key();
        let key = PublicKey::from_cose(&cose).unwrap();
        assert_eq!(key.as_cose(), cose);
        assert_eq!(PublicKey::from_cose(key.as_cose()), Ok(key));
    }
}

#[test]
fn algorithms_that_were_not_offered_are_refused_by_number() {
    let (x, y) = point();
    for (algorithm, found) in [
        (&[0x38, 34][..], -35),
        (&[0x38, 35], -36),
        (&[0x38, 52], -53),
        (&[0x38, 36], -37),
        (&[0x38, 46], -47),
        (&[0x39, 0xff, 0xfe], -65535),
        (&[0x00], 0),
        (&[0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], i64::MIN),
    ] {
        refused(&ec2(algorithm, 1, &x, &y), Unverified::SignatureAlgorithm { found }, "by number");
    }
    let dilithium = cose(&[(1, &[7]), (3, &[0x38, 47]), (-1, &byte_string(&[0; 1312]))]);
    refused(&dilithium, Unverified::SignatureAlgorithm { found: -48 }, "of an unknown type");
}

#[test]
fn a_key_of_another_type_or_curve_than_its_algorithms_is_refused() {
    let (x, y) = point();
    let es256 = &[0x26];
    let ed25519 = SigningKey::from_bytes(&[1; 32]).verifying_key().to_bytes();
    refused(&ec2(es256, 2, &x, &y), Unverified::PublicKey, "ES256 on P-384");
    refused(&ec2(&[0x27], 1, &x, &y), Unverified::PublicKey, "EdDSA on P-256");
    refused(&okp(4, &ed25519), Unverified::PublicKey, "EdDSA on X25519");
    refused(&okp(7, &ed25519), Unverified::PublicKey, "EdDSA on Ed448");
    let of_type = |key_type: u8| {
        cose(&[
            (1, &[key_type]),
            (3, es256),
            (-1, &[1]),
            (-2, &byte_string(&x)),
            (-3, &byte_string(&y)),
        ])
    };
    assert!(PublicKey::from_cose(&of_type(2)).is_ok());
    for key_type in [0, 1, 3, 4, 5, 6, 7] {
        refused(&of_type(key_type), Unverified::PublicKey, "of another type");
    }
}

#[test]
fn a_key_has_its_parameters_once_and_no_others() {
    let (x, y) = point();
    let (x, y) = (&byte_string(&x)[..], &byte_string(&y)[..]);
    let all = [(1, &[2][..]), (3, &[0x26][..]), (-1, &[1][..]), (-2, x), (-3, y)];
    assert!(PublicKey::from_cose(&cose(&all)).is_ok());
    let mut turned = all;
    turned.reverse();
    assert!(PublicKey::from_cose(&cose(&turned)).is_ok(), "in any order");
    for without in 0..all.len() {
        let mut fewer = all.to_vec();
        fewer.remove(without);
        refused(&cose(&fewer), Unverified::PublicKey, "one is missing");
    }
    for twice in all {
        let more = [&all[..], &[twice]].concat();
        refused(&cose(&more), Unverified::PublicKey, "one is there twice");
    }
    for (label, value) in [(2, &[0x41, 7][..]), (4, &[0x81, 2]), (5, &[0x40]), (-4, &[0x41, 7])] {
        let more = [&all[..], &[(label, value)]].concat();
        refused(&cose(&more), Unverified::PublicKey, "an optional one, or the private one");
    }
    let mut text = cose(&all);
    text[1] = 0x60;
    refused(&text, Unverified::PublicKey, "a label that is text");
    let mut trailing = cose(&all);
    trailing.push(0);
    refused(&trailing, Unverified::PublicKey, "trailing bytes");
    let mut endless = cose(&all);
    endless[0] = 0xbf;
    endless.push(0xff);
    refused(&endless, Unverified::PublicKey, "no length");
    let claimed = [&[0xbb][..], &[0xff; 8], &cose(&all)[1..]].concat();
    refused(&claimed, Unverified::PublicKey, "a length that is merely claimed");
    refused(&[], Unverified::PublicKey, "nothing");
    refused(&[0xf6], Unverified::PublicKey, "null");
}

#[test]
fn a_p256_point_is_written_out_and_on_the_curve() {
    let ((x, y), es256) = (point(), &[0x26]);
    assert!(PublicKey::from_cose(&ec2(es256, 1, &x, &y)).is_ok());
    let mut off = y.clone();
    off[31] ^= 1;
    refused(&ec2(es256, 1, &x, &off), Unverified::Point, "off the curve");
    refused(&ec2(es256, 1, &y, &x), Unverified::Point, "the other way round");
    refused(&ec2(es256, 1, &[0; 32], &[0; 32]), Unverified::Point, "zeros");
    refused(&ec2(es256, 1, &[0xff; 32], &[0xff; 32]), Unverified::Point, "beyond the field");
    refused(&ec2(es256, 1, &x[1..], &y), Unverified::PublicKey, "a byte short");
    refused(&ec2(es256, 1, &[&[0], &x[..]].concat(), &y), Unverified::PublicKey, "a byte long");
    let compressed =
        cose(&[(1, &[2]), (3, es256), (-1, &[1]), (-2, &byte_string(&x)), (-3, &[0xf5])]);
    refused(&compressed, Unverified::PublicKey, "compressed");
}

/// 2²⁵⁵ − 19 + k, little-endian: k in a form that is not its own.
fn above_the_field(k: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed + k;
    bytes[31] = 0x7f;
    bytes
}

#[test]
fn an_ed25519_point_is_in_its_one_form() {
    let mut fit = 0;
    for k in 0..19 {
        let mut canonical = [0; 32];
        canonical[0] = k;
        fit += u8::from(PublicKey::from_cose(&okp(6, &canonical)).is_ok());
        refused(&okp(6, &above_the_field(k)), Unverified::Point, "a second form");
    }
    assert!(fit > 3, "points whose second form a decoder takes: {fit}");
    let signed_zero = [
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0x80,
    ];
    assert!(VerifyingKey::from_bytes(&signed_zero).is_ok(), "which the library takes");
    refused(&okp(6, &signed_zero), Unverified::Point, "a zero with a sign");
    refused(&okp(6, &[2; 31]), Unverified::PublicKey, "a byte short");
}

#[test]
fn an_ed25519_point_of_small_order_is_refused() {
    let mut one = [0; 32];
    one[0] = 1;
    let minus_one = {
        let mut bytes = above_the_field(0);
        bytes[0] -= 1;
        bytes
    };
    for (point, what) in [(one, "order 1"), (minus_one, "order 2"), ([0; 32], "order 4")] {
        refused(&okp(6, &point), Unverified::WeakPoint, what);
    }
    // The y of the points of order 8, by RFC 8032's curve.
    let order_8 = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ];
    refused(&okp(6, &order_8), Unverified::WeakPoint, "order 8");
}

/// A signature whose nonce point is the neutral one: valid by the equation, and refused strictly.
fn loose_signature(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let public = key.verifying_key();
    let hash = Sha512::new().chain_update(neutral).chain_update(public).chain_update(message);
    let secret = key.to_scalar();
    let mut product = secret + -secret;
    for byte in hash.finalize().iter().rev() {
        for bit in (0..8).rev() {
            product += product;
            if byte >> bit & 1 == 1 {
                product += secret;
            }
        }
    }
    [neutral, product.to_bytes()].concat()
}

#[test]
fn ed25519_is_verified_strictly() {
    let secret = [7; 32];
    let mut device = SoftwareKey::from_secret(&secret, SignatureAlgorithm::EdDsa);
    let (stored, key) = (stored(&device), SigningKey::from_bytes(&secret));
    let mut signed = Vec::new();
    let mut json = assertion(&mut device, |parts| {
        let hash = sha2::Sha256::digest(&parts.client_data);
        signed = [&parts.data[..], &hash].concat();
    });
    assert!(asserted(&stored, &json).is_ok());
    let loose = loose_signature(&key, &signed);
    let parsed = ed25519_dalek::Signature::from_slice(&loose).unwrap();
    use ed25519_dalek::Verifier;
    assert!(key.verifying_key().verify(&signed, &parsed).is_ok(), "the equation holds");
    json["response"]["signature"] = text(&loose);
    assert_eq!(asserted(&stored, &json).unwrap_err(), Unverified::Signature);
}

#[test]
fn an_rsa_modulus_has_2048_to_4096_bits() {
    let e = &[1, 0, 1];
    // An odd number of so many bits.
    let modulus = |bits: usize| {
        let mut n = vec![0xff; bits.div_ceil(8)];
        n[0] >>= (8 - bits % 8) % 8;
        n
    };
    for bits in [2048, 2056, 3072, 3482, 4095, 4096] {
        assert!(PublicKey::from_cose(&rsa(&modulus(bits), e)).is_ok(), "{bits}");
    }
    for bits in [1, 8, 512, 1024, 2040, 2047, 4097, 8192, 16_384] {
        refused(&rsa(&modulus(bits), e), Unverified::RsaModulus { bits }, "out of bounds");
    }
    refused(&rsa(&[], e), Unverified::RsaModulus { bits: 0 }, "empty");
    refused(&rsa(&[0; 256], e), Unverified::RsaModulus { bits: 2040 }, "zero");
    let leading = [&[0][..], &modulus(2048)].concat();
    refused(&rsa(&leading, e), Unverified::RsaModulus { bits: 2048 }, "a zero in front");
    let mut even = modulus(2048);
    even[255] = 0xfe;
    refused(&rsa(&even, e), Unverified::RsaModulus { bits: 2048 }, "even");
    let coordinate = cose(&[(1, &[3]), (3, &[0x39, 1, 0]), (-1, &[1]), (-2, &byte_string(e))]);
    refused(&coordinate, Unverified::PublicKey, "a number for the modulus");
}

#[test]
fn an_rsa_key_of_another_type_or_with_a_third_number_is_refused() {
    let (n, e) = (byte_string(&[0xff; 256]), byte_string(&[1, 0, 1]));
    let of_type = |kind: u8| cose(&[(1, &[kind]), (3, &[0x39, 1, 0]), (-1, &n), (-2, &e)]);
    assert!(PublicKey::from_cose(&of_type(3)).is_ok());
    for kind in [1, 2] {
        refused(&of_type(kind), Unverified::PublicKey, "an RSA key by its numbers alone");
    }
    let third = cose(&[(1, &[3]), (3, &[0x39, 1, 0]), (-1, &n), (-2, &e), (-3, &e)]);
    refused(&third, Unverified::PublicKey, "a third number");
}

#[test]
fn an_rsa_exponent_is_65537() {
    let n = [0xff; 256];
    for e in [
        &[][..],
        &[0],
        &[1],
        &[2],
        &[3],
        &[17],
        &[1, 0, 0],
        &[1, 0, 2],
        &[0, 1, 0, 1],
        &[0xff; 256],
    ] {
        refused(&rsa(&n, e), Unverified::RsaExponent, "another exponent");
    }
}
