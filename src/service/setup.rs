//! Setting up a factor.

use super::Mfa;
use super::traced;
use super::verdict::Confirmed;
#[cfg(feature = "webauthn")]
use crate::domain::webauthn::UserHandle;
use crate::domain::{
    Answer, ConfirmedSetup, Decision, DrawnKind, DrawnSetup, EmailStatus, FactorId, FactorKind,
    Judged, NewFactor, RecoveryCodes, Refusal, SealContext, Session, Setup, SetupId, SetupQuestion,
    SignedIn, check_may_weaken,
};
use crate::error::Error;

impl Mfa {
    /// Begins a setup: draws what a factor of its kind starts from, and returns what the setup
    /// screen shows. The secret of an authenticator app is sealed before it is stored.
    ///
    /// It lies beside the live factors and touches none of them. There is one per account, and the
    /// newest wins. It has to be confirmed within ten minutes, by the session that began it.
    ///
    /// # Errors
    /// [`Refusal::StepUp`] when the session is not fresh (ask to sign in again, then call this
    /// again: the setup resumes), [`Refusal::EmailUnverified`], [`Refusal::LabelTaken`],
    /// [`Refusal::TooManyFactors`], [`Refusal::UnknownFactor`], [`Refusal::SignInAgain`];
    /// [`Refusal::FactorKindUnavailable`] for a passkey or security key without a
    /// [relying party](crate::MfaBuilder::relying_party);
    /// [`OrgRefusal::PolicyRequires`] when the replacement would leave the account weaker than an
    /// organization asks, its grace period included.
    ///
    /// [`OrgRefusal::PolicyRequires`]: crate::organization::OrgRefusal::PolicyRequires
    /// [`Refusal::StepUp`]: crate::Refusal::StepUp
    /// [`Refusal::EmailUnverified`]: crate::Refusal::EmailUnverified
    /// [`Refusal::LabelTaken`]: crate::Refusal::LabelTaken
    /// [`Refusal::TooManyFactors`]: crate::Refusal::TooManyFactors
    /// [`Refusal::UnknownFactor`]: crate::Refusal::UnknownFactor
    /// [`Refusal::SignInAgain`]: crate::Refusal::SignInAgain
    /// [`Refusal::FactorKindUnavailable`]: crate::Refusal::FactorKindUnavailable
    pub async fn begin_setup(
        &self,
        session: &dyn Session,
        new: NewFactor,
        email: EmailStatus,
    ) -> Result<Setup, Error> {
        let subject = session.subject();
        in_span!(begin_setup(subject), async {
            let attempt = self.attempt(subject).await?;
            let account = attempt.stored();
            account.check_setup(session, &new, email, attempt.context()?)?;
            if new.replaces.is_some() {
                let (affiliations, now) =
                    (self.affiliations(subject).await?, attempt.context()?.now());
                let left = account.strength_with(&new);
                check_may_weaken(&affiliations, account, left, now).map_err(Refusal::from)?;
            }
            let setup = SetupId::from_random(self.random()?);
            let factor = FactorId::from_random(self.random()?);
            let secret;
            let kind = match new.kind() {
                FactorKind::Totp => {
                    secret = self.new_secret()?;
                    let params = self.inner.settings.totp();
                    let context = SealContext { subject, factor, params };
                    let sealed = self.inner.cipher.seal(&secret, context).await?;
                    DrawnKind::Totp { secret: &secret, sealed }
                }
                #[cfg(feature = "webauthn")]
                FactorKind::WebAuthn => {
                    let user_handle = UserHandle::from_random(self.random()?);
                    DrawnKind::WebAuthn { user_handle }
                }
                #[cfg(not(feature = "webauthn"))]
                FactorKind::WebAuthn => return Err(Refusal::FactorKindUnavailable.into()),
                FactorKind::Unknown => return Err(Refusal::FactorKindUnavailable.into()),
            };
            let drawn = DrawnSetup { setup, factor, kind };
            attempt
                .decide(|account, context| {
                    account.begin_setup(session, &new, email, &self.inner.issuer, &drawn, context)
                })
                .await
        })
        .await
    }

    /// Shows a setup again, as long as it is not confirmed: the page's Back button.
    ///
    /// # Errors
    /// [`Refusal::UnknownSetup`], [`Refusal::SetupElsewhere`], [`Refusal::SetupExpired`],
    /// [`Refusal::SetupConfirmed`].
    ///
    /// [`Refusal::UnknownSetup`]: crate::Refusal::UnknownSetup
    /// [`Refusal::SetupElsewhere`]: crate::Refusal::SetupElsewhere
    /// [`Refusal::SetupExpired`]: crate::Refusal::SetupExpired
    /// [`Refusal::SetupConfirmed`]: crate::Refusal::SetupConfirmed
    pub async fn show_setup(&self, session: &dyn Session, id: SetupId) -> Result<Setup, Error> {
        let subject = session.subject();
        in_span!(show_setup(subject), async {
            let account = self.load(subject).await?;
            let context = self.context()?;
            let pending = account.open_setup(session, id, context)?;
            let opened = match pending.sealed() {
                Some((params, sealed)) => {
                    let place = SealContext { subject, factor: pending.factor(), params };
                    Some(self.open(None, sealed, place).await?)
                }
                None => None,
            };
            let secret = opened.as_ref().map(|opened| &opened.secret);
            Ok(account.show_setup(session, id, &self.inner.issuer, secret, context)?)
        })
        .await
    }

