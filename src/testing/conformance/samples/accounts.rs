//! Accounts and commits to try a store with, made by the real decisions.

use chrono::{DateTime, Utc};

use crate::domain::unknown_fields::Value;
use crate::domain::{
    Account, Algorithm, Answer, Assurance, ChallengeId, CodeHash, Commit, CommitId, ConfirmedSetup,
    Context, Decision, DrawnKind, DrawnSetup, EmailStatus, EventKind, FactorId, FactorState,
    FirstFactor, Fresh, HashScheme, HashedCodes, HostAuthority, Issuer, Judged, KeyId, NewFactor,
    Opened, Proven, Receipt, RecoveryCodes, SealedSecret, SessionId, Settings, Setup, SetupId,
    SetupQuestion, Stamp, Subject, TotpSecret, Transition, UnknownEvent, UnknownState, Version,
};
use crate::testing::Authenticator;
use crate::testing::conformance::Violation;

/// When samples are made: not on a whole second, so that lost precision shows.
pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 123_456_000).unwrap_or_default()
}

pub(crate) fn subject(text: &str) -> Result<Subject, Violation> {
    Subject::new(text).map_err(broken_sample)
}

/// A sample that cannot be made says nothing about the store: the kit itself is wrong then.
pub(crate) fn broken_sample(why: impl std::fmt::Display) -> Violation {
    Violation::new(format!("the kit could not make its sample: {why}"))
}

/// A change for a host's transaction, and the commit that it becomes.
pub(crate) struct Within {
    pub(crate) commit: Commit,
    pub(crate) change: Transition<()>,
}

/// Makes commits with ids and versions that repeat from run to run.
#[derive(Debug, Clone)]
pub(crate) struct Author {
    settings: Settings,
    drawn: u64,
    now: DateTime<Utc>,
}

impl Author {
    /// Two authors of different numbers never make the same id.
    pub(crate) fn new(number: u32) -> Self {
        Self { settings: Settings::default(), drawn: u64::from(number) << 32, now: start() }
    }

    /// The same author at another time.
    pub(crate) fn at_micros(self, micros: i64) -> Self {
        Self { now: DateTime::from_timestamp_micros(micros).unwrap_or(self.now), ..self }
    }

