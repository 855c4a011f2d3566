//! A whole assertion of a key on the memory store, beside the verification of one signature.

use std::hint::black_box;
use std::time::{Duration, Instant};

use mfakit::domain::webauthn::{RelyingParty, SignatureAlgorithm};
use mfakit::ports::{Clock, SystemClock};
use mfakit::store::EventLog;
use mfakit::testing::{SoftwareKey, block_on};
use mfakit::{
    Answer, Confirmed, EmailStatus, FirstFactor, Keyring, MemoryStore, Mfa, NewFactor, SealingKey,
    SignIn, SignedIn, Subject, Verdict,
};
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};

use super::{WINDOW, ratio, timed};

const ORIGIN: &str = "https://app.scrivio.example";

/// Everything between the browser's JSON and the committed pass, beside what it cannot do without.
pub(super) fn a_whole_assertion() {
    let mut protected = Protected::new();
    let name = "memory_store_whole_assertion/p256_verification";
    ratio(name, 1.15, 201, || protected.assertions(), p256_verification());
}

/// The verification of a signature over as many bytes as an assertion signs, by a key that is read
/// already.
fn p256_verification() -> impl FnMut() -> Duration {
    let key = SigningKey::from_slice(&[7; 32]).expect("a key");
    let sign = |n| {
        let message = [n; 69];
        let signature: Signature = key.sign(&message);
        (message, signature)
    };
    let signed: Vec<_> = (0..16).map(sign).collect();
    let key = VerifyingKey::from(&key);
    move || {
        let mut turns = signed.iter().cycle();
        timed(WINDOW, || {
            let (message, signature) = turns.next().expect("it goes round");
            key.verify(black_box(message), signature).expect("verified");
        })
    }
}

/// One account on the memory store that a key protects, with every port as a host has it.
struct Protected {
    mfa: Mfa,
    store: MemoryStore,
    subject: Subject,
    key: SoftwareKey,
}

impl Protected {
    fn new() -> Self {
        let keyring = Keyring::new(SealingKey::from_bytes("bench", &[7; 32]).expect("a key"));
        let store = MemoryStore::new();
        let here = RelyingParty::new("scrivio.example", [ORIGIN]).expect("a relying party");
        let builder =
            Mfa::builder_without_policies(store.clone()).issuer("Scrivio").keyring(keyring);
        let mfa = builder.relying_party(here).build().expect("complete");
        let subject = Subject::new("ada").expect("subject");
        let mut key = SoftwareKey::seeded(1815, SignatureAlgorithm::Es256);
        block_on(async {
            let first = FirstFactor::password(subject.clone(), SystemClock.now());
            let Ok(SignIn::Done(SignedIn::Full(session, _))) = mfa.sign_in(first).await else {
                unreachable!()
            };
            let new = NewFactor::webauthn("Key", "ada@example.org").expect("factor");
            let setup = mfa.begin_setup(&session, new, EmailStatus::Verified).await.expect("begin");
            let options = setup.webauthn().expect("a key").to_json();
            let json = key.register(&options, ORIGIN).expect("a registration");
            let confirmed = mfa.confirm_setup(&session, setup.id(), Answer::webauthn(&json)).await;
            assert!(matches!(confirmed, Ok(Confirmed::FirstFactor(_))), "{confirmed:?}");
            let _ = mfa.finish_setup(&session, setup.id()).await.expect("finish");
        });
        Self { mfa, store, subject, key }
    }

    /// Times as many assertions as challenges can be open, these being open and signed for already.
    /// The log is pruned before: else its growth would be timed as well.
    fn assertions(&mut self) -> Duration {
        let page = block_on(self.store.read(None, 1_000)).expect("a page");
        page.next.map(|end| block_on(self.store.prune(&end)).expect("pruned"));
        let open: Vec<_> = (0..WINDOW).map(|_| self.open()).collect();
        let answers = async {
            for (challenge, answer) in open {
                let verdict = self.mfa.answer(&challenge, answer).await.expect("a verdict");
                assert!(matches!(verdict, Verdict::Passed(_)));
            }
        };
        let start = Instant::now();
        block_on(answers);
        start.elapsed() / WINDOW
    }

    fn open(&mut self) -> (mfakit::Challenge, Answer) {
        let first = FirstFactor::password(self.subject.clone(), SystemClock.now());
        let Ok(SignIn::Challenge(challenge)) = block_on(self.mfa.sign_in(first)) else {
            unreachable!("MFA is on")
        };
        let ask = block_on(self.mfa.ask(&challenge)).expect("it can be answered");
        let options = ask.webauthn().expect("a key is asked for").to_json();
        let json = self.key.assert(&options, ORIGIN).expect("an assertion");
        (challenge, Answer::webauthn(&json))
    }
}
