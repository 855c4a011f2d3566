//! Who does what at once.

use crate::request::{By, Request, SHOWN};
use crate::scene::{STEP_UP, Scene, Signer};

/// A few requests that run against each other, and what may go wrong meanwhile.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What it is about.
    pub name: &'static str,
    pub(crate) begin: Begin,
    pub(crate) requests: Vec<Request>,
    /// For each request the one that has to end before it begins, if any.
    pub(crate) after: Vec<Option<usize>>,
    pub(crate) crashes: u8,
    pub(crate) losses: u8,
    pub(crate) ticks: u8,
}

/// How the account stands at the beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Begin {
    Unprotected,
    TwoPhones,
    PhoneAndKey,
}

impl Begin {
    pub(crate) fn scene(self) -> Scene {
        match self {
            Self::Unprotected => Scene::unprotected(),
            Self::TwoPhones => Scene::protected(),
            Self::PhoneAndKey => Scene::with_key(),
        }
    }

    pub(crate) fn tick(self) -> u8 {
        match self {
            Self::Unprotected => 0,
            Self::TwoPhones | Self::PhoneAndKey => SHOWN,
        }
    }
}

impl Scenario {
    fn of(name: &'static str, begin: Begin, requests: Vec<Request>) -> Self {
        let after = vec![None; requests.len()];
        Self { name, begin, requests, after, crashes: 1, losses: 1, ticks: 1 }
    }

    /// One code, sent by the owner from two devices and by somebody who has seen it; and a writer
    /// whose state may be stale.
    pub fn one_code() -> Self {
        let code = |by| Request::Code { phone: 0, by };
        Self::of(
            "one code",
            Begin::TwoPhones,
            vec![
                code(By::Owner),
                code(By::Owner),
                code(By::Eavesdropper),
                Request::Prefer { session: 0 },
            ],
        )
    }

    /// Two devices with a phone each, and the attacker's guess.
    pub fn two_phones() -> Self {
        let mut scenario = Self::of(
            "two phones",
            Begin::TwoPhones,
            vec![
                Request::Code { phone: 0, by: By::Owner },
                Request::Code { phone: 1, by: By::Owner },
                Request::Code { phone: 1, by: By::Eavesdropper },
                Request::Guess,
            ],
        );
        scenario.crashes = 0;
        scenario
    }

    /// One recovery code twice, another one, and a regeneration.
    pub fn recovery() -> Self {
        Self::of(
            "recovery",
            Begin::TwoPhones,
            vec![
                Request::Recovery { slot: 0, anew: false },
                Request::Recovery { slot: 0, anew: false },
                Request::Recovery { slot: 1, anew: true },
                Request::Regenerate { session: 0 },
            ],
        )
    }

    /// Four guesses at once on a budget of two, while the owner signs in.
    pub fn guesses() -> Self {
        let mut scenario = Self::of(
            "guesses",
            Begin::TwoPhones,
            vec![
                Request::Guess,
                Request::Guess,
                Request::Guess,
                Request::Guess,
                Request::Code { phone: 0, by: By::Owner },
            ],
        );
        (scenario.losses, scenario.ticks) = (0, 0);
        scenario
    }

    /// Both browsers change credentials, and so does the host; a challenge is open meanwhile.
    pub fn credentials() -> Self {
        let mut scenario = Self::of(
            "credentials",
            Begin::TwoPhones,
            vec![
                Request::Regenerate { session: 0 },
                Request::Disable { session: 1 },
                Request::PasswordChanged,
                Request::Prefer { session: 1 },
                Request::Code { phone: 0, by: By::Eavesdropper },
            ],
        );
        (scenario.losses, scenario.ticks) = (0, 0);
        scenario
    }

    /// Two browsers set up a phone each on an account without MFA.
    pub fn setups() -> Self {
        let mut scenario = Self::of(
            "setups",
            Begin::Unprotected,
            vec![
                Request::Begin { session: 0 },
                Request::Confirm { session: 0, setup: 0 },
                Request::Finish { session: 0 },
                Request::Begin { session: 1 },
                Request::Confirm { session: 1, setup: 1 },
                Request::Confirm { session: 1, setup: 0 },
            ],
        );
        scenario.after = vec![None, Some(0), Some(1), None, Some(3), Some(0)];
        scenario
    }

    /// A key signs for two sign-ins: one of its answers is sent twice; a copy of it, whose counter lags
    /// behind, signs for a third.
    pub fn one_key() -> Self {
        Self::of(
            "one key",
            Begin::PhoneAndKey,
            vec![
                assertion(Signer::Device, 0, 0),
                assertion(Signer::Device, 0, 0),
                assertion(Signer::Device, 1, 1),
                assertion(Signer::Copy, 2, 2),
            ],
        )
    }

    /// A key signs for a step-up, and what it signed is sent to a sign-in; one that only says that it is
    /// that key signs for another; and the key is removed meanwhile.
    pub fn step_up() -> Self {
        let mut scenario = Self::of(
            "step-up",
            Begin::PhoneAndKey,
            vec![
                assertion(Signer::Device, STEP_UP, STEP_UP),
                assertion(Signer::Device, STEP_UP, 1),
                assertion(Signer::Device, 2, 2),
                assertion(Signer::Forger, 3, 3),
                Request::Remove { session: 1 },
            ],
        );
        scenario.ticks = 0;
        scenario
    }

    /// Two browsers set up a further key each, while the first key is used and removed.
    pub fn keys() -> Self {
        let mut scenario = Self::of(
            "keys",
            Begin::PhoneAndKey,
            vec![
                Request::Begin { session: 0 },
                Request::Confirm { session: 0, setup: 0 },
                Request::Begin { session: 1 },
                Request::Confirm { session: 1, setup: 1 },
                Request::Confirm { session: 1, setup: 0 },
                Request::Remove { session: 1 },
            ],
        );
        scenario.after = vec![None, Some(0), None, Some(2), Some(0), None];
        scenario.ticks = 0;
        scenario
    }

    /// All of it at once: for a machine with time.
    pub fn everything() -> Self {
        let mut scenario = Self::of(
            "everything",
            Begin::TwoPhones,
            vec![
                Request::Code { phone: 0, by: By::Owner },
                Request::Code { phone: 0, by: By::Eavesdropper },
                Request::Recovery { slot: 0, anew: false },
                Request::Recovery { slot: 0, anew: false },
                Request::Regenerate { session: 0 },
                Request::Guess,
            ],
        );
        (scenario.losses, scenario.ticks) = (1, 0);
        scenario
    }

    /// Those that a test has time for.
    pub fn bounded() -> Vec<Self> {
        vec![
            Self::one_code(),
            Self::two_phones(),
            Self::recovery(),
            Self::guesses(),
            Self::credentials(),
            Self::setups(),
            Self::one_key(),
            Self::step_up(),
            Self::keys(),
        ]
    }
}

fn assertion(by: Signer, of: usize, to: usize) -> Request {
    Request::Assertion { by, of, to }
}
