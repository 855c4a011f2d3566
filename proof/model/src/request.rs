//! What is asked of the account, and what the domain decides.

use std::sync::Arc;

use mfakit::domain::{
    Account, Closed, ConfirmedSetup, Decision, Judged, Judgment, Question, Receipt, Stamp,
    Transition,
};
use mfakit::store::{Commit, CommitId};
use mfakit::{Answer, Challenge, Refusal};

use crate::scene::{self, Scene, Signer};

/// One request. It loads, decides and commits, as the service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Request {
    /// The code that a phone shows at the tick at which the challenges were opened, whenever it
    /// arrives: by the owner, or by whoever has seen it.
    Code {
        /// Which phone.
        phone: usize,
        /// Who sends it.
        by: By,
    },
    /// A wrong code. Only the attacker sends one.
    Guess,
    /// A recovery code of the set that is there at the beginning.
    Recovery {
        /// Which code.
        slot: usize,
        /// Whether the challenge is opened when the request loads, and not at the beginning.
        anew: bool,
    },
    /// New recovery codes, asked for in one of the owner's browsers.
    Regenerate {
        /// Which browser.
        session: usize,
    },
    /// MFA off, asked for in one of the owner's browsers.
    Disable {
        /// Which browser.
        session: usize,
    },
    /// The second phone preferred: a change that touches nothing else.
    Prefer {
        /// Which browser.
        session: usize,
    },
    /// The host says that the password was changed, in no session.
    PasswordChanged,
    /// A setup is begun.
    Begin {
        /// Which browser. Its setup has its number, and so has the phone.
        session: usize,
    },
    /// The right code confirms the setup of a browser.
    Confirm {
        /// Which browser.
        session: usize,
        /// Whose setup.
        setup: usize,
    },
    /// "I have saved my codes".
    Finish {
        /// Which browser, and its own setup.
        session: usize,
    },
    /// What a key has signed for a challenge, sent to that one or to another.
    Assertion {
        /// Who signed.
        by: Signer,
        /// For which challenge: by its number, the last one being the step-up.
        of: usize,
        /// To which it is sent.
        to: usize,
    },
    /// The key is removed.
    Remove {
        /// Which browser.
        session: usize,
    },
}

/// Who sends a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// The owner.
    Owner,
    /// Somebody who has seen it on the owner's screen.
    Eavesdropper,
}

/// What a request is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Told {
    /// A challenge was passed.
    Passed,
    /// The answer was judged and is wrong.
    Wrong,
    /// It was not judged: the guesses are spent.
    Throttled,
    /// A change was made.
    Done,
    /// Refused, as things stood.
    Refused,
}

/// What was decided.
pub(crate) enum Decided {
    /// Nothing changes; the answer is open.
    Open(Told),
    /// A commit, and the answer that waits for it.
    Change(Box<Commit>, Waiting),
}

/// An answer that waits for its commit, whatever its type.
pub(crate) struct Waiting(Box<Open>);

type Open = dyn FnOnce(&Receipt) -> Option<Told>;

impl Waiting {
    pub(crate) fn open(self, receipt: &Receipt) -> Option<Told> {
        (self.0)(receipt)
    }
}

impl Request {
    /// Whether it speaks for a signed-in session.
    pub(crate) fn session(self) -> Option<usize> {
        match self {
            Self::Regenerate { session }
            | Self::Disable { session }
            | Self::Prefer { session }
            | Self::Begin { session }
            | Self::Confirm { session, .. }
            | Self::Finish { session }
            | Self::Remove { session } => Some(session),
            Self::Code { .. }
            | Self::Guess
            | Self::Recovery { .. }
            | Self::PasswordChanged
            | Self::Assertion { .. } => None,
        }
    }

    /// Whether it confirms the setup of a session that is not its own, or passes a challenge with what
    /// was signed for another.
    pub(crate) fn is_for_another(self) -> bool {
        match self {
            Self::Confirm { session, setup } => session != setup,
            Self::Assertion { of, to, .. } => of != to,
            _ => false,
        }
    }