    pub(crate) fn context(&self) -> Result<Context<'_>, Violation> {
        Context::new(&self.settings, self.now).map_err(broken_sample)
    }

    pub(crate) fn draw<const N: usize>(&mut self) -> [u8; N] {
        self.drawn += 1;
        let mut bytes = [0; N];
        let number = self.drawn.to_be_bytes();
        bytes.iter_mut().rev().zip(number.iter().rev()).for_each(|(byte, from)| *byte = *from);
        bytes
    }

    fn fresh_stamp(&mut self) -> Stamp {
        Stamp::from_random(self.draw())
    }

    /// The account of a subject that has no row.
    pub(crate) fn absent(&mut self, subject: &Subject) -> Account {
        Account::absent(subject.clone(), Version::first(self.draw()))
    }

    /// A commit that changes the account by as little as a decision can.
    pub(crate) fn touch(&mut self, account: &Account) -> Result<Commit, Violation> {
        let fresh = self.fresh_stamp();
        let touched =
            account.password_changed(None, fresh, self.context()?).map_err(broken_sample)?;
        Ok(self.commit(touched))
    }

    /// The same, and an event of a release that is later than this one.
    pub(crate) fn touch_of_tomorrow(&mut self, account: &Account) -> Result<Commit, Violation> {
        let fresh = self.fresh_stamp();
        let touched =
            account.password_changed(None, fresh, self.context()?).map_err(broken_sample)?;
        let name = "of_a_later_release";
        let fields = [("type", Value::Text(name.into())), ("deep", Value::List(vec![Value::Null]))];
        let raw = Value::Map(fields.map(|(field, value)| (field.to_owned(), value)).into());
        let unknown = UnknownEvent { name: name.into(), concerns_owner: true, raw };
        Ok(self.commit(touched.with_event(EventKind::Unknown(Box::new(unknown)))))
    }

    /// A commit that erases the account.
    pub(crate) fn erase(&mut self, account: &Account) -> Result<Commit, Violation> {
        let erased = self.erased(account)?;
        Ok(self.commit(erased))
    }

    fn erased(&self, account: &Account) -> Result<Transition<()>, Violation> {
        let subject = account.subject().clone();
        let authority = HostAuthority::grant(subject.clone(), subject, "a test");
        let erased = account.erase(&authority.map_err(broken_sample)?, self.context()?);
        match erased.map_err(broken_sample)? {
            Decision::Change(transition) => Ok(transition),
            Decision::Unchanged(()) => Err(broken_sample("nothing to erase")),
        }
    }

    /// What [`touch`](Self::touch) does, for a host's transaction.
    pub(crate) fn touch_within(&mut self, account: &Account) -> Result<Within, Violation> {
        let fresh = self.fresh_stamp();
        self.within(|author| {
            let touched = account.password_changed(None, fresh, author.context()?);
            Ok(touched.map_err(broken_sample)?.without_outcome())
        })
    }

    /// What [`erase`](Self::erase) does, for a host's transaction.
    pub(crate) fn erase_within(&mut self, account: &Account) -> Result<Within, Violation> {
        self.within(|author| author.erased(account))
    }

    /// A decision is pure: made again it is the same, once to be put and once to compare with.
    fn within(
        &mut self,
        decide: impl Fn(&Self) -> Result<Transition<()>, Violation>,
    ) -> Result<Within, Violation> {
        let id = CommitId::from_random(self.draw());
        let (commit, _) = decide(self)?.into_commit(id);
        Ok(Within { commit, change: decide(self)? })
    }

    pub(crate) fn commit<T>(&mut self, transition: Transition<T>) -> Commit {
        transition.into_commit(CommitId::from_random(self.draw())).0
    }

    /// Commits in the kit's own memory and goes on with the next state.
    fn apply<T>(&mut self, account: &mut Account, transition: Transition<T>) -> Option<T> {
        let id = CommitId::from_random(self.draw());
        let (commit, closed) = transition.into_commit(id);
        if let Some(next) = commit.next() {
            *account = (**next).clone();
        }
        let receipt = Receipt::vouch_that_these_are_durable([id]);
        closed.open(&receipt).ok()
    }

    /// The largest account there is, as the commit that would create it: ten factors with the
    /// longest labels, of every script, under two keys; a full set of codes; a pending setup.
    pub(crate) fn largest(&mut self, subject: &Subject) -> Result<Commit, Violation> {
        let mut account = self.absent(subject);
        let mut session = self.sign_in(&account)?;
        for number in 0..10 {
            session = self.add_factor(&mut account, session, number)?;
        }
        let (_, begun) = self.next_setup(&account, &session, 10)?;
        self.apply(&mut account, begun);
        // What was built here step by step arrives as one new row.
        let first = Transition::put(None, Box::new(account), Vec::new(), self.now, ());
        Ok(self.commit(first))
    }

    /// An account with MFA on, and a session that has just proven it.
    pub(crate) fn protected(
        &mut self,
        subject: &Subject,
    ) -> Result<(Account, Assurance), Violation> {
        let mut account = self.absent(subject);
        let session = self.sign_in(&account)?;
        let session = self.add_factor(&mut account, session, 0)?;
        Ok((account, session))
    }

    /// A commit that switches MFA on in the account as it is stored, or in one that is not.
    pub(crate) fn switch_on(
        &mut self,
        subject: &Subject,
        stored: Option<&Account>,
    ) -> Result<(Commit, Assurance), Violation> {
        let mut account = stored.cloned().unwrap_or_else(|| self.absent(subject));
        let session = self.sign_in(&account)?;
        let session = self.add_factor(&mut account, session, 0)?;
        let expected = stored.map(Account::version);
        let on = Transition::put(expected, Box::new(account), Vec::new(), self.now, ());
        Ok((self.commit(on), session))
    }

    /// A commit that puts one factor of a rank in the place of those that a stored account has.
    pub(crate) fn ranked(&mut self, account: &Account, rank: u8) -> Result<Commit, Violation> {
        let mut next = account.clone();
        next.factors.truncate(1);
        let factor = next.factors.first_mut().ok_or_else(|| broken_sample("no factor"))?;
        let raw = Value::Map([("of".to_owned(), Value::Text("a later release".into()))].into());
        factor.state =
            FactorState::Unknown(Box::new(UnknownState { kind: "later".into(), rank, raw }));
        next.preferred = Some(factor.id());
        next.version = account.version().next();
        let ranked =
            Transition::put(Some(account.version()), Box::new(next), Vec::new(), self.now, ());
        Ok(self.commit(ranked))
    }

    /// A commit that begins a setup beside the factors, which leaves the stamp as it is.
    pub(crate) fn begin_setup(
        &mut self,
        account: &Account,
        session: &Assurance,
    ) -> Result<Commit, Violation> {
        let (_, begun) = self.next_setup(account, session, 1)?;
        Ok(self.commit(begun))
    }

    /// A commit that switches MFA off.
    pub(crate) fn switch_off(
        &mut self,
        account: &Account,
        session: &Assurance,
    ) -> Result<Commit, Violation> {
        let fresh = self.fresh_stamp();
        let off = account.disable(session, fresh, self.context()?).map_err(broken_sample)?;
        Ok(self.commit(off))
    }

    fn sign_in(&mut self, account: &Account) -> Result<Assurance, Violation> {
        let fresh = Fresh {
            session: SessionId::from_random(self.draw()),
            challenge: ChallengeId::from_random(self.draw()),
        };
        let first = FirstFactor::password(account.subject().clone(), self.now);
        match account.sign_in(first, fresh, self.context()?).map_err(broken_sample)? {
            Opened::Session(proven) => self.full(proven),
            other => Err(broken_sample(format!("{other:?}"))),
        }
    }

    /// The session of a user who belongs to no organization.
    fn full(&self, proven: Proven) -> Result<Assurance, Violation> {
        proven.signed_in(&[], self.now).full().ok_or_else(|| broken_sample("a limited session"))
    }

    fn next_setup(
        &mut self,
        account: &Account,
        session: &Assurance,
        number: u8,
    ) -> Result<(TotpSecret, Transition<Setup>), Violation> {
        let secret = TotpSecret::from_random(Algorithm::Sha1, &[number + 1; 20]);
        let secret = secret.map_err(broken_sample)?;
        let key = KeyId::new(if number.is_multiple_of(2) { "old" } else { "new" })
            .map_err(broken_sample)?;
        let sealed = SealedSecret::new(1, key, &[number; 60]).map_err(broken_sample)?;
        let label = LABELS.get(usize::from(number)).copied().unwrap_or("one more");
        let new = NewFactor::totp(label, "ada@example.org").map_err(broken_sample)?;
        let mut new = new.issuer(&"é".repeat(64)).map_err(broken_sample)?;
        // An account of ten takes another only in the place of one.
        if account.factors().len() >= 10
            && let Some(lost) = account.factors().first()
        {
            new = new.replacing(lost.id());
        }
        let setup = SetupId::from_random(self.draw());
        let factor = FactorId::from_random(self.draw());
        let kind = DrawnKind::Totp { secret: &secret, sealed };
        let drawn = DrawnSetup { setup, factor, kind };
        let issuer = Issuer::new("Scrivio").map_err(broken_sample)?;
        let context = self.context()?;
        let begun =
            account.begin_setup(session, &new, EmailStatus::Verified, &issuer, &drawn, context);
        let begun = begun.map_err(broken_sample)?;
        Ok((secret, begun))
    }

    fn add_factor(
        &mut self,
        account: &mut Account,
        session: Assurance,
        number: u8,
    ) -> Result<Assurance, Violation> {
        let (secret, begun) = self.next_setup(account, &session, number)?;
        let setup = self.apply(account, begun).ok_or_else(|| broken_sample("not begun"))?;
        let app = setup.totp().and_then(|app| Authenticator::scan(app.otpauth_uri()));
        let code = app.ok_or_else(|| broken_sample("no URI"))?.code_at(self.now);
        let codes: Vec<[u8; 16]> = (0..10).map(|_| self.draw()).collect();
        let codes = RecoveryCodes::from_random(&codes).map_err(broken_sample)?;
        let scheme = HashScheme::new("$argon2id$v=19$m=19456,t=2,p=1").map_err(broken_sample)?;
        let hashes = (0..10).map(|n| CodeHash::new([n; 16], [0xff - n; 32])).collect();
        let hashed = HashedCodes { scheme, hashes };
        let settings = self.settings.clone();
        let context = Context::new(&settings, self.now).map_err(broken_sample)?;
        let (before, fresh) = (account.clone(), self.fresh_stamp());
        let question = before.setup_question(&session, setup.id(), &Answer::code(&code), context);
        let SetupQuestion::Totp(check) = question.map_err(broken_sample)? else {
            return Err(broken_sample("an app is confirmed by a code"));
        };
        let transition = match check.judge(&secret, fresh) {
            Judged::Decided(Decision::Change(transition)) => transition,
            Judged::Right(right) => right.with_codes(codes, hashed).map_err(broken_sample)?,
            other => return Err(broken_sample(format!("{other:?}"))),
        };
        match self.apply(account, transition) {
            Some(ConfirmedSetup::Added(proven)) => self.full(proven),
            Some(ConfirmedSetup::FirstFactor(_)) => {
                let fresh = self.fresh_stamp();
                let finished = account.finish_setup(&session, setup.id(), fresh, context);
                let finished = finished.map_err(broken_sample)?;
                let proven = self.apply(account, finished);
                self.full(proven.ok_or_else(|| broken_sample("not finished"))?)
            }
            other => Err(broken_sample(format!("{other:?}"))),
        }
    }
}

