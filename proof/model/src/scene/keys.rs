//! A key: the owner's, a copy of it, and one that only says it is.

use mfakit::domain::webauthn::{RelyingParty, SignatureAlgorithm};
use mfakit::testing::SoftwareKey;
use mfakit::{Answer, Ask, NewFactor, Setup};

use super::{FACTORS, SHOWN, Scene, change};
use crate::row::REQUESTS;

const CREDENTIAL: [u8; 4] = *b"cred";

const ORIGIN: &str = "https://app.scrivio.example";

pub(super) fn relying_party() -> RelyingParty {
    RelyingParty::new("scrivio.example", [ORIGIN]).expect("a relying party")
}

/// A key to set up.
pub(crate) fn new(label: &str) -> NewFactor {
    NewFactor::webauthn(label, "ada@example.org").expect("a factor")
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signer {
    /// The owner's device.
    Device,
    /// A copy of it, made when it was registered: it counts from there.
    Copy,
    /// A device that says it is that credential, and has not its key.
    Forger,
}

/// What is in everybody's hands.
pub(crate) struct Keys {
    device: SoftwareKey,
    copy: SoftwareKey,
    /// What each signer answers to each challenge.
    assertions: Vec<[String; 3]>,
    /// What each browser's new key answers to its setup.
    registrations: Vec<String>,
}

fn key(seed: u64) -> SoftwareKey {
    SoftwareKey::seeded(seed, SignatureAlgorithm::EdDsa)
}

impl Keys {
    pub(super) fn new() -> Self {
        let (assertions, registrations) = (Vec::new(), Vec::new());
        let device = key(1).credential_id(CREDENTIAL);
        Self { copy: device.clone(), device, assertions, registrations }
    }

    pub(super) fn registered(&mut self, setup: &Setup) -> Answer {
        let options = setup.webauthn().expect("a key").to_json();
        let json = self.device.register(&options, ORIGIN).expect("a registration");
        self.copy = self.device.clone();
        Answer::webauthn(&json)
    }

    pub(super) fn asserted(&mut self, ask: &Ask) -> Answer {
        let options = ask.webauthn().expect("a key is asked for").to_json();
        Answer::webauthn(&self.device.assert(&options, ORIGIN).expect("an assertion"))
    }

    /// Signs for every challenge and setup of the scene, before anything happens in it.
    pub(super) fn sign(&mut self, scene: &Scene) {
        let context = scene.context(SHOWN);
        for challenge in &scene.challenges {
            let ask = scene.account.ask(challenge, context).expect("it can be answered");
            let options = ask.webauthn().expect("a key is asked for").to_json();
            let mut forger = key(1815).credential_id(CREDENTIAL);
            let sign = |key: &mut SoftwareKey| key.assert(&options, ORIGIN).expect("signed");
            let copied = sign(&mut self.copy.clone());
            self.assertions.push([sign(&mut self.device), copied, sign(&mut forger)]);
        }
        for (browser, session) in (0_u8..).zip(&scene.sessions) {
            let number = FACTORS + browser;
            let new = new(&format!("Key {browser}"));
            let begun = super::begin(scene, &scene.account, session, &new, number, SHOWN);
            let (setup, _) = change(begun.expect("a setup"));
            let options = setup.webauthn().expect("a key").to_json();
            let json = key(2 + u64::from(browser)).register(&options, ORIGIN);
            self.registrations.push(json.expect("a registration"));
        }
    }

    pub(crate) fn assertion(&self, signer: Signer, challenge: usize) -> Answer {
        Answer::webauthn(&self.assertions[challenge][signer as usize])
    }

    pub(crate) fn registration(&self, browser: usize) -> Answer {
        Answer::webauthn(&self.registrations[browser])
    }
}

/// The challenge of the first browser's step-up, behind those of the requests' own sign-ins.
pub(crate) const STEP_UP: usize = REQUESTS;