    /// Confirms a setup: with a code that the app shows, or with what the browser answered.
    ///
    /// The first factor's recovery codes come with [`Confirmed::FirstFactor`]; MFA is not enabled
    /// before [`finish_setup`](Self::finish_setup). A further factor is active at once.
    ///
    /// # Errors
    /// As [`show_setup`](Self::show_setup); [`Refusal::WrongAnswerKind`](crate::Refusal::WrongAnswerKind)
    /// when the answer is of another kind than the factor, and
    /// [`OrgRefusal::PolicyRequires`](crate::organization::OrgRefusal::PolicyRequires) when an
    /// organization has come to ask for more than the replacement leaves. A wrong answer is a
    /// [`Confirmed::Rejected`], not an error.
    pub async fn confirm_setup(
        &self,
        session: &dyn Session,
        id: SetupId,
        answer: Answer,
    ) -> Result<Confirmed, Error> {
        let subject = session.subject();
        in_span!(confirm_setup(subject), async {
            let fresh = self.fresh_stamp()?;
            let attempt = self.attempt(subject).await?;
            let answer = &answer;
            let confirmed = attempt
                .run_keeping((None, None), |(opened, issued), account, context| async move {
                    let affiliations = self.affiliations(subject).await?;
                    let confirmed = |outcome| Confirmed::of(outcome, &affiliations, context.now());
                    let (opened, judged) = match account
                        .setup_question(session, id, answer, context)?
                    {
                        SetupQuestion::Decided(why) => {
                            let rejected = ConfirmedSetup::Rejected(why);
                            (opened, Judged::Decided(Decision::Unchanged(rejected)))
                        }
                        SetupQuestion::Totp(check) => {
                            let secret = self.open(opened, check.sealed(), check.context()).await?;
                            let judged = check.judge(&secret.secret, fresh);
                            (Some(secret), judged)
                        }
                        #[cfg(feature = "webauthn")]
                        SetupQuestion::WebAuthn(check) => (opened, check.judge(fresh)),
                    };
                    match judged {
                        Judged::Decided(decision) => {
                            Ok(((opened, issued), decision.map(confirmed).into()))
                        }
                        Judged::Right(right) => {
                            let (codes, hashed) = match issued {
                                Some(issued) => issued,
                                None => self.new_recovery_codes(subject).await?,
                            };
                            let right = right.with_codes(codes.clone(), hashed.clone())?;
                            check_may_weaken(
                                &affiliations,
                                &account,
                                right.leaves(),
                                context.now(),
                            )
                            .map_err(Refusal::from)?;
                            let step = right.map(confirmed).into();
                            Ok(((opened, Some((codes, hashed))), step))
                        }
                    }
                })
                .await?;
            traced::confirmed(&confirmed);
            Ok(confirmed)
        })
        .await
    }

    /// Replaces the recovery codes of a first setup that is confirmed and not finished: a reload
    /// lost them before they were saved.
    ///
    /// # Errors
    /// As [`finish_setup`](Self::finish_setup).
    pub async fn reissue_codes(
        &self,
        session: &dyn Session,
        id: SetupId,
    ) -> Result<RecoveryCodes, Error> {
        let subject = session.subject();
        in_span!(reissue_codes(subject), async {
            let attempt = self.attempt(subject).await?;
            attempt.stored().check_reissue(session, id, attempt.context()?)?;
            let (codes, hashed) = self.new_recovery_codes(subject).await?;
            attempt
                .decide(|account, context| {
                    account.reissue_codes(session, id, codes.clone(), hashed.clone(), context)
                })
                .await
        })
        .await
    }

    /// "I have saved my codes": enables MFA. Keep the returned session; every other session of the
    /// account is void.
    ///
    /// # Errors
    /// [`Refusal::UnknownSetup`](crate::Refusal::UnknownSetup),
    /// [`Refusal::SetupElsewhere`](crate::Refusal::SetupElsewhere),
    /// [`Refusal::SetupUnconfirmed`](crate::Refusal::SetupUnconfirmed),
    /// [`Refusal::SetupExpired`](crate::Refusal::SetupExpired) an hour after it was confirmed.
    pub async fn finish_setup(
        &self,
        session: &dyn Session,
        id: SetupId,
    ) -> Result<SignedIn, Error> {
        let subject = session.subject();
        in_span!(finish_setup(subject), async {
            let fresh = self.fresh_stamp()?;
            let attempt = self.attempt(subject).await?;
            attempt
                .run(|account, context| async move {
                    let affiliations = self.affiliations(subject).await?;
                    let finished = account.finish_setup(session, id, fresh, context)?;
                    let now = context.now();
                    Ok(finished.map(|proven| proven.signed_in(&affiliations, now)).into())
                })
                .await
        })
        .await
    }

    /// Ends a setup; nothing was enabled.
    ///
    /// # Errors
    /// [`Refusal::UnknownSetup`](crate::Refusal::UnknownSetup),
    /// [`Refusal::SetupElsewhere`](crate::Refusal::SetupElsewhere).
    pub async fn cancel_setup(&self, session: &dyn Session, id: SetupId) -> Result<(), Error> {
        let subject = session.subject();
        let change =
            self.decide(subject, |account, context| account.cancel_setup(session, id, context));
        in_span!(cancel_setup(subject), change).await
    }
}
