//! The test vectors of W3C Web Authentication Level 3, §16, computed as §16 says they are derived.
//!
//! What is compared is a digest: of client data and authenticator data at registration, and of
//! client data, authenticator data and signature at sign-in. Of attestation statements only the
//! self attestation is whole, because certificates are not believed and therefore not made. Keys of
//! the three algorithms that are not offered have zeros for coordinates: they are refused by number
//! before anything else of them is read.

use hkdf::Hkdf;
use mfakit::domain::webauthn::{
    AssertionResponse, Nonce, RegistrationResponse, RelyingParty, SignatureAlgorithm,
    StoredCredential, Unverified, UserHandle,
};
use mfakit::testing::SoftwareKey;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::scene::{byte_string, text};

/// One pair of a registration and an authentication.
struct Pair {
    info: &'static str,
    key: Key,
    /// How many values the attestation certificate takes from the source of randomness.
    certificate: usize,
    digests: Option<[&'static str; 2]>,
    outcome: Result<(), Unverified>,
}

enum Key {
    Offered(SignatureAlgorithm),
    /// A COSE algorithm number with the lengths of the private key and of a coordinate.
    Other(i64, usize, usize),
}

const ES256: Key = Key::Offered(SignatureAlgorithm::Es256);

const PAIRS: [Pair; 15] = [
    accepted(
        "none.ES256",
        ES256,
        0,
        [
            "2104f387137d38aa7e247799ebf180e83573fe71d799a4f44e31f7485e34d81a",
            "2c362f8399198d53ff577cf5c98d36c57758f3843bf1cb3cc44efb60e91e7896",
        ],
    ),
    accepted(
        "packed-self.ES256",
        ES256,
        0,
        [
            "c440888b7911ffba4ca6f6738a7a51e83f45a2a298658dff4bcbd4dd8a8a34d0",
            "c6fbf36dee584187056e3feb241eed60ff625d7205fca6d13200883973236cd6",
        ],
    ),
    Pair {
        outcome: Err(Unverified::CrossOrigin),
        ..accepted(
            "none.ES256.crossOrigin",
            ES256,
            0,
            [
                "1fd828e95d0b8edda316053d482749127400aab5e944251209e03c51f045c813",
                "4307d45f111f57bc17f2edfa086b5b64295488c7b7b73e895b14c7d73a0c5a43",
            ],
        )
    },
    Pair {
        outcome: Err(Unverified::CrossOrigin),
        ..accepted(
            "none.ES256.topOrigin",
            ES256,
            0,
            [
                "84e4c874d8a093c1aace82d8e7d8f7d83911dde2a0fa7851cbb7c82252b7a256",
                "c9855cfc7900aeca3eee8edb4ead5ea11ab946762eaa8fb09e2f1bc8144ba02e",
            ],
        )
    },
    accepted(
        "none.ES256.long-credential-id",
        ES256,
        0,
        [
            "498326b8e4d3242f8988c8bff157f627489cfb5dec0c749d1fd5fb656bff9d45",
            "dd43a1faa55c19bda5944b6148098b43faadc80580c295f58100f9c79719eacd",
        ],
    ),
    accepted(
        "packed.ES256",
        ES256,
        2,
        [
            "766594f4b65270d9082363ce57d39342a87f443e01d9070e5fe39701bc2c75ff",
            "0b0fd0b617a2cee9e0837a37cf344b20d7dc525df31c2ec2226e23c92cfd1c07",
        ],
    ),
    not_offered("packed.ES384", -35, 48, 48),
    not_offered("packed.ES512", -36, 65, 66),
    accepted(
        "packed.RS256",
        Key::Offered(SignatureAlgorithm::Rs256),
        2,
        [
            "ce0248afecbe3276b17cb4dd37b233cf2a1fd7615dbb0eb852d046a8f66e0481",
            "91b248f83f55ee49d7b92e8a3fd1183bcfea7055e745968c6d12c5e865a17831",
        ],
    ),
    accepted(
        "packed.EdDSA",
        Key::Offered(SignatureAlgorithm::EdDsa),
        2,
        [
            "0ef6665f460a08c40033d88b846ec7cb106ee7ec2ab5f2f354eae5a4b5c991dd",
            "1350478bdd45d9a7f8ee73b9de3f4c207521b741d51178e2c8e1ff562718fcdb",
        ],
    ),
    not_offered("packed.Ed448", -53, 57, 57),
    accepted(
        "tpm.ES256",
        ES256,
        2,
        [
            "68cbf6a1f9a61798f514aeb288809624f9d6c5b2fab77d749fbb842e75ac83bb",
            "3f76ac711c1cfe12c874c52a39800e6a890b7a19148d5552bbd83888c2a0fa12",
        ],
    ),
    accepted(
        "android-key.ES256",
        ES256,
        1,
        [
            "2c704666321e9ac749da89d65c497deadae74b775912d51f8ea3a93d489cbddf",
            "57a5ca978f3e8688b57c15bd6018c84950006f262eeef4ab7490a34f116db2cd",
        ],
    ),
    accepted(
        "apple.ES256",
        ES256,
        1,
        [
            "70fe323acefc1edbb10af862bdf72405709fb11bd295c3e63c89bdaac204b762",
            "3138c9115c24620e729d4dd39fe0af3956755a5dc95e8c8c961f6a66eabb4061",
        ],
    ),
    accepted(
        "fido-u2f.ES256",
        ES256,
        2,
        [
            "648be3a448af174ff163057c17a62345ee31b4d9d744287d1a7b46aede79ffbb",
            "e1be045b4984beb0139d295968f4cb6062e799225e918cf48c41fa61cd97aec3",
        ],
    ),
];

const fn accepted(
    info: &'static str,
    key: Key,
    certificate: usize,
    digests: [&'static str; 2],
) -> Pair {
    Pair { info, key, certificate, digests: Some(digests), outcome: Ok(()) }
}

const fn not_offered(info: &'static str, number: i64, secret: usize, coordinate: usize) -> Pair {
    let outcome = Err(Unverified::SignatureAlgorithm { found: number });
    Pair {
        info,
        key: Key::Other(number, secret, coordinate),
        certificate: 2,
        digests: None,
        outcome,
    }
}

/// The source of randomness: HKDF-SHA-256 with a salt that counts.
struct Source<'a> {
    info: &'a str,
    next: u8,
}

impl Source<'_> {
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        let hkdf = Hkdf::<Sha256>::new(Some(&[self.next]), b"WebAuthn test vectors");
        hkdf.expand(self.info.as_bytes(), &mut bytes).unwrap();
        self.next += 1;
        bytes
    }

    fn byte(&mut self) -> u8 {
        self.bytes(1)[0]
    }

    fn client_data(&mut self, ceremony: &str, challenge: &[u8]) -> Vec<u8> {
        let flags = self.byte();
        let embedded = self.info.ends_with("Origin");
        let mut said = format!(
            r#"{{"type":"{ceremony}","challenge":{},"origin":"https://example.org","crossOrigin":{embedded}"#,
            text(challenge)
        );
        if self.info.ends_with("topOrigin") {
            said += r#","topOrigin":"https://example.com""#;
        }
        if flags & 1 == 1 {
            let extra = text(&self.bytes(16));
            said += r#","extraData":"clientDataJSON may be extended with additional fields in the future, such as this: "#;
            said += extra.as_str().unwrap();
            said += "\"";
        }
        (said + "}").into()
    }

    /// A flags byte: of the bits drawn those that may be set, and the backup state only if eligible.
    fn flags(&mut self, given: u8, drawn: u8) -> u8 {
        let flags = given | self.byte() & drawn;
        if flags & 0x08 == 0 { flags & !0x10 } else { flags }
    }
}

