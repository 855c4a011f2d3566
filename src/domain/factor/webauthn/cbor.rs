//! One item of CBOR (RFC 8949), bounded before it is believed.
//!
//! Authenticators write definite lengths, no tags, and four levels at most (CTAP 2.1 §8). What is
//! larger or looser than that was not written by one.

use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};

/// Moves over one item with everything in it.
///
/// Each step consumes a byte or fails, so that a length costs nothing that was merely claimed.
pub(super) fn skip(decoder: &mut Decoder<'_>) -> Result<(), Error> {
    skip_within(decoder, MAX_DEPTH)
}

/// The length of a map. Two entries of one byte each are the least there can be.
pub(super) fn map(decoder: &mut Decoder<'_>) -> Result<u64, Error> {
    decoder.map()?.ok_or_else(indefinite)
}

fn skip_within(decoder: &mut Decoder<'_>, depth: usize) -> Result<(), Error> {
    let items = match decoder.datatype()? {
        Type::Array => decoder.array()?.ok_or_else(indefinite)?,
        Type::Map => map(decoder)?.saturating_mul(2),
        Type::Bytes => return decoder.bytes().map(drop),
        Type::String => return decoder.str().map(drop),
        Type::Bool
        | Type::Null
        | Type::Undefined
        | Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64
        | Type::Int
        | Type::F16
        | Type::F32
        | Type::F64 => return decoder.skip(),
        Type::Simple
        | Type::BytesIndef
        | Type::StringIndef
        | Type::ArrayIndef
        | Type::MapIndef
        | Type::Tag
        | Type::Break
        | Type::Unknown(_) => return Err(Error::message("not what authenticators write")),
    };
    let depth = depth.checked_sub(1).ok_or_else(|| Error::message("nested too deeply"))?;
    for _ in 0..items {
        skip_within(decoder, depth)?;
    }
    Ok(())
}

fn indefinite() -> Error {
    Error::message("a length must be definite")
}

/// How deep an item may nest. An attestation statement takes four levels.
const MAX_DEPTH: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn length(bytes: &[u8]) -> Option<usize> {
        let mut decoder = Decoder::new(bytes);
        skip(&mut decoder).ok().map(|()| decoder.position())
    }

    #[test]
    fn an_item_ends_where_it_ends() {
        assert_eq!(length(&[0x18, 0x2a, 0xff]), Some(2), "a number");
        assert_eq!(length(&[0x43, 1, 2, 3, 0]), Some(4), "bytes");
        assert_eq!(length(&[0xa1, 0x61, b'a', 0x82, 0xf5, 0x20, 0]), Some(6), "a map");
        assert_eq!(length(&[0xf9, 0x3c, 0x00]), Some(3), "a number with a fraction");
    }

    #[test]
    fn what_authenticators_do_not_write_is_refused() {
        for (bytes, what) in [
            (&[][..], "nothing"),
            (&[0x43, 1, 2], "bytes that are cut short"),
            (&[0x5f, 0x41, 1, 0xff], "bytes in chunks"),
            (&[0x7f, 0x61, b'a', 0xff], "text in chunks"),
            (&[0x9f, 1, 0xff], "an array without a length"),
            (&[0xbf, 1, 1, 0xff], "a map without a length"),
            (&[0x81, 0x9f, 0xff], "one inside another"),
            (&[0x61, 0xff], "text that is not UTF-8"),
            (&[0xc0, 0x00], "a tag"),
            (&[0xff], "an end without a beginning"),
            (&[0x1c], "a reserved length"),
            (&[0xe0], "a simple value"),
            (&[0xa1, 0x01], "half an entry"),
        ] {
            assert_eq!(length(bytes), None, "{what}");
        }
    }

    #[test]
    fn a_length_that_is_merely_claimed_costs_nothing() {
        for head in [0x9b, 0xbb, 0x5b, 0x7b] {
            let mut claimed = vec![head];
            claimed.extend(u64::MAX.to_be_bytes());
            assert_eq!(length(&claimed), None, "{head:x}");
        }
    }

    #[test]
    fn nesting_ends_at_eight_levels() {
        let nested = |levels| {
            let mut bytes = vec![0x81; levels];
            bytes.push(0);
            length(&bytes)
        };
        assert_eq!(nested(8), Some(9));
        assert_eq!(nested(9), None);
        assert_eq!(nested(100_000), None);
    }
}
