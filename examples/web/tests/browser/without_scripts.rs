//! With JavaScript switched off.

use crate::world::{Role, World};

const SOMEBODY: &str = "practitioner@example.org";

#[test]
fn setup_and_sign_in_work_without_javascript() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.browser();
    visitor.switch_scripts_off().signs_in(SOMEBODY);
    visitor.follow("Profile").follow("Set up two-factor authentication");
    let phone = visitor.start_setup();
    // What only scripts can do is not offered.
    assert!(!visitor.has(Role::Button, "Copy"));
    visitor.press("Next").press("Back").press("Next");
    visitor.fill("Verification code", &phone.wrong_code_at(world.now()));
    assert_eq!(visitor.heading(), "Enter the code from your app");
    visitor.press("Confirm");
    assert!(visitor.alert().is_some());
    assert_eq!(visitor.focused(), "Verification code");
    let code = phone.code_at(world.now());
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    visitor.fill("Verification code", &spaced).press("Confirm");
    assert_eq!(visitor.list("Recovery codes").len(), 10);
    let codes = visitor.list("Recovery codes");
    assert!(!visitor.has(Role::Button, "Download"));
    visitor.press("I have saved my codes").press("Done").press("Sign out");
    world.next_code();

    visitor.type_password(SOMEBODY).fill("Verification code", "000000").press("Verify");
    visitor.press("Use a recovery code").press("Back to verification");
    visitor.fill("Verification code", &phone.code_at(world.now())).press("Verify");
    visitor.is_at("/dashboard", "Dashboard").press("Sign out").type_password(SOMEBODY);
    visitor.press("Use a recovery code").fill("Recovery code", &codes[0]).press("Verify");
    visitor.is_at("/dashboard", "Dashboard");
}