    /// Whether it can only be wrong.
    pub(crate) fn is_wrong(self) -> bool {
        matches!(self, Self::Guess | Self::Assertion { by: Signer::Forger, .. })
    }

    /// Lets the domain decide. `number` is the request's own: its challenge, its new codes.
    pub(crate) fn decide(
        self,
        scene: &Scene,
        account: &Account,
        number: usize,
        tick: u8,
        id: CommitId,
    ) -> Decided {
        match self.try_decide(scene, account, number, tick, id) {
            Ok(decided) => decided,
            Err(_) => Decided::Open(Told::Refused),
        }
    }

    fn try_decide(
        self,
        scene: &Scene,
        account: &Account,
        number: usize,
        tick: u8,
        id: CommitId,
    ) -> Result<Decided, Refusal> {
        let context = scene.context(tick);
        let generation = u8::try_from(number).expect("few") + 1;
        match self {
            Self::Code { phone, .. } => {
                let phone = &scene.phones[phone];
                let code = phone.app.code_at(scene::at(SHOWN));
                let answer = Answer::code_of(phone.factor, &code);
                answered(scene, account, number, &answer, tick, id)
            }
            Self::Guess => {
                let answer = Answer::code_of(scene.phones[0].factor, WRONG);
                answered(scene, account, number, &answer, tick, id)
            }
            Self::Recovery { slot, anew } => {
                let code = scene::codes(0).as_slice()[slot].reveal();
                let answer = Answer::recovery(&code);
                if !anew {
                    return answered(scene, account, number, &answer, tick, id);
                }
                match scene.open(account, number, tick) {
                    Some(challenge) => judged(scene, account, &challenge, &answer, tick, id),
                    None => Ok(Decided::Open(Told::Refused)),
                }
            }
            Self::Regenerate { session } => {
                let session = &scene.sessions[session];
                let (codes, hashed) = (scene::codes(generation), scene::hashed(generation));
                let change = account.regenerate(session, codes, hashed, stamp(id), context)?;
                Ok(changed(change, id, |_| Told::Done))
            }
            Self::Disable { session } => {
                let change = account.disable(&scene.sessions[session], stamp(id), context)?;
                Ok(changed(change, id, |_| Told::Done))
            }
            Self::Prefer { session } => {
                let second = scene.phones[1].factor;
                let change = account.prefer_factor(&scene.sessions[session], second, context)?;
                Ok(changed(change, id, |()| Told::Done))
            }
            Self::PasswordChanged => {
                let change = account.password_changed(None, stamp(id), context)?;
                Ok(changed(change, id, |_| Told::Done))
            }
            Self::Begin { session: n } => {
                let (session, number) = (&scene.sessions[n], scene.number(n));
                let new = match &scene.keys {
                    Some(_) => scene::new_key(&format!("Key {n}")),
                    None => scene::new(&format!("Phone {n}")),
                };
                let begun = scene::begin(scene, account, session, &new, number, tick)?;
                Ok(changed(begun, id, |_| Told::Done))
            }
            Self::Confirm { session, setup } => confirmed(scene, account, session, setup, tick, id),
            Self::Finish { session } => {
                let setup = scene::setup_id(scene.number(session));
                let change =
                    account.finish_setup(&scene.sessions[session], setup, stamp(id), context)?;
                Ok(changed(change, id, |_| Told::Done))
            }
            Self::Assertion { by, of, to } => {
                let answer = scene.keys.as_ref().expect("a key").assertion(by, of);
                judged(scene, account, &scene.challenges[to], &answer, tick, id)
            }
            Self::Remove { session } => {
                let key = scene.phones[1].factor;
                let session = &scene.sessions[session];
                let change = account.remove_factor(session, key, stamp(id), context)?;
                Ok(changed(change, id, |_| Told::Done))
            }
        }
    }
}

