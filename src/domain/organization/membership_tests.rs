use super::super::sample::*;
use super::*;
use crate::domain::organization::policy::OrgPolicy;

/// What a store keeps is as fine as a cursor writes it, whatever a driver gives back.
#[test]
fn every_instant_that_is_read_back_is_a_whole_microsecond() {
    let odd = day(3) + chrono::TimeDelta::nanoseconds(1_999);
    let (whole, reason) = (day(3) + MICRO, || "odd".to_owned());
    let read = Membership::from_stored(StoredMembership {
        first_joined: odd,
        left_at: Some(odd),
        exemption: Some(Exemption { reason: reason(), until: Some(odd) }),
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

    let policy = OrgPolicy::Required { since: odd, changed: odd, terms: terms(0) };
    let acme = organization("acme", policy);
    assert_eq!((acme.policy().since(), acme.policy().changed()), (Some(whole), Some(whole)));
}
