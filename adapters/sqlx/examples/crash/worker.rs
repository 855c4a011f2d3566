//! One of the processes that are killed.

use std::path::Path;
use std::time::Duration;

use mfakit::organization::{GracePeriod, OrgAuthority, PolicyScope, PolicyTerms, ProposedPolicy};
use mfakit::ports::Clock;
use mfakit::testing::Authenticator;
use mfakit::{
    Answer, Assurance, Challenge, Confirmed, EmailStatus, Error, FirstFactor, NewFactor, Refusal,
    RejectionReason, SignIn, SignedIn, Status, Strength, Verdict,
};

use crate::database::Database;
use crate::journal::{Journal, Kind};
use crate::wallet::Wallet;
use crate::world::{self, FastClock, USERS};
use crate::{Failure, Plan};

struct Worker {
    number: u32,
    db: Database,
    journal: Journal,
    dice: Dice,
    named: u64,
}

/// Somebody who acts.
struct User {
    number: u32,
    wallet: Wallet,
}

/// Works until it is killed. What a database says that is gone for a while is written down nowhere:
/// whether the operation was done is not known then.
pub(crate) async fn run(plan: &Plan, number: u32, directory: &Path) -> Result<(), Failure> {
    let db = Database::reopen(&plan.store, directory).await?;
    let journal = Journal::open(directory, number)?;
    let dice = Dice::new(plan.seed.wrapping_add(u64::from(number)));
    let mut worker = Worker { number, db, journal, dice, named: plan.seed };
    loop {
        let user = worker.dice.below(USERS);
        let wallet = Wallet::of(directory, user)?;
        if let Err(error) = worker.act(&User { number: user, wallet }).await {
            match error.downcast_ref::<Error>() {
                Some(Error::Store(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
                Some(Error::Refused(_) | Error::Contended) => {}
                // A proof is good for a minute, which is a tenth of a second here.
                None if error.is::<Refusal>() => {}
                _ => return Err(error),
            }
        }
    }
}

impl Worker {
    async fn act(&mut self, user: &User) -> Result<(), Failure> {
        let status = self.db.mfa.status(&world::user(user.number)?).await?;
        if !status.enabled {
            let session = self.sign_in(user).await?;
            return self.set_up(user, session).await;
        }
        let what = self.dice.below(100);
        if what < 12 {
            return self.recover(user).await;
        }
        let session = self.sign_in(user).await?;
        let (Some(session), true) = (session, what >= 50) else { return Ok(()) };
        match what {
            50..60 => self.regenerate(user, session).await,
            60..70 if status.factors.len() < 4 => self.set_up(user, Some(session)).await,
            70..80 if status.factors.len() > 1 => self.remove(user, session, &status).await,
            80..84 => {
                self.journal.trying(Kind::Disable, user.number, "-")?;
                let disabled = self.db.mfa.disable(&session).await.map(drop);
                self.told(Kind::Disable, user, "-", disabled)
            }
            84..94 => self.change_policy(user, session).await,
            _ => Ok(()),
        }
    }

    /// Writes down what an operation answered. An error of the store says nothing of it.
    fn told(
        &mut self,
        kind: Kind,
        user: &User,
        detail: &str,
        answer: Result<(), Error>,
    ) -> Result<(), Failure> {
        match answer {
            Ok(()) => self.journal.done(kind, user.number, detail),
            Err(Error::Refused(_)) => self.journal.not(kind, user.number, detail),
            Err(error) => Err(error.into()),
        }
    }

    async fn sign_in(&mut self, user: &User) -> Result<Option<Assurance>, Failure> {
        let first = FirstFactor::password(world::user(user.number)?, FastClock.now());
        let challenge = match self.db.mfa.sign_in(first).await? {
            SignIn::Done(signed_in) => return Ok(signed_in.full()),
            SignIn::Challenge(challenge) => challenge,
        };
        let ask = self.db.mfa.ask(&challenge).await?;
        let factors = u32::try_from(ask.factors().count())?;
        let factor = usize::try_from(self.dice.below(factors.max(1)))?;
        let Some((factor, label, _)) = ask.factors().nth(factor) else { return Ok(None) };
        let label = label.as_str().to_owned();
        let app = user.wallet.app(&label)?;
        let step = world::step(FastClock.now());
        let detail = format!("{label} {step}");
        let answer = Answer::code_of(factor, &code(&app, step)?);
        let mut passed = self.answer(user, &challenge, answer, &detail).await?;
        if let Err(true) = passed {
            let detail = format!("{label} {} {step} {}", step - 1, step + 1);
            let codes = [code(&app, step - 1)?, code(&app, step)?, code(&app, step + 1)?];
            let [one, two, three] = &codes;
            let answer = Answer::three_codes_of(factor, [one, two, three]);
            passed = self.answer(user, &challenge, answer, &detail).await?;
        }
        Ok(passed.ok().and_then(SignedIn::full))
    }

    /// The session, or whether three codes in a row are wanted.
    async fn answer(
        &mut self,
        user: &User,
        challenge: &Challenge,
        answer: Answer,
        detail: &str,
    ) -> Result<Result<SignedIn, bool>, Failure> {
        self.journal.trying(Kind::Code, user.number, detail)?;
        match self.db.mfa.answer(challenge, answer).await? {
            Verdict::Passed(passed) => {
                self.journal.done(Kind::Code, user.number, detail)?;
                Ok(Ok(passed.signed_in))
            }
            Verdict::Rejected(why) => {
                self.journal.not(Kind::Code, user.number, detail)?;
                Ok(Err(matches!(why.reason, RejectionReason::ThreeCodesWanted { .. })))
            }
        }
    }

    async fn recover(&mut self, user: &User) -> Result<(), Failure> {
        let codes = user.wallet.codes();
        let count = u32::try_from(codes.len())?;
        let number = usize::try_from(self.dice.below(count.max(1)))?;
        let Some(code) = codes.get(number) else { return Ok(()) };
        let first = FirstFactor::password(world::user(user.number)?, FastClock.now());
        let SignIn::Challenge(challenge) = self.db.mfa.sign_in(first).await? else {
            return Ok(());
        };
        self.journal.trying(Kind::Recovery, user.number, code)?;
        let verdict = self.db.mfa.answer(&challenge, Answer::recovery(code)).await?;
        let passed = matches!(verdict, Verdict::Passed(_));
        match passed {
            true => self.journal.done(Kind::Recovery, user.number, code),
            false => self.journal.not(Kind::Recovery, user.number, code),
        }
    }

    async fn set_up(&mut self, user: &User, session: Option<Assurance>) -> Result<(), Failure> {
        let Some(session) = session else { return Ok(()) };
        let label = self.name("phone");
        let new = NewFactor::totp(&label, "ada@example.org")?;
        let setup = self.db.mfa.begin_setup(&session, new, EmailStatus::Verified).await?;
        let app = user.wallet.scan(&label, setup.totp().ok_or("an app")?.otpauth_uri())?;
        let code = app.code_at(FastClock.now());
        // Whether it is the first factor is known afterwards: another process may be quicker.
        self.journal.trying(Kind::SetUp, user.number, &label)?;
        let confirmed =
            self.db.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await?;
        match confirmed {
            Confirmed::FirstFactor(codes) => {
                let finished = self.db.mfa.finish_setup(&session, setup.id()).await.map(drop);
                let done = finished.is_ok();
                self.told(Kind::SetUp, user, &label, finished)?;
                if done { user.wallet.save(&codes) } else { Ok(()) }
            }
            Confirmed::Added(_) => self.journal.done(Kind::SetUp, user.number, &label),
            Confirmed::Replaced(..) => Err("nothing was to be replaced".into()),
            Confirmed::Rejected(_) => self.journal.not(Kind::SetUp, user.number, &label),
        }
    }

    async fn regenerate(&mut self, user: &User, session: Assurance) -> Result<(), Failure> {
        self.journal.trying(Kind::Regenerate, user.number, "-")?;
        match self.db.mfa.regenerate_codes(&session).await {
            Ok((_, codes)) => {
                self.journal.done(Kind::Regenerate, user.number, "-")?;
                user.wallet.save(&codes)
            }
            Err(error) => self.told(Kind::Regenerate, user, "-", Err(error)),
        }
    }

    async fn remove(
        &mut self,
        user: &User,
        session: Assurance,
        status: &Status,
    ) -> Result<(), Failure> {
        let Some(factor) = status.factors.last() else { return Ok(()) };
        let label = factor.label.as_str().to_owned();
        self.journal.trying(Kind::Remove, user.number, &label)?;
        let removed = self.db.mfa.remove_factor(&session, factor.factor).await.map(drop);
        self.told(Kind::Remove, user, &label, removed)
    }

    async fn change_policy(&mut self, user: &User, session: Assurance) -> Result<(), Failure> {
        let (reason, subject) = (self.name("policy"), world::user(user.number)?);
        let authority = OrgAuthority::grant(world::org()?, subject, &reason)?;
        let grace = GracePeriod::days(i64::from(self.dice.below(30)))?;
        let terms = PolicyTerms { grace, scope: PolicyScope::OrganizationResources };
        let mfa = &self.db.mfa;
        let policy = *mfa.organization(&world::org()?).await?.policy();
        self.journal.trying(Kind::Policy, user.number, &reason)?;
        let proposed = if policy.is_voluntary() || self.dice.below(2) > 0 {
            ProposedPolicy::Required(Strength::Standard, terms)
        } else {
            ProposedPolicy::NotRequired(Strength::Standard)
        };
        let changed = mfa.set_policy(&session, &authority, proposed, None).await;
        self.told(Kind::Policy, user, &reason, changed.map(drop))
    }

    /// A name that nothing else has.
    fn name(&mut self, what: &str) -> String {
        self.named += 1;
        format!("{what}-{}-{}-{}", self.number, std::process::id(), self.named)
    }
}

/// What an app shows at a step.
fn code(app: &Authenticator, step: i64) -> Result<String, Failure> {
    let at = chrono::DateTime::from_timestamp(step * 30, 0).ok_or("a step beyond time")?;
    Ok(app.code_at(at))
}

/// Xorshift: which process does what need not be unpredictable.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 16) % u64::from(bound.max(1))).unwrap_or_default()
    }
}
