//! Long random histories of operations and clock moves, against a plain model.
//!
//! The model knows what a person would write down: which codes were taken, which recovery codes were
//! struck out, how many guesses were spent, and whether the owner has MFA on.

use std::collections::{BTreeMap, BTreeSet};

use mfakit::domain::Stamp;
use mfakit::import::{Import, Imported, ImportedCodes, ImportedFactor, Seed};
use mfakit::store::AccountStore;
use mfakit::testing::Authenticator;
use mfakit::{
    Answer, Confirmed, EmailStatus, Error, FactorId, HostAuthority, NewFactor, RecoveryCodes,
    SignIn, SignedIn, Strength, Subject, Verdict,
};
use proptest::prelude::*;

use crate::world::{World, block_on, hasher};

#[derive(Debug, Clone)]
enum Act {
    /// Seconds pass; negative: the clock is set back.
    Clock(i64),
    /// A phone's code, so many periods off, as an answer to a new sign-in.
    Code {
        phone: usize,
        off: i64,
    },
    /// A code that no phone shows now, several times on one challenge.
    Guess {
        times: u8,
    },
    /// Three codes of a phone, the last one shown now.
    Three {
        phone: usize,
    },
    /// A recovery code off the paper.
    Recovery(usize),
    /// Sets up a factor, as far as so many steps: begin, confirm, finish.
    SetUp {
        steps: u8,
    },
    Regenerate,
    Remove {
        phone: usize,
    },
    Disable,
    PasswordChanged,
    /// The host's job moves the account in, with codes from another system's paper or without.
    MoveIn {
        codes: bool,
    },
    /// A code off that paper, or one that is not on it.
    OldCode(usize),
}

/// The other system's seed and paper.
const OLD_SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const OLD_PAPER: [&str; 4] = ["28480242", "38352190", "10964550", "35849493"];

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (-200..4_000_i64).prop_map(Act::Clock),
        1 => (0..4_000_000_i64).prop_map(Act::Clock),
        5 => (0..3_usize, -3..4_i64).prop_map(|(phone, off)| Act::Code { phone, off }),
        2 => (1..6_u8).prop_map(|times| Act::Guess { times }),
        2 => (0..3_usize).prop_map(|phone| Act::Three { phone }),
        3 => (0..10_usize).prop_map(Act::Recovery),
        3 => (1..4_u8).prop_map(|steps| Act::SetUp { steps }),
        1 => Just(Act::Regenerate),
        1 => (0..3_usize).prop_map(|phone| Act::Remove { phone }),
        1 => Just(Act::Disable),
        1 => Just(Act::PasswordChanged),
        1 => any::<bool>().prop_map(|codes| Act::MoveIn { codes }),
        3 => (0..6_usize).prop_map(Act::OldCode),
    ]
}

#[derive(Default)]
struct Model {
    on: bool,
    phones: Vec<(FactorId, Authenticator)>,
    /// The last step that was taken of each factor.
    taken: BTreeMap<FactorId, i64>,
    paper: Option<RecoveryCodes>,
    struck: BTreeSet<String>,
    session: Option<SignedIn>,
    /// The account was moved in once, with such codes as are good still.
    moved_in: bool,
    /// How strong the account was under each stamp.
    strengths: Vec<(Stamp, Option<Strength>)>,
    old_codes: Vec<&'static str>,
}

struct Run {
    world: World,
    ada: Subject,
    model: Model,
}

impl Run {
    async fn act(&mut self, act: Act) {
        match act {
            Act::Clock(seconds) => self.world.wait(seconds),
            Act::Code { phone, off } => self.code(phone, off).await,
            Act::Guess { times } => self.guess(times).await,
            Act::Three { phone } => self.three(phone).await,
            Act::Recovery(number) => self.recovery(number).await,
            Act::SetUp { steps } => self.set_up(steps).await,
            Act::Regenerate => self.regenerate().await,
            Act::Remove { phone } => self.remove(phone).await,
            Act::Disable => self.disable().await,
            Act::PasswordChanged => {
                self.world.mfa.password_changed(&self.ada, None).await.expect("password changed");
                self.model.session = None;
            }
            Act::MoveIn { codes } => self.move_in(codes).await,
            Act::OldCode(number) => self.old_code(number).await,
        }
        self.check().await;
    }

    /// Answers a new challenge; the session of a pass is kept.
    async fn answer(&mut self, answer: Answer) -> bool {
        let first = self.world.password(&self.ada);
        let challenge = match self.world.mfa.sign_in(first).await {
            Ok(SignIn::Challenge(challenge)) => challenge,
            Ok(SignIn::Done(signed_in)) => {
                assert!(!self.model.on, "MFA went off by itself");
                self.model.session = Some(signed_in);
                return false;
            }
            // The clock was set back before the last password change.
            Err(Error::Refused(_)) => return false,
            other => panic!("{other:?}"),
        };
        assert!(self.model.on, "MFA went on by itself");
        match self.world.mfa.answer(&challenge, answer).await.expect("verdict") {
            Verdict::Passed(passed) => {
                self.model.session = Some(passed.signed_in);
                true
            }
            Verdict::Rejected(_) => false,
        }
    }

