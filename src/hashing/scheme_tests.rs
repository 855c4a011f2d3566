use super::*;

fn read(text: &str) -> Result<Scheme, HasherError> {
    Scheme::read(&HashScheme::new(text).unwrap())
}

#[test]
fn what_is_written_is_read() {
    let pepper = KeyId::new("p".repeat(32)).unwrap();
    for scheme in [
        Scheme { costs: Costs::DEFAULT, pepper: None },
        Scheme { costs: Costs::MAX, pepper: Some(pepper) },
        Scheme { costs: Costs::MIN, pepper: None },
    ] {
        assert_eq!(Scheme::read(&scheme.write().unwrap()).unwrap(), scheme);
    }
    let default = Scheme { costs: Costs::DEFAULT, pepper: None }.write().unwrap();
    assert_eq!(default.as_str(), "$argon2id$v=19$m=19456,t=2,p=1");
}

#[test]
fn absurd_and_garbled_schemes_are_refused() {
    for (text, why) in [
        ("$argon2i$v=19$m=19456,t=2,p=1", "it is not argon2id of version 19"),
        ("$argon2id$v=16$m=19456,t=2,p=1", "it is not argon2id of version 19"),
        ("argon2id", "it is not argon2id of version 19"),
        ("$scrypt$ln=15", "it is not argon2id of version 19"),
        ("$argon2id$v=19$", "its costs cannot be read"),
        ("$argon2id$v=19$m=19456,t=2", "its costs cannot be read"),
        ("$argon2id$v=19$t=2,m=19456,p=1", "its costs cannot be read"),
        ("$argon2id$v=19$m=-1,t=2,p=1", "its costs cannot be read"),
        ("$argon2id$v=19$m=99999999999999999999,t=2,p=1", "its costs cannot be read"),
        ("$argon2id$v=19$m=4294967295,t=2,p=1", "its memory is not 64 to 65536 KiB"),
        ("$argon2id$v=19$m=65537,t=2,p=1", "its memory is not 64 to 65536 KiB"),
        ("$argon2id$v=19$m=63,t=2,p=1", "its memory is not 64 to 65536 KiB"),
        ("$argon2id$v=19$m=19456,t=0,p=1", "its passes are not 1 to 10"),
        ("$argon2id$v=19$m=19456,t=11,p=1", "its passes are not 1 to 10"),
        ("$argon2id$v=19$m=19456,t=2,p=2", "its parallelism is not 1"),
        ("$argon2id$v=19$m=19456,t=2,p=1,keyid=", "its pepper cannot be read"),
        ("$argon2id$v=19$m=19456,t=2,p=1,data=x", "its pepper cannot be read"),
        ("$argon2id$v=19$m=19456,t=2,p=1,keyid=a$b", "its pepper cannot be read"),
        ("$argon2id$v=19$m=19456,t=2,p=1,keyid=a,x=1", "it is not in its usual form"),
        ("$argon2id$v=19$m=+19456,t=2,p=1", "it is not in its usual form"),
        ("$argon2id$v=19$m=019456,t=2,p=1", "it is not in its usual form"),
    ] {
        match read(text) {
            Err(HasherError::Scheme(found)) => assert_eq!(found, why, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn new_codes_are_not_hashed_for_less_than_the_standard_asks() {
    for (memory, passes) in [(47_104, 1), (19_456, 2), (12_288, 3), (12_288, 10), (65_536, 10)] {
        assert!(Costs::for_new_codes(memory, passes).is_ok());
    }
    for (memory, passes) in
        [(47_103, 1), (19_455, 2), (12_287, 3), (65_537, 2), (19_456, 0), (19_456, 11)]
    {
        assert!(Costs::for_new_codes(memory, passes).is_err(), "{memory} KiB, {passes} passes");
    }
}
