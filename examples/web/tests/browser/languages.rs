//! Visitors are spoken to in the language of their browsers.

use crate::world::{Role, World};

#[test]
fn a_dutch_browser_is_spoken_to_in_dutch() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.browser_in("nl-NL,nl");
    visitor.signs_in("practitioner@example.org");
    visitor.visit("/mfa/setup").is_at("/mfa/setup", "Tweestapsverificatie instellen");
    assert_eq!(visitor.script("return document.documentElement.lang", &[]), "nl");
    visitor.look("setup-1-start-nl").press("Instellen starten").look("setup-2-scan-nl");
    assert!(visitor.has(Role::Image, "QR-code") && visitor.has(Role::Field, "Handmatige code"));
    visitor.press("Volgende").fill_and_go("Verificatiecode", "000000");
    assert!(visitor.alert().is_some_and(|alert| alert.starts_with("Die code klopt niet.")));
}
