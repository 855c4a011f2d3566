//! What a host may do with the types across threads and tasks.

use std::future::Future;

use mfakit::domain::Proof;
use mfakit::{
    Answer, Argon2Hasher, Assurance, Challenge, EmailStatus, Error, FirstFactor, HostAuthority,
    KeyId, Keyring, MemoryStore, Mfa, NewFactor, SetupId, Subject,
};

fn sendable<T: Send>(_: &T) {}
fn shareable<T: Send + Sync + 'static>() {}

#[test]
fn everything_can_be_shared_between_threads() {
    shareable::<Mfa>();
    shareable::<MemoryStore>();
    shareable::<Keyring>();
    shareable::<Argon2Hasher>();
    shareable::<Assurance>();
    shareable::<Challenge>();
    shareable::<Proof>();
    shareable::<Error>();
}

/// Compiled, not run: a future that is not `Send` cannot be spawned on a multi-threaded runtime.
#[allow(dead_code, clippy::too_many_arguments, reason = "it only has to compile")]
fn every_operation_can_be_spawned(
    mfa: &'static Mfa,
    session: &'static Assurance,
    challenge: &'static Challenge,
    authority: &'static HostAuthority,
    subject: &'static Subject,
    first: FirstFactor,
    new: NewFactor,
    (setup, key): (SetupId, &'static KeyId),
    factor: mfakit::FactorId,
    rule: &'static mfakit::StepUpRule,
) {
    fn task(future: impl Future + Send + 'static) {
        sendable(&future);
    }
    task(mfa.sign_in(first.clone()));
    task(mfa.reauthenticate(session, first));
    task(mfa.step_up(session, "payout", rule));
    task(mfa.ask(challenge));
    task(mfa.readmit(session));
    task(mfa.guard(session, rule));
    task(mfa.guard_now(session, rule));
    task(mfa.answer(challenge, Answer::code("")));
    task(mfa.begin_setup(session, new, EmailStatus::Verified));
    task(mfa.show_setup(session, setup));
    task(mfa.confirm_setup(session, setup, Answer::code("")));
    task(mfa.reissue_codes(session, setup));
    task(mfa.finish_setup(session, setup));
    task(mfa.cancel_setup(session, setup));
    task(mfa.rename_factor(session, factor, ""));
    task(mfa.prefer_factor(session, factor));
    task(mfa.remove_factor(session, factor));
    task(mfa.disable(session));
    task(mfa.regenerate_codes(session));
    task(mfa.reset(session, authority));
    task(mfa.password_changed(subject, Some(session)));
    task(mfa.erase(authority));
    task(mfa.rename(authority, subject));
    task(mfa.export(subject));
    task(mfa.status(subject));
    task(mfa.recent_events(subject, 10));
    task(mfa.statuses(std::slice::from_ref(subject)));
    task(mfa.reseal_page(key, None, 10));
}
