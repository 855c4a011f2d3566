//! Credential public keys.

use mfakit::domain::webauthn::{PublicKey, SignatureAlgorithm};

/// A key that is taken is one of three by a second reading, and is kept as it came.
pub fn webauthn_cose_keys(data: &[u8]) {
    let taken = PublicKey::from_cose(data);
    let Ok(key) = taken else { return };
    assert_eq!(key.as_cose(), data);
    let parameters = parameters(data).expect("a map of numbers and bytes");
    let number = |label: i64| match parameters.iter().find(|(own, _)| *own == label)?.1 {
        Value::Number(number) => Some(number),
        Value::Bytes(_) => None,
    };
    let bytes = |label: i64| match parameters.iter().find(|(own, _)| *own == label)?.1 {
        Value::Bytes(bytes) => Some(bytes),
        Value::Number(_) => None,
    };
    assert_eq!(number(3), Some(key.algorithm().number()));
    let length = |label: i64| bytes(label).map(<[u8]>::len);
    match key.algorithm() {
        SignatureAlgorithm::Es256 => {
            assert_eq!((parameters.len(), number(1), number(-1)), (5, Some(2), Some(1)));
            assert_eq!((length(-2), length(-3)), (Some(32), Some(32)));
        }
        SignatureAlgorithm::EdDsa => {
            assert_eq!((parameters.len(), number(1), number(-1)), (4, Some(1), Some(6)));
            assert_eq!(length(-2), Some(32));
        }
        SignatureAlgorithm::Rs256 => {
            assert_eq!((parameters.len(), number(1)), (4, Some(3)));
            let n = bytes(-1).expect("a modulus");
            let bits = n.len() * 8 - n[0].leading_zeros() as usize;
            assert!((2048..=4096).contains(&bits) && n[0] != 0 && n[n.len() - 1] & 1 == 1);
            assert_eq!(bytes(-2), Some(&[1, 0, 1][..]));
        }
        other => panic!("another algorithm: {other:?}"),
    }
    for (length, what) in [(data.len() - 1, "less"), (0, "nothing")] {
        assert!(PublicKey::from_cose(&data[..length]).is_err(), "{what}");
    }
    assert!(PublicKey::from_cose(&[data, &[0]].concat()).is_err(), "a byte more");
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Number(i64),
    Bytes(&'a [u8]),
}

/// A second reading of as much CBOR as a key takes: a map of numbers to numbers and byte strings.
fn parameters(mut data: &[u8]) -> Option<Vec<(i64, Value<'_>)>> {
    let (5, count) = head(&mut data)? else { return None };
    let mut found = Vec::new();
    for _ in 0..count {
        let Value::Number(label) = value(&mut data)? else { return None };
        found.push((label, value(&mut data)?));
    }
    data.is_empty().then_some(found)
}

fn value<'a>(data: &mut &'a [u8]) -> Option<Value<'a>> {
    match head(data)? {
        (0, number) => Some(Value::Number(number.try_into().ok()?)),
        (1, number) => Some(Value::Number(-1 - i64::try_from(number).ok()?)),
        (2, length) => {
            let (bytes, rest) = data.split_at_checked(length.try_into().ok()?)?;
            *data = rest;
            Some(Value::Bytes(bytes))
        }
        _ => None,
    }
}

/// The major type and the number of what comes next.
fn head(data: &mut &[u8]) -> Option<(u8, u64)> {
    let (first, rest) = data.split_first()?;
    let length = match first & 0x1f {
        small @ 0..24 => {
            *data = rest;
            return Some((first >> 5, small.into()));
        }
        size @ 24..28 => 1 << (size - 24),
        _ => return None,
    };
    let (bytes, rest) = rest.split_at_checked(length)?;
    *data = rest;
    Some((first >> 5, bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))))
}
