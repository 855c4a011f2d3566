//! The same form, sent twice.

use crate::world::World;

const SOMEBODY: &str = "practitioner@example.org";

#[test]
fn a_double_click_on_verify_signs_in_once() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets();
    // Without scripts nothing holds the second click back.
    visitor.switch_scripts_off().visit("/audit").type_password(SOMEBODY);
    visitor.fill("Verification code", &owner.phone.code_at(world.now()));
    visitor.leads_on(|visitor| visitor.double_click("Verify"));
    assert_eq!(visitor.path(), "/audit");
}

#[test]
fn a_double_click_on_a_wrong_code_is_charged_once() {
    let Some(world) = World::start() else { return };
    let (owner, _) = world.protects(SOMEBODY);
    let wrong = owner.phone.wrong_codes_at(world.now());
    let mut visitor = world.browser();
    visitor.switch_scripts_off().signs_in(SOMEBODY);
    for code in &wrong[..3] {
        visitor.fill("Verification code", code);
        visitor.leads_on(|visitor| visitor.double_click("Verify"));
        assert!(visitor.alert().is_some_and(|alert| !alert.contains("One try left.")));
    }
    visitor.fill("Verification code", &wrong[3]).press("Verify");
    assert!(visitor.alert().is_some_and(|alert| alert.ends_with("One try left.")));
}

#[test]
fn a_form_that_is_sent_again_is_neither_judged_nor_charged_and_another_code_is() {
    let Some(world) = World::start() else { return };
    let (owner, _) = world.protects(SOMEBODY);
    let wrong = owner.phone.wrong_codes_at(world.now());
    let mut visitor = world.signs_in(SOMEBODY);
    visitor.type_code(&wrong[0]);
    for _ in 0..6 {
        visitor.leads_on(|visitor| visitor.reload());
        let same = "You have sent that code already. Wait for the next one and enter it.";
        assert_eq!(visitor.alert().as_deref(), Some(same));
    }
    visitor.look("challenge-same-code");
    for code in &wrong[1..4] {
        assert!(!visitor.alert().expect("a message").contains("One try left."));
        visitor.type_code(code);
    }
    assert!(visitor.alert().expect("a message").ends_with("One try left."));
    visitor.type_code(&wrong[4]);
    assert_eq!(visitor.heading(), "Please sign in again");
}

#[test]
fn a_right_code_that_is_sent_again_goes_on_to_where_the_first_one_went() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets().visit("/audit").type_password(SOMEBODY);
    let code = owner.phone.code_at(world.now());
    let form = visitor.form("/mfa/challenge", &[("code", &code)]);
    visitor.type_code(&code).is_at("/audit", "Audit trail");
    for answer in visitor.post("/mfa/challenge", &form, 3) {
        assert!(answer.status == 303 && answer.text.contains("location: /audit"), "{answer:?}");
        assert!(!answer.text.contains("set-cookie:"), "{answer:?}");
    }
    visitor.visit("/audit").is_at("/audit", "Audit trail");
}

#[test]
fn one_code_in_many_requests_at_once_raises_one_session() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets().visit("/audit").type_password(SOMEBODY);
    let code = owner.phone.code_at(world.now());
    let form = visitor.form("/mfa/challenge", &[("code", &code)]);
    let answers = visitor.post("/mfa/challenge", &form, 8);
    let raised = answers.iter().filter(|answer| answer.text.contains("set-cookie:"));
    assert_eq!(raised.count(), 1, "{answers:?}");
    // The others come too late for that cookie, or are led to where the first one goes.
    for answer in &answers {
        let leads_on = answer.status == 303 && answer.text.contains("location: /audit");
        assert!(leads_on || answer.status == 401, "{answer:?}");
    }
}

#[test]
fn a_double_click_on_confirm_shows_the_codes_that_count_or_offers_new_ones() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.browser();
    visitor.switch_scripts_off().signs_in(SOMEBODY);
    let phone = visitor.start_setup();
    visitor.press("Next").fill("Verification code", &phone.code_at(world.now()));
    visitor.leads_on(|visitor| visitor.double_click("Confirm"));
    if visitor.heading() == "Your codes were shown once" {
        visitor.press("Show new codes");
    }
    let codes = visitor.list("Recovery codes");
    visitor.leads_on(|visitor| visitor.double_click("I have saved my codes"));
    visitor.is_at("/mfa/setup/done", "Two-factor authentication is on").press("Done");

    let mut again = world.signs_in(SOMEBODY);
    again.press("Use a recovery code").fill("Recovery code", &codes[0]).press("Verify");
    again.is_at("/dashboard", "Dashboard");
}
