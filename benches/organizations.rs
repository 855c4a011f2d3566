//! What organizations cost: one decision, a million of them, and an overview of a million members.
//! That a decision allocates nothing is a test: `tests/allocations.rs`.
#![allow(missing_docs, reason = "a bench has no readers of its documentation")]
#![allow(clippy::expect_used, clippy::panic, reason = "a fixture may stop at the first surprise")]

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mfakit::organization::{
    Access, Acknowledgement, Affiliation, GracePeriod, Membership, OrgAuthority, OrgId, OrgPolicy,
    Organization, PolicyScope, PolicyTerms, ProposedPolicy, RosterFilter,
};
use mfakit::store::{StoredMembership, Version};
use mfakit::{Strength, Subject};

#[path = "../tests/it/world.rs"]
#[allow(dead_code, reason = "the fixture of all tests")]
mod world;

use world::{World, block_on};

const MILLION: u64 = 1_000_000;

fn acme() -> OrgId {
    OrgId::new("acme").expect("org")
}

fn terms() -> PolicyTerms {
    PolicyTerms { grace: GracePeriod::days(14).expect("days"), scope: PolicyScope::WholeAccount }
}

fn member(number: u64, first_joined: DateTime<Utc>) -> Membership {
    Membership::from_stored(StoredMembership {
        org: acme(),
        subject: Subject::from(number),
        first_joined,
        left_at: None,
        exemption: None,
        extension: None,
        version: Version::first([1; 8]),
        recent: Vec::new(),
    })
}

fn decisions(c: &mut Criterion) {
    let now = World::new().now();
    let since = now - TimeDelta::days(14);
    let policy = OrgPolicy::requiring(Strength::Standard, since, terms());
    let newcomer = member(1, now - TimeDelta::days(1));
    let organization = Organization::from_stored(acme(), newcomer.version(), policy, Vec::new());
    let affiliation =
        Affiliation { organization: organization.into(), membership: newcomer.clone().into() };
    let affiliations = [affiliation];

    let mut group = c.benchmark_group("policy decision");
    for (name, strength) in [("compliant", Some(Strength::Standard)), ("in grace", None)] {
        group.bench_function(name, |b| {
            b.iter(|| policy.decide(black_box(&newcomer), strength, black_box(now)));
        });
        group.bench_function(format!("access to the account, {name}"), |b| {
            b.iter(|| Access::to_account(black_box(&affiliations), strength, black_box(now)));
        });
    }
    // Whoever joined before the policy has lapsed, the others are in grace; every fourth is protected.
    let joined =
        |number: u64| now - TimeDelta::seconds(i64::try_from(number * 3).expect("seconds"));
    let members: Vec<Membership> =
        (0..MILLION).map(|number| member(number, joined(number))).collect();
    group.sample_size(20).throughput(Throughput::Elements(MILLION));
    group.bench_function("a million members", |b| {
        b.iter(|| {
            let decide = |(number, m): (usize, &Membership)| {
                let strength = number.is_multiple_of(4).then_some(Strength::Standard);
                policy.decide(m, strength, black_box(now))
            };
            members.iter().enumerate().map(decide).filter(|standing| standing.asks()).count()
        });
    });
    group.finish();
}

/// A million members on the memory store whose period has lapsed: `spread` seconds apart when they
/// joined after the policy, with one deadline for all when they were there before.
async fn lapsed(spread: Option<i64>) -> World {
    let world = World::new();
    let admin = Subject::new("admin").expect("subject");
    let require = async || {
        let by = OrgAuthority::grant(acme(), admin.clone(), "audit finding").expect("authority");
        let (session, said) =
            (world.sign_in_plain(&admin).await, Some(Acknowledgement::ActorIsWeaker));
        world
            .mfa
            .set_policy(&session, &by, ProposedPolicy::Required(Strength::Standard, terms()), said)
            .await
            .expect("a policy");
    };
    if spread.is_some() {
        require().await;
    }
    for number in 0..MILLION {
        world.wait(spread.unwrap_or_default());
        let (subject, now) = (Subject::from(number), world.now());
        world.mfa.join_organization(&acme(), &subject, now).await.expect("joined");
    }
    if spread.is_none() {
        require().await;
    }
    // The last deadline: the count has a whole day's different instants in front of it.
    world.clock.advance(TimeDelta::days(14));
    world
}

fn overview(c: &mut Criterion) {
    let mut group = c.benchmark_group("a million members on the memory store");
    for (name, spread) in [("one deadline", None), ("a million deadlines", Some(2))] {
        let world = block_on(lapsed(spread));
        let counts = block_on(world.mfa.overview(&acme())).expect("counts");
        assert!((counts.members, counts.lapsed) == (MILLION, MILLION), "{counts:?}");
        let page = async |after: Option<&str>| {
            let page = world.mfa.roster(&acme(), RosterFilter::Lapsed, after, 100).await;
            let page = page.expect("a page");
            assert_eq!(page.members.len(), 100);
            page
        };
        let mut cursor = block_on(page(None)).next;
        // Fifty thousand members in.
        for _ in 0..500 {
            let text = cursor.expect("more").to_string();
            cursor = block_on(page(Some(&text))).next;
        }
        let text = cursor.expect("more").to_string();
        group.bench_function(format!("{name}: count"), |b| {
            b.iter(|| block_on(world.mfa.overview(&acme())).expect("counts"));
        });
        group.bench_function(format!("{name}: the first 100 lapsed"), |b| {
            b.iter(|| block_on(page(None)));
        });
        group.bench_function(format!("{name}: 100 lapsed behind 50,000"), |b| {
            b.iter(|| block_on(page(Some(&text))));
        });
        group.bench_function(format!("{name}: access of one"), |b| {
            b.iter(|| block_on(world.mfa.access(&Subject::from(7_u64))).expect("access"));
        });
    }
    group.finish();
}

criterion_group!(benches, decisions, overview);
criterion_main!(benches);
