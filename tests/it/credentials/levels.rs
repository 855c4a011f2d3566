//! What policies and rules require of sessions, with credentials that answer.

use chrono::TimeDelta;
use mfakit::organization::{OrgRefusal, PolicyScope, PolicyTerms};
use mfakit::step_up::{Level, Needed};
use mfakit::testing::SoftwareKey;
use mfakit::{
    Answer, Assurance, Challenge, EmailStatus, Limited, LimitedTo, MemoryStore, NewFactor, Prompt,
    Refusal, Session, StepUpRule, Strength,
};

use super::{assertion, begin, confirm, key, new_key, protect, stored, world};
use crate::organizations::{acme, days, office, terms, whole};
use crate::strengths::require_keys;
use crate::watched::{Call, Turn, Watched};
use crate::world::{User, World, block_on, full, limited, passed, raised, refused, rejected};

/// Ada, a member of acme, who has an app and a credential, and the administrator.
struct Scene {
    world: World,
    admin: User,
    ada: User,
    key: SoftwareKey,
}

impl Scene {
    async fn new() -> Self {
        Self::with(key(7)).await
    }

    async fn with(mut key: SoftwareKey) -> Self {
        let world = world();
        let (admin, ada) = office(&world).await;
        let ada = world.protect(ada.as_str()).await;
        let setup = begin(&world, &ada.session, new_key("Key")).await;
        let _ = confirm(&world, &ada.session, &setup, &mut key).await;
        world.wait(90);
        Self { world, admin, ada, key }
    }

    async fn require_keys(&self, terms: PolicyTerms) {
        require_keys(&self.world, &self.admin, terms).await;
        self.world.next_code();
    }

    async fn challenge(&self) -> Challenge {
        self.world.challenge(&self.ada.subject).await
    }

    fn code(&self) -> Answer {
        Answer::code(&self.ada.phone.code_at(self.world.now()))
    }

    async fn by_key(&mut self, challenge: &Challenge) -> mfakit::SignedIn {
        let json = assertion(&self.world, challenge, &mut self.key).await;
        passed(self.world.mfa.answer(challenge, Answer::webauthn(&json)).await).signed_in
    }

    /// A session by the app, before anything is required.
    async fn by_app(&self) -> Assurance {
        raised(self.world.mfa.answer(&self.challenge().await, self.code()).await)
    }

    /// What a challenge asks for: `app`, `key`, `recovery`.
    async fn asked(&self, challenge: &Challenge) -> Vec<&'static str> {
        let ask = self.world.mfa.ask(challenge).await.unwrap();
        let named = |prompt: &Prompt| match prompt {
            Prompt::Totp { .. } => "app",
            Prompt::WebAuthn(_) => "key",
            Prompt::Recovery => "recovery",
            other => panic!("{other:?}"),
        };
        ask.prompts.iter().map(named).collect()
    }

    /// The full session of one that has just registered the key: registering is no authentication, and
    /// its first answer is.
    async fn opened(&mut self, registered: mfakit::SignedIn) -> Assurance {
        let session = limited(registered);
        assert!(matches!(session.next_step(), LimitedTo::StepUp(_)), "{session:?}");
        let challenge = self.step_up(&session, &StepUpRule::signed_in()).await;
        assert_eq!(self.asked(&challenge).await, ["key"]);
        full(self.by_key(&challenge).await)
    }

    async fn step_up(&self, session: &dyn Session, rule: &StepUpRule) -> Challenge {
        self.world.mfa.step_up(session, "payout", rule).await.unwrap()
    }
}