/// What one pair comes to.
struct Computed {
    id: Vec<u8>,
    challenges: [Vec<u8>; 2],
    client_data: [Vec<u8>; 2],
    authenticator_data: [Vec<u8>; 2],
    statement: Vec<u8>,
    signature: Vec<u8>,
}

fn computed(pair: &Pair) -> Computed {
    let mut source = Source { info: pair.info, next: 0 };
    let length = if pair.info.ends_with("ES512") { 128 } else { 32 };
    let challenge = source.bytes(length);
    let device = match pair.key {
        Key::Offered(SignatureAlgorithm::Rs256) => {
            SoftwareKey::seeded(0, SignatureAlgorithm::Rs256)
        }
        Key::Offered(algorithm) => {
            SoftwareKey::from_secret(&source.bytes(32).try_into().unwrap(), algorithm)
        }
        Key::Other(_, secret, _) => {
            source.bytes(secret);
            SoftwareKey::seeded(0, SignatureAlgorithm::Es256)
        }
    };
    let created = source.client_data("webauthn.create", &challenge);
    let aaguid = source.bytes(16);
    let id = source.bytes(if pair.info.ends_with("long-credential-id") { 1023 } else { 32 });
    let flags = if pair.info.starts_with("fido-u2f") { 0x41 } else { source.flags(0x41, 0x1c) };
    let hash = Sha256::digest("example.org");
    let length = u16::try_from(id.len()).unwrap().to_be_bytes();
    let public_key = match pair.key {
        Key::Offered(_) => device.public_key(),
        Key::Other(number, _, coordinate) => unsupported(number, coordinate),
    };
    let attested = [&hash[..], &[flags], &[0; 4], &aaguid, &length, &id, &public_key].concat();
    let statement = statement(pair, &device.sign(&attested, &created).unwrap());
    for _ in 0..pair.certificate {
        source.byte();
    }
    let answered = source.bytes(if pair.info.ends_with("ES512") { 128 } else { 32 });
    let got = source.client_data("webauthn.get", &answered);
    let data = [&hash[..], &[source.flags(flags & 0x08 | 1, 0x14)], &[0; 4]].concat();
    let signature = device.sign(&data, &got).unwrap();
    Computed {
        id,
        challenges: [challenge, answered],
        client_data: [created, got],
        authenticator_data: [attested, data],
        statement,
        signature,
    }
}