    fn step(&self, off: i64) -> i64 {
        self.world.now().timestamp().div_euclid(30) + off
    }

    /// A step of a factor is taken at most once, and never one before.
    fn take(&mut self, factor: FactorId, step: i64) {
        let last = self.model.taken.insert(factor, step);
        assert!(last.is_none_or(|last| step > last), "step {step} after {last:?}");
    }

    async fn code(&mut self, phone: usize, off: i64) {
        let Some((factor, app)) = self.model.phones.get(phone) else { return };
        let (factor, code) = (*factor, app.code_after(self.world.now(), off));
        if self.answer(Answer::code_of(factor, &code)).await {
            self.take(factor, self.step(off));
        }
    }

    async fn guess(&mut self, times: u8) {
        let first = self.world.password(&self.ada);
        let Ok(SignIn::Challenge(challenge)) = self.world.mfa.sign_in(first).await else {
            return;
        };
        let Some((factor, app)) = self.model.phones.first() else { return };
        let near: Vec<String> = (-10..10).map(|n| app.code_after(self.world.now(), n)).collect();
        let mut wrong = (0..1_000_000).map(|n| format!("{n:06}")).filter(|c| !near.contains(c));
        for _ in 0..times {
            let code = wrong.next().expect("a wrong code");
            let verdict = self.world.mfa.answer(&challenge, Answer::code_of(*factor, &code)).await;
            assert!(
                matches!(verdict, Ok(Verdict::Rejected(_)) | Err(Error::Refused(_))),
                "{verdict:?}"
            );
        }
    }

    async fn three(&mut self, phone: usize) {
        let Some((factor, app)) = self.model.phones.get(phone) else { return };
        let (factor, now) = (*factor, self.world.now());
        let codes = [-2, -1, 0].map(|off| app.code_after(now, off));
        let typed = [codes[0].as_str(), codes[1].as_str(), codes[2].as_str()];
        if self.answer(Answer::three_codes_of(factor, typed)).await {
            self.take(factor, self.step(-2));
            self.take(factor, self.step(-1));
            self.take(factor, self.step(0));
        }
    }

    async fn recovery(&mut self, number: usize) {
        let Some(paper) = &self.model.paper else { return };
        let code = paper.as_slice()[number].reveal().to_string();
        let passed = self.answer(Answer::recovery(&code)).await;
        if passed {
            assert!(self.model.struck.insert(code), "a recovery code worked twice");
        }
    }

    async fn move_in(&mut self, codes: bool) {
        let seed = Seed::from_base32(OLD_SEED).expect("seed");
        let phone = ImportedFactor::totp("Old phone", seed).expect("factor");
        let mut import = Import::new().factor(phone).accept_codes_under_64_bits();
        if codes {
            import = import.codes(ImportedCodes::plain(OLD_PAPER).expect("codes"));
        }
        let job = Subject::new("job").expect("subject");
        let authority = HostAuthority::grant(self.ada.clone(), job, "moved in").expect("reason");
        let row = self.world.memory.load(&self.ada).await.expect("loaded");
        match self.world.mfa.import(&authority, import).await {
            Ok(Imported::Now(report)) => {
                assert_eq!(row, None, "moved in over what was there");
                let uri =
                    format!("otpauth://totp/x?secret={OLD_SEED}&algorithm=SHA1&digits=6&period=30");
                let app = Authenticator::scan(&uri).expect("scan");
                let factor = report.factors[0];
                self.take(factor, self.step(1));
                self.model.phones.push((factor, app));
                self.model.old_codes = if codes { OLD_PAPER.to_vec() } else { Vec::new() };
                (self.model.on, self.model.moved_in) = (true, true);
                (self.model.paper, self.model.session) = (None, None);
            }
            Ok(Imported::Before(_)) => assert!(self.model.moved_in),
            Err(error) => assert!(row.is_some() && !self.model.moved_in, "{error:?}"),
        }
    }

    async fn old_code(&mut self, number: usize) {
        let typed = OLD_PAPER.get(number).copied().unwrap_or("99999999");
        if self.answer(Answer::recovery(typed)).await {
            let at = self.model.old_codes.iter().position(|code| *code == typed);
            self.model.old_codes.remove(at.expect("an old code worked that should not"));
        }
    }

