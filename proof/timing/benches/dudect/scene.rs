//! One protected account, read from a store once and never changed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dudect_bencher::BenchRng;
use dudect_bencher::rand::RngExt;
use mfakit::domain::Account;
use mfakit::import::{Import, Imported, ImportedCodes, ImportedFactor, Seed};
use mfakit::store::{AccountStore, Commit, CommitOutcome, StoreError};
use mfakit::testing::{Authenticator, ManualClock, SeededEntropy, block_on};
use mfakit::{
    Answer, Assurance, Challenge, Confirmed, EmailStatus, FactorId, FirstFactor, HostAuthority,
    Keyring, MemoryStore, Mfa, NewFactor, SealingKey, SetupId, SignIn, SignedIn, Subject, Verdict,
};

use crate::hashing::{Hashing, Inline, Plain};

/// The characters of a recovery code.
pub(crate) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The time of every answer.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_007, 0).expect("a time")
}

pub(crate) struct Scene {
    mfa: Mfa,
    challenge: Challenge,
    /// The factor that is asked for by default.
    pub(crate) preferred: FactorId,
    /// The last factor, whose codes are known here.
    pub(crate) factor: FactorId,
    /// Recovery codes. The first one is spent.
    codes: Vec<String>,
    /// The codes of the window of every factor, the last factor's last. Its middle one is spent.
    shown: Vec<[String; 3]>,
}

impl Scene {
    /// With two phones, of which the second is not the preferred one, ten recovery codes of which
    /// the first is spent, and an open challenge.
    pub(crate) fn new(hashing: Hashing) -> Self {
        block_on(Self::build(hashing))
    }

    /// With one phone and three recovery codes from another system, of which the first is spent.
    pub(crate) fn imported() -> Self {
        block_on(Self::import())
    }

    async fn build(hashing: Hashing) -> Self {
        let memory = MemoryStore::new();
        let mfa = mfa(memory.clone(), Hashing::Argon2);
        let first = FirstFactor::password(ada(), now());
        let Ok(SignIn::Done(SignedIn::Full(session, _))) = mfa.sign_in(first).await else {
            panic!("sign-in")
        };
        let (confirmed, setup, phone) = set_up(&mfa, &session, "Phone").await;
        let Confirmed::FirstFactor(codes) = confirmed else { panic!("not confirmed") };
        let session = mfa.finish_setup(&session, setup).await.expect("finished");
        let session = session.full().expect("a full session");
        let (_, _, tablet) = set_up(&mfa, &session, "Tablet").await;
        let codes: Vec<_> = codes.iter().map(|code| code.reveal().replace('-', "")).collect();
        Self::frozen(&mfa, &memory, hashing, codes, &[phone, tablet]).await
    }

    async fn import() -> Self {
        let memory = MemoryStore::new();
        let mfa = mfa(memory.clone(), Hashing::Argon2);
        let seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        // Letters alone: how long it takes to read one or a digit is no secret of the account.
        let codes = ["mfrggzdfmztwqylb", "onswgxtfoqqgszth", "nbswyqdpebhwrntm"];
        let phone = Seed::from_base32(seed).expect("a seed");
        let phone = ImportedFactor::totp("Phone", phone).expect("a factor");
        let import = Import::new().factor(phone);
        let import = import.codes(ImportedCodes::plain(codes).expect("codes"));
        let by = Subject::new("migration").expect("a subject");
        let authority = HostAuthority::grant(ada(), by, "moved in").expect("a reason");
        let imported = mfa.import(&authority, import).await;
        assert!(matches!(imported, Ok(Imported::Now(_))));
        let phone = format!("otpauth://totp/x?secret={seed}&algorithm=SHA1&digits=6&period=30");
        let phone = Authenticator::scan(&phone).expect("a URI");
        Self::frozen(&mfa, &memory, Hashing::None, codes.map(str::to_owned).to_vec(), &[phone])
            .await
    }

