//! Rules about the whole service on an organization store.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::domain::{
    EventKind, Gate, OrgAuthority, OrgPolicy, OrgRefusal, PolicyScope, PolicyTerms, ProposedPolicy,
    RosterFilter, RosterPage, Strength,
};
use crate::error::Error;
use crate::ports::Clock;
use crate::service::PolicyChanged;
use crate::testing::conformance::Candidate;
use crate::testing::conformance::application::Application;
use crate::testing::conformance::join::{Boxed, join_all};
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect, expect_list};
use crate::testing::conformance::samples::accounts::{broken_sample, subject};
use crate::testing::conformance::samples::organizations::{org, terms};
use crate::testing::conformance::steps::events::read_all;

rules! {
    "whoever commits second decides again on what the first one left"
    of_two_administrators_who_saw_one_policy_one_changes_it_and_the_other_is_told
    "a page goes on where the last one ended, whatever is committed meanwhile"
    setting_mfa_up_while_the_overview_is_read_shows_nobody_twice
}

async fn of_two_administrators_who_saw_one_policy_one_changes_it_and_the_other_is_told(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (app, acme) = (Application::on(&c)?, org("acme")?);
    let administrators = [app.protect("one").await?, app.protect("two").await?];
    let mut expected: Option<PolicyTerms> = None;
    for round in 0..6 {
        app.clock.advance(TimeDelta::minutes(5));
        let seen = app.mfa.organization(&acme).await?.stored_version();
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
            let proposed = ProposedPolicy::Required(Strength::Standard, *terms);
            running.push(Box::pin(mfa.set_policy(session, by, proposed, None)));
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
        let terms = |policy: &OrgPolicy| policy.requirement(Strength::Standard).map(|r| r.terms);
        expected = won.first().and_then(terms);
        let stored = orgs.organization(&acme).await?.and_then(|stored| terms(stored.policy()));
        expect("the terms that are stored", &expected, &stored)?;
    }
    if let Some(log) = &c.log {
        let events = read_all(&**log, None, 1_000).await?;
        let changes = events.iter().filter(|e| matches!(e.kind(), EventKind::Organization { .. }));
        expect("events of six changes", &6, &changes.count())?;
    }
    // What was changed holds for a new member at once.
    let (ada, now) = (subject("ada")?, app.clock.now());
    app.mfa.join_organization(&acme, &ada, now).await?;
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
    if c.organizations.is_none() {
        return Ok(Outcome::NotOffered);
    }
    let (app, acme) = (Application::on(&c)?, org("acme")?);
    let names: Vec<String> = (0..24).map(|number| format!("user {number:02}")).collect();
    for name in &names {
        app.mfa.join_organization(&acme, &subject(name)?, app.clock.now()).await?;
    }
    let (mut enrolled, mut seen) = (BTreeSet::new(), Vec::<String>::new());
    let (mut after, mut ended): (Option<String>, bool) = (None, false);
    for (round, last) in names.iter().rev().enumerate() {
        if enrolled.contains(last) {
            break;
        }
        // Somebody whose turn has not come yet sets MFA up in the very moment.
        let enroll: Boxed<'_, Result<Option<RosterPage>, Violation>> = Box::pin(async {
            app.protect(last).await?;
            Ok(None)
        });
        let read: Boxed<'_, Result<Option<RosterPage>, Violation>> = Box::pin(async {
            let filter = RosterFilter::WithoutMfa;
            let page = app.mfa.roster(&acme, filter, after.as_deref(), 2).await?;
            let counts = app.mfa.overview(&acme).await?;
            expect("the members while some set MFA up", &24, &counts.members)?;
            Ok(Some(page))
        });
        let both = if round % 2 == 0 { vec![enroll, read] } else { vec![read, enroll] };
        let pages: Result<Vec<_>, Violation> = join_all(both).await.into_iter().collect();
        enrolled.insert(last.clone());
        let Some(page) = pages?.into_iter().flatten().next() else { break };
        seen.extend(page.members.iter().map(|member| member.subject.to_string()));
        after = page.next.map(|next| next.to_string());
        ended = after.is_none();
        if ended {
            break;
        }
        // Then the very one at whom the page ended, so that the next begins behind nobody.
        if let Some(end) = seen.last().filter(|end| round % 2 == 0 && !enrolled.contains(*end)) {
            app.protect(end).await?;
            enrolled.insert(end.clone());
        }
    }
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    expect_list("the members in the order in which they were seen", &once, &seen)?;
    expect("the end of a roster of 24 after as many pages of 2", &true, &ended)?;
    let stays: Vec<&String> = names.iter().filter(|name| !enrolled.contains(*name)).collect();
    let always: Vec<&String> = seen.iter().filter(|name| !enrolled.contains(*name)).collect();
    expect_list("members without MFA all the time", &stays, &always)?;
    let counts = app.mfa.overview(&acme).await?;
    let protected = u64::try_from(enrolled.len()).unwrap_or(u64::MAX);
    expect("members with MFA in the end", &protected, &counts.protected())?;
    Ok(Outcome::Kept)
}
