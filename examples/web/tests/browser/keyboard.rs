//! Without a mouse.

use fantoccini::key::Key;

use crate::world::{PASSWORD, Phone, World};

const SOMEBODY: &str = "practitioner@example.org";

#[test]
fn setup_and_sign_in_need_nothing_but_a_keyboard() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.browser();
    visitor.visit("/sign-in");
    assert_eq!(visitor.focused(), "E-mail address");
    visitor.type_here(SOMEBODY).keys(&[Key::Tab]).type_here(PASSWORD).enter();
    visitor.is_at("/dashboard", "Dashboard").tab_to("Profile").enter();
    visitor.tab_to("Set up two-factor authentication").enter();
    visitor.tab_to("Start setup").enter();
    let phone = Phone::scan(&visitor);
    visitor.tab_to("Manual code").tab_to("Next").enter();
    assert_eq!(visitor.focused(), "Verification code");
    let code = phone.code_at(world.now());
    visitor.leads_on(|visitor| visitor.type_keys(&code));
    visitor.tab_to("I have saved my codes").enter();
    visitor.tab_to("Done").enter();
    visitor.is_at("/profile", "Profile").tab_to("Sign out").enter();
    world.next_code();

    visitor.type_here(SOMEBODY).keys(&[Key::Tab]).type_here(PASSWORD).enter();
    assert_eq!(visitor.focused(), "Verification code");
    visitor.type_here("12345").enter();
    assert_eq!(visitor.focused(), "Verification code");
    let code = phone.code_at(world.now());
    visitor.leads_on(|visitor| visitor.type_keys(&code)).is_at("/dashboard", "Dashboard");
}