/// A COSE key of another algorithm, with one coordinate or two.
fn unsupported(number: i64, coordinate: usize) -> Vec<u8> {
    let number = u8::try_from(-1 - number).unwrap();
    let zeros = [&[0x58, u8::try_from(coordinate).unwrap()][..], &vec![0; coordinate]].concat();
    if coordinate == 57 {
        return [&[0xa4, 1, 1, 3, 0x38, number, 0x20, 7, 0x21][..], &zeros].concat();
    }
    [&[0xa5, 1, 2, 3, 0x38, number, 0x20, 2, 0x21][..], &zeros, &[0x22], &zeros].concat()
}

/// Format and statement, with an empty certificate where there is one.
fn statement(pair: &Pair, signature: &[u8]) -> Vec<u8> {
    let format = pair.info.split('.').next().unwrap();
    let signed = [b"\x63sig", &byte_string(signature)[..]].concat();
    let (format, statement) = match format {
        "none" => (format, vec![0xa0]),
        "packed-self" => ("packed", [b"\xa2\x63alg\x26", &signed[..]].concat()),
        _ => (format, [b"\xa3\x63alg\x26", &signed[..], b"\x63x5c\x81\x40"].concat()),
    };
    let length = 0x60 | u8::try_from(format.len()).unwrap();
    [&b"\x63fmt"[..], &[length], format.as_bytes(), b"\x67attStmt", &statement].concat()
}

fn digest(parts: &[&[u8]]) -> String {
    let digest = Sha256::digest(parts.concat());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_fifteen_pairs_are_computed_as_the_standard_has_them() {
    for pair in PAIRS {
        let Computed { client_data, authenticator_data, signature, .. } = computed(&pair);
        let Some([registration, authentication]) = pair.digests else { continue };
        let found = digest(&[&client_data[0], &authenticator_data[0]]);
        assert_eq!(found, registration, "{}", pair.info);
        let found = digest(&[&client_data[1], &authenticator_data[1], &signature]);
        assert_eq!(found, authentication, "{}", pair.info);
    }
}

#[test]
fn each_of_the_fifteen_pairs_is_accepted_or_refused_by_name() {
    let site = RelyingParty::new("example.org", ["https://example.org"]).unwrap();
    let user = UserHandle::from_random([7; 64]);
    for pair in PAIRS {
        let computed = computed(&pair);
        let [created, answered] = computed.challenges.map(|bytes| Nonce::new(bytes).unwrap());
        let [registration, authentication] = &computed.authenticator_data;
        let object =
            [b"\xa3", &computed.statement[..], b"\x68authData", &byte_string(registration)]
                .concat();
        let response = json!({
            "id": text(&computed.id), "rawId": text(&computed.id), "type": "public-key",
            "response": {
                "clientDataJSON": text(&computed.client_data[0]),
                "attestationObject": text(&object),
            },
        });
        let registered = RegistrationResponse::parse(&response.to_string()).unwrap();
        let registered = registered.verify(&created, &site);
        assert_eq!(
            registered.as_ref().map(drop).map_err(|why| *why),
            pair.outcome,
            "{}",
            pair.info
        );
        let response = json!({
            "id": text(&computed.id), "rawId": text(&computed.id), "type": "public-key",
            "response": {
                "clientDataJSON": text(&computed.client_data[1]),
                "authenticatorData": text(authentication),
                "signature": text(&computed.signature),
            },
        });
        let response = AssertionResponse::parse(&response.to_string()).unwrap();
        let Ok(registered) = registered else {
            // Refused before its signature is looked at, whatever key were stored.
            if pair.outcome == Err(Unverified::CrossOrigin) {
                let key = SoftwareKey::seeded(0, SignatureAlgorithm::Es256).public_key();
                let public_key = &mfakit::domain::webauthn::PublicKey::from_cose(&key).unwrap();
                let id = response.credential_id();
                let stored = StoredCredential { id, public_key, user_handle: &user };
                let asserted = response.verify(stored, &answered, &site);
                assert_eq!(asserted.map(drop), pair.outcome, "{}", pair.info);
            }
            continue;
        };
        let stored = StoredCredential {
            id: &registered.credential_id,
            public_key: &registered.public_key,
            user_handle: &user,
        };
        let asserted = response.verify(stored, &answered, &site).unwrap();
        let bits = |flags: u8| (flags & 0x04 != 0, flags & 0x08 != 0, flags & 0x10 != 0);
        let facts = (registered.user_verified, registered.backup_eligible, registered.backup_state);
        assert_eq!(facts, bits(registration[32]), "{}", pair.info);
        let facts = (asserted.user_verified, asserted.backup_eligible, asserted.backup_state);
        assert_eq!(facts, bits(authentication[32]), "{}", pair.info);
        assert_eq!((registered.counter, asserted.counter), (0, 0), "{}", pair.info);
        assert_eq!(registered.aaguid, registration[37..53], "{}", pair.info);
    }
}
