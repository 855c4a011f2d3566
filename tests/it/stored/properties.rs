//! What holds for any document and any history.

use chrono::TimeDelta;
use mfakit::domain::Account;
use mfakit::domain::webauthn::SignatureAlgorithm;
use mfakit::store::StoredAccount;
use mfakit::testing::SoftwareKey;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value as Json;

use super::history::{History, Step};
use super::{canonical, golden, read};

/// Reads a document that may be anything. If it is an account, it stays one: what is written of it
/// is read back equal.
fn read_anything(text: &str) -> Option<Account> {
    let account = serde_json::from_str::<StoredAccount>(text).ok()?.into_account().ok()?;
    assert_eq!(read(&canonical(&account)).unwrap(), account);
    Some(account)
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        (-200_i64..200).prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".{0,40}".prop_map(Json::from),
        "[0-9a-f]{32}".prop_map(Json::from),
        Just(Json::from("2027-01-15T08:00:00Z")),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop_oneof!["[a-z_]{1,8}", Just("format".to_owned()), Just("totp".to_owned())];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Json::from),
            btree_map(name, inner, 0..6).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// Every value of a document, outermost first.
fn places(value: &mut Json, visit: &mut dyn FnMut(&mut Json) -> bool) -> bool {
    if visit(value) {
        return true;
    }
    match value {
        Json::Object(fields) => fields.values_mut().any(|value| places(value, visit)),
        Json::Array(values) => values.iter_mut().any(|value| places(value, visit)),
        _ => false,
    }
}

fn replace(document: &mut Json, place: Index, with: Json) {
    let mut count = 0;
    places(document, &mut |_| {
        count += 1;
        false
    });
    let mut left = place.index(count);
    places(document, &mut |value| {
        if left == 0 {
            *value = with.clone();
            return true;
        }
        left -= 1;
        false
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn arbitrary_documents_are_refused_without_a_panic(document in any_json(), text in ".{0,200}") {
        read_anything(&document.to_string());
        read_anything(&text);
    }

    #[test]
    fn a_golden_file_with_a_value_replaced_is_read_equal_or_refused(
        file in any::<Index>(), place in any::<Index>(), with in any_json(),
    ) {
        let mut document: Json = serde_json::from_str(&file.get(&golden::FILES).1).unwrap();
        replace(&mut document, place, with);
        read_anything(&document.to_string());
    }

    #[test]
    fn a_golden_file_with_bytes_replaced_is_read_equal_or_refused(
        file in any::<Index>(), edits in vec((any::<Index>(), any::<u8>()), 1..4), cut in any::<Option<Index>>(),
    ) {
        let mut bytes = file.get(&golden::FILES).1.clone().into_bytes();
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        read_anything(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn whatever_its_history_an_account_is_read_back_equal(steps in vec((0_u8..26, any::<u8>()), 1..40)) {
        let mut history = History::new("user-1815");
        for (step, n) in steps {
            // A refusal is as good a step as any: it changes nothing.
            let _ = take(&mut history, step, n);
            if !history.events.is_empty() {
                let account = &*history.account;
                prop_assert_eq!(&read(&canonical(account)).unwrap(), account);
            }
        }
    }
}

fn take(history: &mut History, step: u8, n: u8) -> Step {
    let index = usize::from(n % 10);
    match step {
        0 => history.change_password(),
        1 => history.begin(&format!("Phone {}", n % 12), None),
        2 => {
            let lost = history.account.factors().get(index).map(|factor| factor.id());
            history.begin(&format!("Phone {}", n % 12), lost)
        }
        3 | 4 => history.confirm(true),
        5 => history.confirm(false),
        6 => history.finish(),
        7 | 8 => history.set_up(&format!("Phone {}", n % 12), None),
        9 | 10 => history.sign_in(History::right_code),
        11 => history.sign_in(History::wrong_code),
        12 => history.sign_in(|history| history.recovery_code(index)),
        13 => history.sign_in(History::enrollment_code),
        14 => history.regenerate(),
        15 => history.rename(index, &format!("PHONE {}", n % 12)),
        16 => history.remove(index),
        17 if n.is_multiple_of(4) => history.reset(),
        18 if n.is_multiple_of(8) => {
            history.begin_move("user-1852").and_then(|()| history.arrive())
        }
        19 => history.begin_key(&format!("Key {}", n % 12), None),
        20 => history.confirm_key(key(n)),
        21 | 22 => history.set_up_key(&format!("Key {}", n % 12), key(n), None),
        23 => history.sign_in_with_key(index, true),
        24 => history.sign_in_with_key(index, false),
        _ => {
            history.wait(TimeDelta::seconds(i64::from(n) * 7));
            Ok(())
        }
    }
}

/// One of a few keys: now and then it is there already.
fn key(n: u8) -> SoftwareKey {
    let algorithm = match n % 3 {
        0 => SignatureAlgorithm::Es256,
        _ => SignatureAlgorithm::EdDsa,
    };
    let key = SoftwareKey::seeded(u64::from(n % 16), algorithm);
    let key = key.user_verified(n & 1 == 0).backup(n & 2 == 0, n & 6 == 0);
    if n & 8 == 0 { key.uncounted() } else { key }
}