    /// Spends the first recovery code and opens a challenge, which is all that happens here.
    async fn frozen(
        mfa: &Mfa,
        memory: &MemoryStore,
        hashing: Hashing,
        codes: Vec<String>,
        phones: &[Authenticator],
    ) -> Self {
        let spent = mfa.answer(&challenge(mfa).await, Answer::recovery(&codes[0])).await;
        assert!(matches!(spent, Ok(Verdict::Passed(_))));
        let challenge = challenge(mfa).await;
        let account = memory.load(&ada()).await.expect("the store").expect("a row");
        let preferred = account.preferred().expect("a factor").id();
        let factor = account.factors().last().expect("a factor").id();
        let shown = phones.iter().map(|phone| [-1, 0, 1].map(|n| phone.code_after(now(), n)));
        let shown = shown.collect();
        let mfa = self::mfa(Frozen(account), hashing);
        Self { mfa, challenge, preferred, factor, codes, shown }
    }

    /// Answers the challenge. None of the answers here is right.
    pub(crate) fn answer(&self, answer: Answer) -> Verdict {
        let verdict = block_on(self.mfa.answer(&self.challenge, answer)).expect("an answer");
        assert!(matches!(&verdict, Verdict::Rejected(why) if why.reason.code() != "malformed"));
        verdict
    }

    /// The code that was accepted last.
    pub(crate) fn replayed(&self) -> &str {
        &self.last_shown()[1]
    }

    /// The code that comes next, which is right as well.
    pub(crate) fn right(&self) -> &str {
        &self.last_shown()[2]
    }

    fn last_shown(&self) -> &[String; 3] {
        self.shown.last().expect("a factor")
    }

    /// A code that no factor shows in the window.
    pub(crate) fn wrong_code(&self, rng: &mut BenchRng) -> String {
        let mut codes = std::iter::repeat_with(|| crate::any_code(6, rng));
        codes.find(|code| !self.shown.as_flattened().contains(code)).expect("a code")
    }

    /// The recovery code of a slot.
    pub(crate) fn recovery_code(&self, slot: usize) -> &str {
        &self.codes[slot]
    }

    /// The text of a recovery code whose first character names this slot, and that is none.
    pub(crate) fn wrong_recovery(&self, slot: usize, rng: &mut BenchRng) -> String {
        let rest = (0..15).map(|_| rng.random_range(0..32));
        std::iter::once(slot).chain(rest).map(|n| char::from(ALPHABET[n])).collect()
    }
}

fn ada() -> Subject {
    Subject::new("ada").expect("a subject")
}

/// Sets a phone up, and confirms it with its code of now.
async fn set_up(mfa: &Mfa, session: &Assurance, name: &str) -> (Confirmed, SetupId, Authenticator) {
    let new = NewFactor::totp(name, "ada@example.org").expect("a factor");
    let setup = mfa.begin_setup(session, new, EmailStatus::Verified).await.expect("a setup");
    let phone = Authenticator::scan(setup.totp().expect("an app").otpauth_uri()).expect("a URI");
    let confirmed =
        mfa.confirm_setup(session, setup.id(), Answer::code(&phone.code_at(now()))).await;
    let confirmed = confirmed.expect("confirmed");
    assert!(!matches!(confirmed, Confirmed::Rejected(_)));
    (confirmed, setup.id(), phone)
}

async fn challenge(mfa: &Mfa) -> Challenge {
    match mfa.sign_in(FirstFactor::password(ada(), now())).await {
        Ok(SignIn::Challenge(challenge)) => challenge,
        other => panic!("no challenge: {other:?}"),
    }
}

fn mfa(store: impl AccountStore + 'static, hashing: Hashing) -> Mfa {
    let keyring = Keyring::new(SealingKey::from_bytes("k1", &[7; 32]).expect("a key"));
    Mfa::builder_without_policies(store)
        .issuer("Scrivio")
        .keyring(keyring)
        .hasher(Inline::new(hashing))
        .imported_code_hasher(Plain)
        .clock(ManualClock::at(now().timestamp()))
        .entropy(SeededEntropy::new(1))
        .build()
        .expect("a complete builder")
}

/// A store that keeps nothing, so that every answer finds the same account.
struct Frozen(Arc<Account>);

#[async_trait::async_trait]
impl AccountStore for Frozen {
    async fn load(&self, _: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        Ok(Some(Arc::clone(&self.0)))
    }

    async fn commit(&self, _: &Commit) -> Result<CommitOutcome, StoreError> {
        Ok(CommitOutcome::Committed)
    }
}