#[test]
fn who_has_a_key_is_asked_for_it_where_keys_are_required_and_not_for_the_app() {
    block_on(async {
        let mut scene = Scene::new().await;
        let before = scene.challenge().await;
        assert_eq!(scene.asked(&before).await, ["app", "key", "recovery"]);
        scene.require_keys(whole(1)).await;
        let in_grace = scene.challenge().await;
        assert_eq!(scene.asked(&in_grace).await, ["app", "key", "recovery"]);

        days(&scene.world, 1);
        let challenge = scene.challenge().await;
        assert_eq!(challenge.needed(), Strength::PhishingResistant);
        assert_eq!(scene.asked(&challenge).await, ["key", "recovery"]);
        let code = scene.code();
        let refusal = refused(scene.world.mfa.answer(&challenge, code).await);
        assert_eq!(refusal, Refusal::WrongAnswerKind);
        let session = full(scene.by_key(&challenge).await);
        let (mfa, rule) = (&scene.world.mfa, StepUpRule::signed_in());
        mfa.guard(&session, &rule).await.unwrap();
        mfa.guard_organization(&acme(), &session, &rule).await.unwrap();
        assert_eq!(session.level(), Some(Level::PhishingResistant));
    });
}

/// The challenge took a code, and what is newly required comes after it.
#[test]
fn a_session_by_the_app_is_limited_to_a_step_up_and_becomes_full_by_the_key() {
    block_on(async {
        let mut scene = Scene::new().await;
        let challenge = scene.challenge().await;
        scene.require_keys(whole(0)).await;
        let session: Limited =
            limited(passed(scene.world.mfa.answer(&challenge, scene.code()).await).signed_in);
        assert!(matches!(session.next_step(), LimitedTo::StepUp(_)), "{session:?}");

        // It cannot enroll what it would then answer with.
        let another =
            scene.world.mfa.begin_setup(&session, new_key("Another"), EmailStatus::Verified);
        assert_eq!(refused(another.await).code(), "step_up_required");
        // Neither time nor the password makes more of it.
        let session = limited(scene.world.mfa.readmit(&session).await.unwrap());
        let password = scene.world.password(&scene.ada.subject);
        let session = limited(scene.world.mfa.reauthenticate(&session, password).await.unwrap());

        let rule = StepUpRule::signed_in();
        let challenge = scene.step_up(&session, &rule).await;
        assert_eq!(scene.asked(&challenge).await, ["key"]);
        let session = full(scene.by_key(&challenge).await);
        scene.world.mfa.guard(&session, &rule).await.unwrap();
    });
}

#[test]
fn a_session_from_before_is_stopped_and_goes_on_by_the_key() {
    block_on(async {
        let mut scene = Scene::new().await;
        let session = scene.by_app().await;
        scene.require_keys(whole(0)).await;
        let rule = StepUpRule::fresh(Needed::SecondFactor, TimeDelta::days(1));
        let stopped = refused(scene.world.mfa.guard(&session, &rule).await);
        assert_eq!(stopped.code(), "step_up_required");
        // The rule is met. What the policy asks for is asked for all the same.
        let challenge = scene.step_up(&session, &rule).await;
        assert_eq!(scene.asked(&challenge).await, ["key"]);
        let session = full(scene.by_key(&challenge).await);
        scene.world.mfa.guard(&session, &rule).await.unwrap();
        // What it has proven once is not asked for again: then it is the rule alone.
        let challenge = scene.step_up(&session, &rule).await;
        assert_eq!(scene.asked(&challenge).await, ["app", "key"]);
    });
}

#[test]
fn what_one_organization_requires_is_asked_for_its_resources_alone() {
    block_on(async {
        let mut scene = Scene::new().await;
        let session = scene.by_app().await;
        scene.require_keys(terms(0, PolicyScope::OrganizationResources)).await;
        let (rule, mfa) = (StepUpRule::signed_in(), scene.world.mfa.clone());
        mfa.guard(&session, &rule).await.unwrap();
        let stopped = refused(mfa.guard_organization(&acme(), &session, &rule).await);
        assert_eq!(stopped.code(), "step_up_required");

        let challenge = scene.challenge().await;
        assert_eq!(scene.asked(&challenge).await, ["app", "key", "recovery"]);
        let challenge = scene.step_up(&session, &rule).await;
        assert_eq!(scene.asked(&challenge).await, ["app", "key"]);
        let challenge = mfa.step_up_organization(&acme(), &session, "payout", &rule).await.unwrap();
        assert_eq!(scene.asked(&challenge).await, ["key"]);
        let session = full(scene.by_key(&challenge).await);
        mfa.guard_organization(&acme(), &session, &rule).await.unwrap();
        let nowhere = mfakit::organization::OrgId::new("nowhere").unwrap();
        let stranger = mfa.step_up_organization(&nowhere, &session, "payout", &rule).await;
        assert_eq!(refused(stranger).code(), "not_a_member");
    });
}