    async fn set_up(&mut self, steps: u8) {
        if self.model.session.is_none() && !self.model.on {
            self.answer(Answer::code("000000")).await;
        }
        let Some(session) = self.model.session.clone() else { return };
        let label = format!("phone {}", self.world.store.calls());
        let new = NewFactor::totp(&label, "ada@example.org").expect("new factor");
        let Ok(setup) =
            self.world.mfa.begin_setup(session.session(), new, EmailStatus::Verified).await
        else {
            return;
        };
        let app = Authenticator::scan(setup.totp().unwrap().otpauth_uri()).expect("scan");
        if steps < 2 {
            return;
        }
        let code = app.code_at(self.world.now());
        let confirmed =
            self.world.mfa.confirm_setup(session.session(), setup.id(), Answer::code(&code)).await;
        let codes = match confirmed.expect("confirmed") {
            Confirmed::FirstFactor(codes) => codes,
            Confirmed::Added(session) => return self.added(app, session).await,
            other => panic!("{other:?}"),
        };
        if steps < 3 {
            return;
        }
        let session =
            self.world.mfa.finish_setup(session.session(), setup.id()).await.expect("finish");
        self.model.on = true;
        self.model.paper = Some(codes);
        self.model.struck.clear();
        self.added(app, session).await;
    }

    async fn added(&mut self, app: Authenticator, session: SignedIn) {
        let account = self.world.memory.load(&self.ada).await.expect("load").expect("a row");
        let factor = account.factors().last().expect("a factor").id();
        self.take(factor, self.step(0));
        self.model.phones.push((factor, app));
        self.model.session = Some(session);
    }

    async fn regenerate(&mut self) {
        let Some(session) = self.model.session.clone() else { return };
        if let Ok((session, codes)) = self.world.mfa.regenerate_codes(session.session()).await {
            self.model.session = Some(session);
            self.model.paper = Some(codes);
            self.model.struck.clear();
            self.model.old_codes.clear();
        }
    }

    async fn remove(&mut self, phone: usize) {
        let Some(session) = self.model.session.clone() else { return };
        let Some(session) = session.full() else { return };
        let Some((factor, _)) = self.model.phones.get(phone) else { return };
        if let Ok(session) = self.world.mfa.remove_factor(&session, *factor).await {
            self.model.phones.remove(phone);
            self.model.on = !self.model.phones.is_empty();
            if !self.model.on {
                self.model.old_codes.clear();
            }
            self.model.session = Some(session);
        }
    }

    async fn disable(&mut self) {
        let Some(session) = self.model.session.clone().and_then(SignedIn::full) else { return };
        if let Ok(session) = self.world.mfa.disable(&session).await {
            self.model.phones.clear();
            self.model.old_codes.clear();
            self.model.on = false;
            self.model.session = Some(session);
        }
    }

    /// What holds after every operation.
    async fn check(&mut self) {
        let Some(account) = self.world.memory.load(&self.ada).await.expect("load") else { return };
        // A session knows the account's strength by its stamp.
        let known = self.model.strengths.iter().find(|(stamp, _)| *stamp == account.stamp());
        match known {
            Some((_, strength)) => assert_eq!(*strength, account.strength(), "an old stamp"),
            None => self.model.strengths.push((account.stamp(), account.strength())),
        }
        assert_eq!(account.enabled(), self.model.on, "only the owner switches MFA on or off");
        assert_eq!(account.factors().len(), self.model.phones.len());
        let own = account.recovery().is_some();
        assert!(!account.enabled() || own || self.model.moved_in, "on without a recovery set");
        let imported = account.imported_codes().is_some();
        assert!(!imported || (account.enabled() && !own), "old codes beside others");
        assert_eq!(
            account.imported_codes().map_or(0, |set| set.left()),
            self.model.old_codes.len(),
            "the stock and the other system's paper disagree"
        );
        assert_eq!(account.enabled(), account.preferred().is_some());
        if let (true, Some(set)) = (account.enabled(), account.recovery()) {
            assert_eq!(
                set.left(),
                10 - self.model.struck.len(),
                "the stock and the paper disagree"
            );
        }
        let settings = self.world.mfa.settings();
        assert!(account.budget().left(settings.throttle(), self.world.now()) <= 20);
        for factor in account.factors() {
            let mfakit::domain::FactorState::Totp(totp) = factor.state() else {
                continue;
            };
            assert!(totp.drift().abs() <= mfakit::domain::DRIFT_LIMIT);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_history_breaks_a_promise(acts in prop::collection::vec(act(), 1..80)) {
        block_on(async {
            let mut run = Run {
                world: World::built(|builder| builder.argon2(hasher())),
                ada: Subject::new("ada").expect("subject"),
                model: Model::default(),
            };
            for act in acts {
                run.act(act).await;
            }
        });
    }
}
