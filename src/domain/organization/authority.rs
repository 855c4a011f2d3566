//! Who may change what an organization asks.

use super::aggregate::Organization;
use crate::domain::account::{Account, Sensitive};
use crate::domain::assurance::Assurance;
use crate::domain::bounds::check_reason;
use crate::domain::context::Context;
use crate::domain::event::{EventKind, OrgChange};
use crate::domain::id::{OrgId, Subject, Version};
use crate::domain::invalid::Invalid;
use crate::domain::refusal::{OrgRefusal, Refusal};
use crate::domain::requirement::Needed;
use crate::domain::step_up::StepUpRule;
use crate::domain::strength::{Required, Strength};

/// That the host knows an actor as an administrator of an organization, granted explicitly for
/// this one case.
///
/// It is authority over the organization's *policy* and over its members' deadlines. It opens
/// nobody's account: that takes a [`HostAuthority`](crate::HostAuthority).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgAuthority {
    over: OrgId,
    actor: Subject,
    reason: String,
    seen: Option<Option<Version>>,
}

impl OrgAuthority {
    /// Grants `actor` authority over an organization, with the reason that the audit trail will
    /// show: 1 to 255 bytes without control characters.
    ///
    /// # Errors
    /// [`Invalid`] when the reason is out of bounds.
    pub fn grant(over: OrgId, actor: Subject, reason: &str) -> Result<Self, Invalid> {
        check_reason(reason)?;
        Ok(Self { over, actor, reason: reason.to_owned(), seen: None })
    }

    /// Binds the authority to the policy that the actor was shown, by its
    /// [`stored_version`](Organization::stored_version): when somebody else has changed the policy
    /// since, the operation is refused with [`OrgRefusal::ChangedSince`] and not decided on a policy
    /// that the actor never saw. Keep the number in the form that the actor fills in. It is of the
    /// policy: of two extensions given to one member, the later one holds.
    #[must_use]
    pub fn having_seen(self, version: Option<Version>) -> Self {
        Self { seen: Some(version), ..self }
    }

    /// Over which organization.
    pub fn over(&self) -> &OrgId {
        &self.over
    }

    /// To whom.
    pub fn actor(&self) -> &Subject {
        &self.actor
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// The acknowledgement of an actor who requires more than they have themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledgement {
    /// "I do not have what it requires myself, and the policy will hold for me too."
    ActorIsWeaker,
}

/// Somebody about to change a policy: the account, the session, the authority.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    account: &'a Account,
    session: &'a Assurance,
    authority: &'a OrgAuthority,
}

impl<'a> Actor<'a> {
    /// Puts the three together. They are checked by the operation they are for.
    pub fn new(account: &'a Account, session: &'a Assurance, authority: &'a OrgAuthority) -> Self {
        Self { account, session, authority }
    }

    /// Whether the actor's own account is as strong as this.
    pub(super) fn reaches(&self, strength: Strength) -> bool {
        Required::from(strength).met_by(self.account.strength())
    }

    pub(super) fn authority(&self) -> &'a OrgAuthority {
        self.authority
    }

    /// An operation on an organization wants fresh evidence as strong as the actor's own account,
    /// and an account as strong as what the organization requires now.
    pub(super) fn check(&self, org: &Organization, context: Context<'_>) -> Result<(), Refusal> {
        self.check_authority(org)?;
        if !self.account.enabled() {
            self.account.check_session(self.session, context)?;
            return Err(OrgRefusal::ActorNotEnrolled.into());
        }
        self.check_strength(org, context)?;
        self.account.check_sensitive(Sensitive::Administer, self.session, context)
    }

    /// Requiring more than the actor has wants their word that they know it. Somebody without MFA
    /// then needs a fresh first factor.
    pub(super) fn check_to_require(
        &self,
        org: &Organization,
        strength: Strength,
        acknowledged: Option<Acknowledgement>,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        if self.account.enabled() {
            self.check(org, context)?;
            if self.reaches(strength) || acknowledged.is_some() {
                return Ok(());
            }
            return Err(OrgRefusal::ActorTooWeak(strength.into()).into());
        }
        if acknowledged.is_none() || !org.policy().is_voluntary() {
            return self.check(org, context);
        }
        self.check_authority(org)?;
        self.account.check_session(self.session, context)?;
        let rule = StepUpRule::fresh(Needed::FirstFactor, context.settings.fresh);
        rule.check(self.session, self.account.stamp(), context).map(drop)
    }

    /// Nobody changes what is required of others without having it. What a newer release requires
    /// is changed by that.
    fn check_strength(&self, org: &Organization, context: Context<'_>) -> Result<(), Refusal> {
        let lacking = |required: &Required| !required.met_by(self.account.strength());
        let Some(required) = org.policy().strongest().filter(lacking) else { return Ok(()) };
        self.account.check_session(self.session, context)?;
        Err(OrgRefusal::ActorTooWeak(required).into())
    }

    fn check_authority(&self, org: &Organization) -> Result<(), Refusal> {
        if self.authority.over != *org.id() {
            return Err(OrgRefusal::ForeignOrganization.into());
        }
        if self.authority.actor != *self.account.subject() {
            return Err(Refusal::ForeignSession);
        }
        if self.authority.seen.is_some_and(|seen| seen != org.stored_version()) {
            return Err(OrgRefusal::ChangedSince.into());
        }
        Ok(())
    }
}