/// The tick whose code is on the screen, and the tick at which every scenario begins.
pub(crate) const SHOWN: u8 = 2;

/// A code that neither phone shows within the ticks of any scenario: the scene makes sure.
pub(crate) const WRONG: &str = "000000";

fn answered(
    scene: &Scene,
    account: &Account,
    number: usize,
    answer: &Answer,
    tick: u8,
    id: CommitId,
) -> Result<Decided, Refusal> {
    judged(scene, account, &scene.challenges[number], answer, tick, id)
}

fn judged(
    scene: &Scene,
    account: &Account,
    challenge: &Challenge,
    answer: &Answer,
    tick: u8,
    id: CommitId,
) -> Result<Decided, Refusal> {
    let decision = match account.question(challenge, answer, scene.context(tick))? {
        Question::Decided(_) => return Ok(Decided::Open(Told::Throttled)),
        Question::Totp(asked) => {
            let factor = asked.context().factor;
            let phone = scene.phones.iter().find(|phone| phone.factor == factor);
            asked.judge(&phone.expect("one of the two").secret, None)
        }
        Question::OneTime(check) => {
            let evaluation = check.hash().evaluate(&scene::digest(check.code()));
            check.judge(&evaluation)
        }
        Question::WebAuthn(check) => check.judge(),
        Question::Imported(_) => panic!("no scenario imports recovery codes"),
    };
    let told = |verdict: Judgment| match verdict {
        Judgment::Passed(_) => Told::Passed,
        Judgment::Rejected(_) => Told::Wrong,
    };
    Ok(match decision {
        Decision::Unchanged(verdict) => Decided::Open(told(verdict)),
        Decision::Change(transition) => changed(transition, id, told),
    })
}

fn confirmed(
    scene: &Scene,
    account: &Account,
    session: usize,
    setup: usize,
    tick: u8,
    id: CommitId,
) -> Result<Decided, Refusal> {
    let (own, asked) = (u8::try_from(session).expect("two"), scene.number(setup));
    let (answer, secret) = match &scene.keys {
        Some(keys) => (keys.registration(setup), None),
        None => {
            let code = scene.phones[setup].app.code_at(scene::at(tick));
            (Answer::code(&code), Some(scene::secret(asked)))
        }
    };
    let (session, setup) = (&scene.sessions[session], scene::setup_id(asked));
    let (secret, context) = (secret.as_ref(), scene.context(tick));
    let judged = scene::judged(account, session, setup, &answer, secret, stamp(id), context)?;
    let told = |confirmed: ConfirmedSetup| match confirmed {
        ConfirmedSetup::Rejected(_) => Told::Wrong,
        _ => Told::Done,
    };
    let transition = match judged {
        Judged::Decided(Decision::Unchanged(answer)) => return Ok(Decided::Open(told(answer))),
        Judged::Decided(Decision::Change(transition)) => transition,
        Judged::Right(right) => right.with_codes(scene::codes(own), scene::hashed(own))?,
    };
    Ok(changed(transition, id, told))
}

/// What a request draws for the credentials that it may change: another for each of its commits.
fn stamp(commit: CommitId) -> Stamp {
    let [.., a, b, c, d, e, f, g, h] = *commit.as_bytes();
    Stamp::from_random([a, b, c, d, e, f, g, h])
}

fn changed<T: 'static>(
    transition: Transition<T>,
    id: CommitId,
    told: impl FnOnce(T) -> Told + 'static,
) -> Decided {
    let (commit, closed): (Commit, Closed<T>) = transition.into_commit(id);
    let open = move |receipt: &Receipt| closed.open(receipt).ok().map(told);
    Decided::Change(Box::new(commit), Waiting(Box::new(open)))
}

/// What a commit would store.
pub(crate) fn next_of(commit: &Commit) -> Arc<Account> {
    Arc::clone(commit.next().expect("no request erases the account"))
}
