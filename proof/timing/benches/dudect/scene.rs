//! One protected account, read from a store once and never changed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dudect_bencher::BenchRng;
use dudect_bencher::rand::RngExt;
use mfakit::domain::{Account, Window};
use mfakit::testing::{Authenticator, ManualClock, SeededEntropy, block_on};
use mfakit::{
    AccountStore, Answer, Argon2Hasher, Challenge, Clock, Confirmed, Email, FactorId, FirstFactor,
    Keyring, MemoryStore, Mfa, Moment, NewFactor, RecoveryCodes, SealingKey, Settings, SignIn,
    Subject, Verdict,
};

pub(crate) struct Scene {
    pub(crate) account: Arc<Account>,
    pub(crate) challenge: Challenge,
    pub(crate) keyring: Keyring,
    pub(crate) phone: Authenticator,
    pub(crate) factor: FactorId,
    pub(crate) codes: RecoveryCodes,
    pub(crate) settings: Settings,
    pub(crate) now: DateTime<Utc>,
}

impl Scene {
    /// With one phone, ten recovery codes of which the first is spent, and an open challenge. The
    /// current step of the phone is burned.
    pub(crate) fn new() -> Self {
        block_on(Self::build())
    }

    async fn build() -> Self {
        let (memory, clock) = (MemoryStore::new(), ManualClock::at(1_800_000_007));
        let keyring = || Keyring::new(SealingKey::from_bytes("k1", &[7; 32]).expect("a key"));
        let mfa = Mfa::builder(memory.clone())
            .issuer("Scrivio")
            .keyring(keyring())
            .hasher(Argon2Hasher::cheap_and_insecure())
            .clock(clock.clone())
            .entropy(SeededEntropy::new(1))
            .build()
            .expect("a complete builder");
        let ada = Subject::new("ada").expect("a subject");
        let first = || FirstFactor::password(ada.clone(), clock.now());
        let Ok(SignIn::Complete(session)) = mfa.sign_in(first()).await else { panic!("sign-in") };
        let new = NewFactor::totp("Phone", "ada@example.org").expect("a factor");
        let setup = mfa.begin_setup(&session, new, Email::Verified).await.expect("a setup");
        let phone = Authenticator::scan(setup.otpauth_uri()).expect("a URI");
        let code = phone.code_at(clock.now());
        let confirmed = mfa.confirm_setup(&session, setup.id(), &code).await;
        let Ok(Confirmed::FirstFactor(codes)) = confirmed else { panic!("not confirmed") };
        mfa.finish_setup(&session, setup.id()).await.expect("finished");

        let Ok(SignIn::Challenge(_, challenge)) = mfa.sign_in(first()).await else { panic!() };
        let spent = Answer::recovery(&codes.as_slice()[0].reveal());
        let verdict = mfa.answer(&challenge, spent).await;
        assert!(matches!(verdict, Ok(Verdict::Passed(_))));
        let Ok(SignIn::Challenge(_, challenge)) = mfa.sign_in(first()).await else { panic!() };
        let account = memory.load(&ada).await.expect("the store").expect("a row");
        let factor = account.factors()[0].id();
        let (settings, now) = (Settings::default(), clock.now());
        Self { account, challenge, keyring: keyring(), phone, factor, codes, settings, now }
    }

    pub(crate) fn moment(&self) -> Moment<'_> {
        Moment::new(&self.settings, self.now).expect("a moment")
    }

    /// A code that no step of the window has.
    pub(crate) fn wrong_code(&self, rng: &mut BenchRng) -> String {
        loop {
            let code = crate::any_code(6, rng);
            if (-1..=1).all(|n| self.phone.code_after(self.now, n) != code) {
                return code;
            }
        }
    }

    /// The text of a recovery code whose first character names this slot, and that is none. Its
    /// second one is the other slot's, so that the texts of two slots are made of the same
    /// characters: how long a character takes to be read is no secret of the account.
    pub(crate) fn wrong_recovery(&self, slot: usize, other: usize, rng: &mut BenchRng) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let rest = (0..14).map(|_| char::from(ALPHABET[rng.random_range(0..32)]));
        [slot, other].map(|slot| char::from(ALPHABET[slot])).into_iter().chain(rest).collect()
    }
}

pub(crate) fn window(scene: &Scene) -> Window {
    let params = mfakit::TotpParams::default();
    Window::around(scene.now.timestamp().unsigned_abs(), params, 0, 1)
}
