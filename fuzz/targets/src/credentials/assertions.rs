//! What answers a challenge.

use mfakit::domain::{Decision, Judgment, Question};
use mfakit::{Answer, Refusal};
use serde_json::Value;

use super::changed::changed;
use super::{credentials, scene, stays_readable};
use crate::input::Input;
use crate::scene::{self as world};

/// The key's own answer passes, whatever stands around what is read of it; nothing else does, and
/// what does not pass changes nothing. What passed does so once, and changes the key and the list of
/// passes alone.
pub fn assertions(data: &[u8]) {
    let scene = scene();
    let all = [&*scene.right, &scene.elsewhere, &scene.strange, &scene.registration];
    let json = changed(&mut Input::new(data), &all);
    let passed = passes(&json);
    match same(&json, &scene.right) {
        Some(same) => assert_eq!(passed, same, "{json}"),
        None => assert!(!passed, "{json}"),
    }
}

fn passes(json: &str) -> bool {
    let (scene, answer) = (scene(), Answer::webauthn(json));
    let account = &scene.account;
    let judged = match account.question(&scene.challenge, &answer, world::context()) {
        Ok(Question::Decided(_)) => return false,
        Ok(Question::WebAuthn(asked)) => asked.judge(),
        other => panic!("the account has a key: {other:?}"),
    };
    let passed = match judged {
        Decision::Unchanged(Judgment::Rejected(_)) => return false,
        Decision::Change(passed) => passed,
        Decision::Unchanged(passed) => panic!("passed without a commit: {passed:?}"),
    };
    let (judgment, next) = world::change(passed);
    assert!(matches!(judgment, Judgment::Passed(_)));
    let again = next.question(&scene.challenge, &answer, world::context());
    assert!(matches!(again, Err(Refusal::ChallengeSpent)), "{again:?}");
    assert_eq!(next.factors().len(), account.factors().len());
    assert_eq!(next.factors()[0], account.factors()[0]);
    assert_eq!(next.stamp(), account.stamp());
    assert_eq!(next.budget(), account.budget());
    let counter = |account| credentials(account)[0].counter();
    assert!(counter(&next) > counter(account));
    stays_readable(&next);
    true
}

/// Whether the members that are read say the same. `None` if it is not JSON, has no such members, or
/// has one of them twice, which a value does not show: then it is to be refused.
fn same(json: &str, as_this: &str) -> Option<bool> {
    let said = |json: &str| -> Option<Value> { serde_json::from_str(json).ok() };
    let (mut found, wanted) = (said(json)?, said(as_this)?);
    let handle = found.pointer_mut("/response/userHandle");
    // Some clients leave it empty or out.
    if handle.is_none_or(|handle| handle.is_null() || *handle == "") {
        found
            .pointer_mut("/response")?
            .as_object_mut()?
            .insert("userHandle".to_owned(), wanted.pointer("/response/userHandle")?.clone());
    }
    let members = ["id", "rawId", "type"].iter().map(|name| format!("/{name}"));
    let parts = ["clientDataJSON", "authenticatorData", "signature", "userHandle"];
    let members = members.chain(parts.iter().map(|name| format!("/response/{name}")));
    Some(members.into_iter().all(|member| found.pointer(&member) == wanted.pointer(&member)))
}
