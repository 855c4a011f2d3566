//! The attestation object: authenticator data in a wrapping that is not believed (§6.5).

use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};

use super::cbor;
use super::unverified::Unverified;

/// The authenticator data inside. The format and the statement are read for their form alone.
pub(super) fn authenticator_data(object: &[u8]) -> Result<&[u8], Unverified> {
    let mut decoder = Decoder::new(object);
    match members(&mut decoder) {
        Ok(data) if decoder.position() == object.len() => Ok(data),
        Ok(_) | Err(_) => Err(Unverified::AttestationObject),
    }
}

/// Reads exactly the three members, each once, in any order.
fn members<'a>(decoder: &mut Decoder<'a>) -> Result<&'a [u8], Error> {
    if cbor::map(decoder)? != 3 {
        return Err(Error::message("other members"));
    }
    let (mut format, mut statement, mut data) = (None, None, None);
    for _ in 0..3 {
        let doubled = match decoder.str()? {
            "fmt" => format.replace(decoder.str()?).is_some(),
            "attStmt" => statement.replace(skip_map(decoder)?).is_some(),
            "authData" => data.replace(decoder.bytes()?).is_some(),
            _ => return Err(Error::message("another member")),
        };
        if doubled {
            return Err(Error::message("a member twice"));
        }
    }
    data.ok_or_else(|| Error::message("no authenticator data"))
}

fn skip_map(decoder: &mut Decoder<'_>) -> Result<(), Error> {
    if decoder.datatype()? != Type::Map {
        return Err(Error::message("a statement is a map"));
    }
    cbor::skip(decoder)
}

/// The most of an attestation object that is read, in bytes: that of a TPM, with its certificates,
/// has about 6,000.
pub(super) const MAX_ATTESTATION_OBJECT: usize = 32_768;