/// The key is lost: a recovery code opens what it takes to replace it, and the new one the rest. An app
/// in its place would be less than is required.
#[test]
fn after_recovery_the_lost_key_is_replaced_and_the_new_one_opens_the_session() {
    block_on(async {
        let mut scene = Scene::new().await;
        scene.require_keys(whole(0)).await;
        let challenge = scene.challenge().await;
        let recovery = Answer::recovery(&scene.ada.recovery(0));
        let session = limited(passed(scene.world.mfa.answer(&challenge, recovery).await).signed_in);
        assert!(matches!(session.next_step(), LimitedTo::Replace(_)), "{session:?}");

        let status = scene.world.mfa.status(&scene.ada.subject).await.unwrap();
        let lost = status.factors.iter().find(|f| f.kind == mfakit::FactorKind::WebAuthn).unwrap();
        let app = NewFactor::totp("New phone", "ada@example.org").unwrap().replacing(lost.factor);
        let begun = scene.world.mfa.begin_setup(&session, app, EmailStatus::Verified).await;
        let requires = OrgRefusal::PolicyRequires(vec![acme()]);
        assert_eq!(refused(begun), Refusal::Organization(requires));

        // Later than the recovery code, so that it is known to be the new one.
        scene.world.wait(5);
        let setup = begin(&scene.world, &session, new_key("New").replacing(lost.factor)).await;
        scene.key = key(8);
        let confirmed = confirm(&scene.world, &session, &setup, &mut scene.key).await;
        let mfakit::Confirmed::Replaced(session, _) = confirmed else { panic!("{confirmed:?}") };
        let session = scene.opened(session).await;
        scene.world.mfa.guard(&session, &StepUpRule::signed_in()).await.unwrap();
    });
}

#[test]
fn who_has_only_an_app_is_asked_for_it_and_sets_a_key_up() {
    block_on(async {
        let world = world();
        let (admin, ada) = office(&world).await;
        let ada = world.protect(ada.as_str()).await;
        require_keys(&world, &admin, whole(0)).await;
        world.next_code();
        let challenge = world.challenge(&ada.subject).await;
        assert_eq!(challenge.needed(), Strength::Standard);
        let code = Answer::code(&ada.phone.code_at(world.now()));
        let session = limited(passed(world.mfa.answer(&challenge, code).await).signed_in);
        assert!(matches!(session.next_step(), LimitedTo::SetUp(_)), "{session:?}");

        let mut key = key(7);
        let setup = begin(&world, &session, new_key("Key")).await;
        let confirmed = confirm(&world, &session, &setup, &mut key).await;
        let mfakit::Confirmed::Added(session) = confirmed else { panic!("{confirmed:?}") };
        let mut scene = Scene { world, admin, ada, key };
        let session = scene.opened(session).await;
        scene.world.mfa.guard(&session, &StepUpRule::signed_in()).await.unwrap();
    });
}