/// Labels of every script, the longest there can be, and such as break careless quoting.
const LABELS: [&str; 10] = [
    "Phone",
    "ÄÖÜäöüßÄÖÜäöüßÄÖÜäöüßÄÖÜäöüßÄÖÜäöüßÄÖÜäöüßÄÖÜäöüßÄÖÜäöüßÄÖÜäöüßÄ",
    "手机手机手机手机手机手机手机手机手机手机手机手机手机手机手机手机手机手机手机手机手机",
    "📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱📱",
    "'; DROP TABLE accounts; --",
    "\"quoted\" \\ back \\\" slash",
    "हिन्दी العربية עברית ไทย",
    "e\u{301} and é",
    "%s {} $1 ?1 :name @p",
    "<b>&amp;</b>",
];

/// Names that differ in bytes and look, sort, fold or normalize alike somewhere.
pub(crate) const LOOKALIKES: [&str; 36] = [
    "ada",
    "Ada",
    "ADA",
    "ada ",
    " ada",
    "ad a",
    "аda",
    "ad\u{301}a",
    "adá",
    "ada\u{200b}",
    "ada%",
    "ada_",
    "ada*",
    "'",
    "''",
    "\"",
    "\\",
    "a'; DROP TABLE accounts; --",
    "null",
    "NULL",
    "0",
    "00",
    "1",
    "1.0",
    "ß",
    "ss",
    "ſ",
    "s",
    "İ",
    "i",
    "ﬁ",
    "fi",
    "Å",
    "A\u{30a}",
    "📱",
    "\u{10ffff}",
];
