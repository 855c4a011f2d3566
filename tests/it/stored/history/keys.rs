//! What a history does with passkeys and security keys.

use mfakit::domain::webauthn::{RelyingParty, UserHandle};
use mfakit::testing::SoftwareKey;
use mfakit::{Answer, FactorId, NewFactor, Refusal};

use super::{History, Step};

const ORIGIN: &str = "https://app.scrivio.example";

pub(super) fn relying_party() -> RelyingParty {
    RelyingParty::new("scrivio.example", [ORIGIN]).unwrap()
}

impl History {
    pub(crate) fn begin_key(&mut self, label: &str, replaces: Option<FactorId>) -> Step {
        let new = NewFactor::webauthn(label, "ada@example.org").unwrap();
        self.begin_new(&replaces.iter().fold(new, |new, lost| new.replacing(*lost)))
    }

    /// The owner touches a new key. One that the page excludes does not answer.
    pub(crate) fn confirm_key(&mut self, mut key: SoftwareKey) -> Step {
        let json = key.register(&self.creation, ORIGIN).ok_or(Refusal::FactorKindUnavailable)?;
        self.confirm_with(Answer::webauthn(&json))?;
        // One whose setup is still open was rejected.
        if self.account.pending().is_none_or(|pending| pending.confirmed()) {
            self.keys.push(key);
        }
        Ok(())
    }

    /// Sets a key up, from beginning to end.
    pub(crate) fn set_up_key(
        &mut self,
        label: &str,
        key: SoftwareKey,
        replaces: Option<FactorId>,
    ) -> Step {
        self.begin_key(label, replaces)?;
        self.confirm_key(key)?;
        if self.account.pending().is_some() { self.finish() } else { Ok(()) }
    }

    /// Signs in with one of the keys. It signs for another challenge when it is to be wrong.
    pub(crate) fn sign_in_with_key(&mut self, index: usize, right: bool) -> Step {
        let Some(challenge) = self.enter()? else { return Ok(()) };
        let other = if right { None } else { self.enter()? };
        let asked = self.account.ask(other.as_ref().unwrap_or(&challenge), self.context())?;
        let options = asked.webauthn().ok_or(Refusal::WrongAnswerKind)?.to_json();
        let key = self.keys.get_mut(index).ok_or(Refusal::UnknownFactor)?;
        let json = key.assert(&options, ORIGIN).ok_or(Refusal::UnknownFactor)?;
        self.answer(&challenge, Answer::webauthn(&json))
    }

    pub(super) fn user_handle(&mut self) -> UserHandle {
        let bytes = [self.name(), self.name(), self.name(), self.name()].concat();
        UserHandle::new(bytes).unwrap()
    }
}