/// One case a row: whether the credential was registered with user verification; and what a rule that
/// asks for it asks for.
#[test]
fn a_rule_for_user_verification_asks_the_device_for_it_and_takes_nothing_less() {
    block_on(async {
        let rule = StepUpRule::fresh(Needed::UserVerifiedFactor, TimeDelta::hours(1));
        let mut scene = Scene::with(key(7).user_verified(true)).await;
        let session = scene.by_app().await;
        let challenge = scene.step_up(&session, &rule).await;
        assert_eq!(scene.asked(&challenge).await, ["key"]);
        let ask = scene.world.mfa.ask(&challenge).await.unwrap();
        let options: serde_json::Value =
            serde_json::from_str(&ask.webauthn().unwrap().to_json()).unwrap();
        assert_eq!(options["userVerification"], "required");
        let before = stored(&scene.world, &scene.ada.subject).await;
        scene.key = scene.key.user_verified(false);
        let json = assertion(&scene.world, &challenge, &mut scene.key).await;
        let rejection = rejected(scene.world.mfa.answer(&challenge, Answer::webauthn(&json)).await);
        let step = mfakit::domain::webauthn::Unverified::UserVerification;
        assert_eq!(rejection.unverified, Some(step));
        let after = stored(&scene.world, &scene.ada.subject).await;
        assert_eq!(before, after, "nothing is charged, and nothing was used");
        scene.key = scene.key.user_verified(true);
        let session = full(scene.by_key(&challenge).await);
        scene.world.mfa.guard(&session, &rule).await.unwrap();

        // No other rule asks the device for it.
        let strong = StepUpRule::level(Level::PhishingResistant, TimeDelta::zero());
        scene.world.wait(1);
        let challenge = scene.step_up(&session, &strong).await;
        let ask = scene.world.mfa.ask(&challenge).await.unwrap();
        assert!(ask.webauthn().unwrap().to_json().contains("discouraged"));

        // A credential that was registered without never counts: nothing can answer.
        let scene = Scene::new().await;
        let session = scene.by_app().await;
        let challenge = scene.step_up(&session, &rule).await;
        assert!(scene.asked(&challenge).await.is_empty());
    });
}

/// A process that cannot ask for the key does not let the app stand in for it.
#[test]
fn a_challenge_for_a_key_is_answered_by_recovery_alone_where_keys_cannot_be_asked_for() {
    block_on(async {
        let scene = Scene::new().await;
        scene.require_keys(whole(0)).await;
        let challenge = scene.challenge().await;
        let older = scene.world.elsewhere(0);
        let ask = older.ask(&challenge).await.unwrap();
        assert_eq!(ask.prompts, [Prompt::Recovery]);
        assert!(ask.unaskable);
        assert_eq!(refused(older.answer(&challenge, scene.code()).await), Refusal::WrongAnswerKind);

        // One that it opened itself asks for what there is, and opens nothing but the way to a key.
        let opened = older.sign_in(scene.world.password(&scene.ada.subject)).await.unwrap();
        let mfakit::SignIn::Challenge(challenge) = opened else { panic!("{opened:?}") };
        assert_eq!(challenge.needed(), Strength::Standard);
        let session = limited(passed(older.answer(&challenge, scene.code()).await).signed_in);
        assert!(matches!(session.next_step(), LimitedTo::SetUp(_)), "{session:?}");
    });
}

/// The policies are read before a challenge where there is something to choose, and nowhere else.
#[test]
fn a_sign_in_reads_the_policies_once_and_only_where_a_stronger_factor_could_be_asked_for() {
    block_on(async {
        let memory = MemoryStore::new();
        let policies = Watched::new(memory.clone());
        let world = World::beside(memory, policies.clone(), |builder| {
            builder.relying_party(super::relying_party())
        });
        let (bob, ada) = (world.protect("bob").await, protect(&world, "ada", key(7)).await);
        for (who, reads) in [(&bob.subject, 0), (&ada.subject, 1)] {
            let _ = policies.count(Call::Affiliations);
            let challenge = world.challenge(who).await;
            assert_eq!(policies.count(Call::Affiliations), reads, "{who}");
            world.mfa.ask(&challenge).await.unwrap();
            assert_eq!(policies.count(Call::Affiliations), 0, "{who}");
        }
        // Where they cannot be read, nobody is asked for less than they might require.
        policies.watch(|_| Turn::Fails);
        assert!(world.mfa.sign_in(world.password(&bob.subject)).await.is_ok());
        let sign_in = world.mfa.sign_in(world.password(&ada.subject)).await;
        assert!(matches!(sign_in, Err(mfakit::Error::Store(_))), "{sign_in:?}");

        let nothing = mfakit::Mfa::builder_without_policies(world.memory.clone())
            .issuer("Scrivio")
            .keyring(crate::world::keyring("k1"))
            .clock(world.clock.clone())
            .relying_party(super::relying_party())
            .build()
            .unwrap();
        let sign_in = nothing.sign_in(world.password(&ada.subject)).await.unwrap();
        let mfakit::SignIn::Challenge(challenge) = sign_in else { panic!("{sign_in:?}") };
        assert_eq!(challenge.needed(), Strength::Standard);
    });
}
