//! Step-up rules as they are configured.

use mfakit::step_up::AcrNames;
use mfakit::{Refusal, StepUpRules};

use crate::scene;

/// What is read is written in one form, which reads as the same rules; and what a refused rule puts
/// on the wire is one well-formed header.
pub fn step_up_rules(data: &[u8]) {
    let Ok(rules) = serde_json::from_slice::<StepUpRules>(data) else { return };
    let written = serde_json::to_string(&rules).expect("JSON");
    let again: StepUpRules = serde_json::from_str(&written).expect("what is written is read");
    assert_eq!(again, rules);
    assert_eq!(serde_json::to_string(&again).expect("JSON"), written);

    let names = AcrNames::new("urn:one", "urn:two", "urn:strong").expect("names");
    let (_, protected) = scene::protected();
    let (_, unprotected) = scene::unprotected(scene::ada());
    for (action, rule) in rules.iter() {
        assert_eq!(rules.require(action.as_str()).expect("a rule"), rule);
        for session in [protected, &unprotected] {
            for stamp in [protected.stamp(), unprotected.stamp()] {
                match rule.check(session, stamp, scene::context()) {
                    Ok(_) => assert_eq!(stamp, session.stamp(), "a void session satisfies"),
                    Err(Refusal::StepUp(unmet)) => {
                        header(&unmet.www_authenticate(&names));
                        assert!(!unmet.sentence().is_empty());
                        assert!(unmet.ways().count() > 0);
                    }
                    Err(Refusal::SignInAgain) => assert_ne!(stamp, session.stamp()),
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

/// RFC 9470 §3 on top of RFC 6750 §3: quoted values, nothing that ends one early.
fn header(value: &str) {
    let rest = value.strip_prefix("Bearer ").expect(value);
    assert!(rest.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'\\'), "{value:?}");
    for part in rest.split(", ") {
        let (name, quoted) = part.split_once('=').expect(value);
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{value:?}");
        let inner = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"')).expect(value);
        assert!(!inner.contains('"'), "{value:?}");
    }
}
