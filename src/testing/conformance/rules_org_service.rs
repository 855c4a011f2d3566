//! Rules about the whole service on an organisation store.

use chrono::TimeDelta;

use super::Candidate;
use super::application::Application;
use super::join::{Boxed, give_way, join_all};
use super::macros::rules;
use super::org_samples::{org, terms};
use super::report::{Outcome, Violation, expect, expect_list};
use super::samples::{broken_sample, subject};
use crate::domain::{
    EventKind, Gate, OrgAuthority, OrgRefusal, PolicyScope, PolicyTerms, RosterFilter, RosterPage,
};
use crate::error::Error;
use crate::ports::Clock;
use crate::service::PolicyChanged;

rules! {
    "whoever commits second decides again on what the first one left"
    of_two_administrators_who_saw_one_policy_one_changes_it_and_the_other_is_told
    "a page goes on where the last one ended, whatever is committed meanwhile"
    setting_mfa_up_while_the_overview_is_read_shows_nobody_twice
}

async fn of_two_administrators_who_saw_one_policy_one_changes_it_and_the_other_is_told(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organisations else { return Ok(Outcome::NotOffered) };
    let (app, acme) = (Application::on(&c)?, org("acme")?);
    let administrators = [app.protect("one").await?, app.protect("two").await?];
    let mut expected: Option<PolicyTerms> = None;
    for round in 0..6 {
        app.clock.advance(TimeDelta::minutes(5));
        let seen = app.mfa.organisation(&acme).await?.stored_version();
        let mut grants = Vec::new();
        for (number, administrator) in (0..).zip(&administrators) {
            let session = app.sign_in(administrator).await?;
            let by = OrgAuthority::grant(acme.clone(), administrator.subject.clone(), "a test");
            let by = by.map_err(broken_sample)?.having_seen(seen);
            let terms = terms(10 + round * 2 + number, PolicyScope::WholeAccount)?;
            grants.push((session, by, terms));
        }
        let mut running: Vec<Boxed<'_, Result<PolicyChanged, Error>>> = Vec::new();
        for (session, by, terms) in &grants {
            let mfa = &app.mfa;
            running.push(Box::pin(async move {
                match seen {
                    None => mfa.make_required(session, by, *terms, None).await,
                    Some(_) => mfa.change_terms(session, by, *terms).await,
                }
            }));
        }
        let (mut won, mut told) = (Vec::new(), 0);
        for answer in join_all(running).await {
            match answer {
                Ok(changed) => won.push(changed.change.to),
                Err(Error::Refused(refusal)) if refusal == OrgRefusal::ChangedSince.into() => {
                    told += 1;
                }
                Err(other) => return Err(other.into()),
            }
        }
        expect("administrators who changed the policy", &1, &won.len())?;
        expect("administrators who were told that it was changed since", &1, &told)?;
        expected = won.first().and_then(|policy| policy.terms());
        let stored = orgs.organisation(&acme).await?.and_then(|stored| stored.policy().terms());
        expect("the terms that are stored", &expected, &stored)?;
    }
    if let Some(log) = &c.log {
        let events = log.read(None, 1_000).await?.events;
        let changes = events.iter().filter(|e| matches!(e.kind(), EventKind::Organisation { .. }));
        expect("events of six changes", &6, &changes.count())?;
    }
    // What was changed holds for a new member at once.
    let (ada, now) = (subject("ada")?, app.clock.now());
    app.mfa.join_organisation(&acme, &ada, now).await?;
    let deadline = match app.mfa.access(&ada).await?.gate {
        Gate::AllowAndRemind(reminded) => Some(reminded.deadline),
        _ => None,
    };
    let grace = expected.map(|terms| now + TimeDelta::days(i64::from(terms.grace)));
    expect("the deadline of a new member", &grace, &deadline)?;
    Ok(Outcome::Kept)
}

async fn setting_mfa_up_while_the_overview_is_read_shows_nobody_twice(
    c: Candidate,
) -> Result<Outcome, Violation> {
    if c.organisations.is_none() {
        return Ok(Outcome::NotOffered);
    }
    let (app, acme) = (Application::on(&c)?, org("acme")?);
    let names: Vec<String> = (0..24).map(|number| format!("user {number:02}")).collect();
    for name in &names {
        app.mfa.join_organisation(&acme, &subject(name)?, app.clock.now()).await?;
    }
    // Every second one sets MFA up, the last ones first, while pages are read from the front.
    let enrolling: Vec<&String> = names.iter().rev().step_by(2).collect();
    let stays: Vec<&String> = names.iter().filter(|name| !enrolling.contains(name)).collect();
    let enrol: Boxed<'_, Result<Vec<String>, Violation>> = Box::pin(async {
        for name in &enrolling {
            app.protect(name).await?;
            give_way().await;
        }
        Ok(Vec::new())
    });
    let read: Boxed<'_, Result<Vec<String>, Violation>> = Box::pin(async {
        let (mut seen, mut after): (Vec<String>, Option<String>) = (Vec::new(), None);
        for _ in 0..1_000 {
            let page = page(&app, RosterFilter::WithoutMfa, after.as_deref()).await?;
            seen.extend(page.members.iter().map(|member| member.subject.to_string()));
            let counts = app.mfa.overview(&acme).await?;
            expect("the members while some set MFA up", &24, &counts.members)?;
            let Some(next) = page.next else { return Ok(seen) };
            after = Some(next.to_string());
            give_way().await;
        }
        Err(Violation::new("a roster of 24 does not end after a thousand pages"))
    });
    let seen: Result<Vec<Vec<String>>, Violation> =
        join_all(vec![enrol, read]).await.into_iter().collect();
    let seen = seen?.concat();
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    expect_list("the members in the order in which they were seen", &once, &seen)?;
    let always: Vec<&String> = seen.iter().filter(|name| stays.contains(name)).collect();
    expect_list("members without MFA all the time", &stays, &always)?;
    let counts = app.mfa.overview(&acme).await?;
    expect("members with MFA in the end", &12, &counts.protected)?;
    Ok(Outcome::Kept)
}

async fn page(
    app: &Application,
    filter: RosterFilter,
    after: Option<&str>,
) -> Result<RosterPage, Violation> {
    Ok(app.mfa.roster(&org("acme")?, filter, after, 2).await?)
}
