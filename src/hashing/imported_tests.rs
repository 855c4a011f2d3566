use super::*;
use crate::domain::CodeReading;

fn read(text: &str) -> Result<Imported, HasherError> {
    Imported::read(&ImportedHash::new(text).unwrap())
}

fn judged(hash: &str, typed: &str) -> bool {
    let code = ImportedCode::parse(typed, CodeReading::AsWritten).unwrap();
    read(hash).unwrap().judge(&code, None, &mut Memory::default()).unwrap().into()
}

/// The examples of OpenBSD's and crypt_blowfish's test suites that a code can be.
#[cfg(feature = "bcrypt")]
#[test]
fn bcrypt_gives_its_published_digests() {
    for (hash, text) in [
        ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),
        ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*"),
        ("$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "U*U*U"),
    ] {
        assert!(judged(hash, text), "{text}");
        assert!(judged(&hash.replacen("$2a", "$2y", 1), text), "{text}");
        assert!(!judged(hash, "U*U*U*U"));
    }
}

/// By argon2-cffi (PyPI), which wraps the authors' program: `hash_secret(b"3f9a71c2",
/// b"saltsaltsalt", time_cost=2, memory_cost=1024, parallelism=2, hash_len=24, type=Type.ID)`.
#[test]
fn argon2id_of_another_program_is_judged() {
    assert!(judged(ARGON2_OF_ANOTHER_PROGRAM, "3f9a71c2"));
    assert!(!judged(ARGON2_OF_ANOTHER_PROGRAM, "3f9a71c3"));
}
const ARGON2_OF_ANOTHER_PROGRAM: &str =
    "$argon2id$v=19$m=1024,t=2,p=2$c2FsdHNhbHRzYWx0$zh7dGTsQJkpk5n6ehZvV7Yj9hVEsTNXp";

#[test]
fn absurd_and_garbled_hashes_are_refused_before_anything_is_computed() {
    let salt_and_digest = "c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
    for costs in [
        "m=65537,t=1,p=1",
        "m=4294967295,t=4294967295,p=1",
        "m=65536,t=4,p=1",
        "m=19456,t=0,p=1",
        "m=63,t=1,p=1",
        "m=1024,t=1,p=5",
        "m=1024,t=1,p=0",
        "m=+1024,t=1,p=1",
        "m=1024,t=01,p=1",
    ] {
        assert!(read(&format!("$argon2id$v=19${costs}${salt_and_digest}")).is_err(), "{costs}");
    }
    assert!(read(&format!("$argon2id$v=19$m=65536,t=3,p=4${salt_and_digest}")).is_ok());
    for text in [
        "$argon2i$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=16$m=1024,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=1024,t=1,p=1,keyid=x$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=1024,t=1,p=1$c2Fs$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$AAAA",
        "$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ",
        "$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA$x",
        "$sha256",
        "$sha256$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA",
        "$sha256$argon2id$v=19$m=4294967295,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "pbkdf2_sha256$870000$salt$digest",
        "plain",
        "$2x$05$",
        "$2",
    ] {
        assert!(matches!(read(text), Err(HasherError::Scheme(_))), "{text}");
    }
}

#[cfg(feature = "bcrypt")]
#[test]
fn absurd_and_garbled_bcrypt_is_refused_before_anything_is_computed() {
    let rest = "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    assert!(read(&format!("$2b$12${rest}")).is_ok());
    for cost in ["13", "31", "99", "03", "00", "-1", "+5", "5", "005"] {
        assert!(read(&format!("$2b${cost}${rest}")).is_err(), "{cost}");
    }
    for rest in [&rest[1..], &rest.replace('5', "="), &format!("{rest}.")] {
        assert!(read(&format!("$2b$05${rest}")).is_err(), "{rest}");
    }
}

#[cfg(not(feature = "bcrypt"))]
#[test]
fn without_the_feature_bcrypt_is_refused() {
    assert!(read("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW").is_err());
}
