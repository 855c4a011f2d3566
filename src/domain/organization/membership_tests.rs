use super::super::sample::*;
use super::*;
use crate::domain::organization::policy::{OrgPolicy, OrgRequirement};
use crate::domain::strength::Strength;

/// What a store keeps is as fine as a cursor writes it, whatever a driver gives back.
#[test]
fn every_instant_that_is_read_back_is_a_whole_microsecond() {
    let odd = day(3) + chrono::TimeDelta::nanoseconds(1_999);
    let (whole, reason) = (day(3) + MICRO, || "odd".to_owned());
    let read = Membership::from_stored(StoredMembership {
        first_joined: odd,
        left_at: Some(odd),
        exemption: Some(Exemption {
            reason: reason(),
            from: Strength::Standard.into(),
            until: Some(odd),
        }),
        extension: Some(Extension {
            reason: reason(),
            until: odd,
            granted: odd,
            policy_since: odd,
        }),
        ..row("acme", "ada", 0)
    });
    assert_eq!((read.first_joined(), read.left_at()), (whole, Some(whole)));
    assert_eq!(read.exemption().and_then(|exemption| exemption.until), Some(whole));
    let (until, granted, policy_since) = (whole, whole, whole);
    let expected = Extension { reason: reason(), until, granted, policy_since };
    assert_eq!(read.extension(), Some(&expected));

    let requirement = OrgRequirement {
        required: Strength::Standard.into(),
        since: odd,
        changed: odd,
        terms: terms(0),
    };
    let acme = organization("acme", OrgPolicy::of([requirement]).unwrap());
    let read = acme.policy().requirement(Strength::Standard);
    assert_eq!(read.map(|one| (one.since, one.changed)), Some((whole, whole)));
}