impl Organization {
    /// An event about `subject`: the member concerned, or the actor when it concerns them all.
    pub(super) fn event(
        &self,
        subject: Subject,
        change: OrgChange,
        actor: Actor<'_>,
    ) -> (Subject, EventKind) {
        let (by, reason) = (actor.authority().actor(), actor.authority().reason());
        let kind = EventKind::Organization {
            org: self.id.clone(),
            by: by.clone(),
            reason: reason.to_owned(),
            change,
        };
        (subject, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::*;
    use crate::domain::evidence::EvidenceKind;
    use crate::domain::id::FactorId;
    use crate::domain::organization::policy::{OrgPolicy, ProposedPolicy};

    /// One case a row: how strong the actor's account, what is required, what the session has just
    /// proven, whether the actor says that they have less; and the refusal of another period for it.
    #[test]
    fn an_administrative_act_wants_evidence_as_strong_as_the_actor_and_the_policy() {
        use Strength::{PhishingResistant as Key, Standard as App};
        let table = [
            (App, App, Some(App), false, None),
            (App, App, None, false, Some("sign_in_again")),
            (Key, App, Some(App), false, Some("step_up_required")),
            (Key, App, Some(App), true, Some("step_up_required")),
            (Key, App, Some(Key), false, None),
            (Key, Key, Some(App), false, Some("step_up_required")),
            (Key, Key, Some(Key), false, None),
            // Nobody lowers what they do not have, and saying so does not help.
            (App, Key, Some(App), false, Some("actor_too_weak")),
            (App, Key, Some(App), true, Some("actor_too_weak")),
            (App, Key, Some(Key), true, Some("actor_too_weak")),
        ];
        for (own, strength, proven, said, expected) in table {
            let mut admin = Admin::of("acme", day(20));
            admin.account = account_of(Some(own)).of_subject("admin");
            admin.session = password_session(&admin.account, admin.now);
            if let Some(strength) = proven {
                let mut kind = EvidenceKind::code_of(FactorId::from_random([1; 16]));
                if let EvidenceKind::Factor { strength: of, .. } = &mut kind {
                    *of = strength;
                }
                admin.session = admin.session.with(kind, admin.now, admin.now);
            }
            let policy = if strength == App { required(0, terms(14)) } else { keys(0, terms(14)) };
            let acknowledged = said.then_some(Acknowledgement::ActorIsWeaker);
            let proposed = ProposedPolicy::Required(strength, terms(30));
            let changed = admin.set_policy(&organization("acme", policy), proposed, acknowledged);
            let refusal = changed.err().map(|refusal| refusal.code());
            assert_eq!(refusal, expected, "{own}, {strength} required, {proven:?}, said: {said}");
        }
    }

    /// Raising above oneself wants to be said, each time, and no evidence that one cannot have.
    #[test]
    fn who_requires_more_than_they_have_says_so() {
        let mut admin = Admin::of("acme", day(20));
        let keys = ProposedPolicy::Required(Strength::PhishingResistant, terms(14));
        let none = organization("acme", OrgPolicy::VOLUNTARY);
        let said = Some(Acknowledgement::ActorIsWeaker);
        let code = |admin: &Admin, said| {
            admin.set_policy(&none, keys, said).err().map(|refusal| refusal.code())
        };
        assert_eq!(code(&admin, None), Some("actor_too_weak"));
        assert_eq!(code(&admin, said), None);
        admin.account = account_of(Some(Strength::PhishingResistant)).of_subject("admin");
        assert_eq!(code(&admin, said), Some("step_up_required"), "a code alone is not enough now");
    }

    impl Account {
        fn of_subject(self, name: &str) -> Self {
            Self { subject: subject(name), ..self }
        }
    }

    #[test]
    fn a_reason_outside_its_bounds_is_refused() {
        let grant = |reason: &str| OrgAuthority::grant(org("acme"), subject("admin"), reason);
        assert!(grant("").is_err() && grant(&"a".repeat(256)).is_err() && grant("a\nb").is_err());
        assert!(grant(&"a".repeat(255)).is_ok());
    }
}
