//! A whole assertion on the memory store, and the verification of a signature that it cannot do
//! without.

use std::sync::Arc;

use mfakit::domain::webauthn::{RelyingParty, SignatureAlgorithm};
use mfakit::domain::{Account, ChallengeId, Context, Fresh, Opened, SessionId};
use mfakit::ports::Clock;
use mfakit::store::AccountStore;
use mfakit::testing::{SoftwareKey, block_on};
use mfakit::{
    Answer, Assurance, Challenge, Confirmed, EmailStatus, FirstFactor, Mfa, NewFactor, Settings,
    SignedIn, Verdict,
};
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};

use super::{Scene, repeat, service};

/// How many answers are signed beforehand, and then sent in turn: more than the account remembers
/// challenges, and a divisor of the runs, since one signature takes a little less than another.
const SIGNED: u8 = 20;

const ORIGIN: &str = "https://app.scrivio.example";

/// The floor: signatures of as many bytes as an assertion signs, by a key that is read already.
pub(super) fn p256_verification(times: u32) {
    let key = SigningKey::from_slice(&[7; 32]).expect("a key");
    let signed: Vec<([u8; 69], Signature)> = (0..SIGNED)
        .map(|n| {
            let message = [n; 69];
            (message, key.sign(&message))
        })
        .collect();
    let key = VerifyingKey::from(&key);
    let mut turns = signed.iter().cycle();
    repeat(times, || {
        let (message, signature) = turns.next().expect("it goes round");
        key.verify(message, signature).expect("verified");
    });
}

/// A challenge is opened and answered. The domain opens it, with a name that was drawn before, so that
/// what the key does is done before as well, as often whatever `times` is.
pub(super) fn whole_assertion(times: u32) {
    let keyed = Keyed::new();
    let mut turns = keyed.signed.iter().cycle();
    repeat(times, || {
        let (name, json) = turns.next().expect("it goes round");
        let challenge = keyed.open(&keyed.account(), *name);
        let verdict = block_on(keyed.mfa.answer(&challenge, Answer::webauthn(json)));
        assert!(matches!(verdict, Ok(Verdict::Passed(_))));
    });
}

/// The account of the other paths with a key beside the phone.
struct Keyed {
    scene: Scene,
    mfa: Mfa,
    settings: Settings,
    /// The name of a challenge, and what the key answers to it.
    signed: Vec<(u8, String)>,
}

impl Keyed {
    fn new() -> Self {
        let scene = Scene::new();
        let here = RelyingParty::new("scrivio.example", [ORIGIN]).expect("a relying party");
        let service = service(&scene.memory, &scene.clock, 3).relying_party(here.clone());
        let mfa = service.build().expect("a complete builder");
        let settings = Settings::builder().relying_party(here).build().expect("settings");
        // One that does not count: its answers are accepted in any order.
        let mut key = SoftwareKey::seeded(1815, SignatureAlgorithm::Es256).uncounted();

        let session = signed_in(&scene);
        let new = NewFactor::webauthn("Key", "ada@example.org").expect("a factor");
        block_on(async {
            let setup = mfa.begin_setup(&session, new, EmailStatus::Verified).await;
            let setup = setup.expect("a setup");
            let options = setup.webauthn().expect("a key").to_json();
            let json = key.register(&options, ORIGIN).expect("a registration");
            let confirmed = mfa.confirm_setup(&session, setup.id(), Answer::webauthn(&json)).await;
            assert!(matches!(confirmed, Ok(Confirmed::Added(_))), "{confirmed:?}");
        });
        let mut keyed = Self { scene, mfa, settings, signed: Vec::new() };
        let account = keyed.account();
        let sign = |name| {
            let challenge = keyed.open(&account, name);
            let ask = account.ask(&challenge, keyed.context()).expect("it can be answered");
            let options = ask.webauthn().expect("a key is asked for").to_json();
            (name, key.assert(&options, ORIGIN).expect("an assertion"))
        };
        keyed.signed = (0..SIGNED).map(sign).collect();
        keyed
    }

    fn account(&self) -> Arc<Account> {
        let stored = block_on(self.scene.memory.load(self.scene.account.subject()));
        stored.expect("the store").expect("a row")
    }

    fn context(&self) -> Context<'_> {
        Context::new(&self.settings, self.scene.clock.now()).expect("a context")
    }

    fn open(&self, account: &Account, name: u8) -> Challenge {
        let first = FirstFactor::password(account.subject().clone(), self.scene.clock.now());
        let fresh = Fresh {
            session: SessionId::from_random([name; 16]),
            challenge: ChallengeId::from_random([name; 16]),
        };
        match account.sign_in(first, fresh, self.context()) {
            Ok(Opened::Challenge(challenge)) => challenge,
            other => panic!("no challenge: {other:?}"),
        }
    }
}

/// A session that has just proven both factors.
fn signed_in(scene: &Scene) -> Assurance {
    let (challenge, code) = scene.next();
    match block_on(scene.mfa.answer(&challenge, code)) {
        Ok(Verdict::Passed(passed)) => match passed.signed_in {
            SignedIn::Full(session, _) => session,
            limited => panic!("limited: {limited:?}"),
        },
        other => panic!("not passed: {other:?}"),
    }
}
