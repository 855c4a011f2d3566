//! Keeping the recovery codes.

use serde_json::json;

use crate::world::World;

const SOMEBODY: &str = "practitioner@example.org";

#[test]
fn recovery_codes_are_copied_downloaded_and_printed() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    let phone = visitor.start_setup();
    visitor.press_here("Copy");
    visitor.until("the manual code on the clipboard", |visitor| {
        Some(()).filter(|()| visitor.clipboard().replace(' ', "") == phone.secret())
    });
    visitor.press("Next").type_code(&phone.code_at(world.now()));
    let codes = visitor.list("Recovery codes");
    let text = format!("{}\n", codes.join("\n"));

    visitor.press_here("Copy");
    visitor.until("the codes on the clipboard", |visitor| {
        Some(()).filter(|()| visitor.clipboard() == text)
    });
    visitor.shows("Copied");

    visitor.press_here("Download");
    let file = visitor.downloads().join("Recovery codes.txt");
    let downloaded = visitor.until("the file", |_| std::fs::read_to_string(&file).ok());
    assert_eq!(downloaded, text);

    visitor.script("window.print = () => { window.printed = true }", &[]);
    visitor.press_here("Print");
    assert_eq!(visitor.script("return window.printed", &[]), json!(true));
    // On paper are the codes, and no buttons.
    visitor.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    visitor.picture("setup-4-codes-on-paper");
    visitor.shows(&codes[0]).lacks("Download").lacks("I have saved my codes");
}

#[test]
fn codes_lost_to_a_reload_are_replaced_before_anything_is_switched_on() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    let phone = visitor.start_setup();
    visitor.press("Next").type_code(&phone.code_at(world.now()));
    let lost = visitor.list("Recovery codes");
    // The browser sends the form again.
    visitor.leads_on(|visitor| visitor.reload());
    assert_eq!(visitor.heading(), "Your codes were shown once");
    visitor.lacks(&lost[0]).press("Show new codes");
    let kept = visitor.list("Recovery codes");
    assert!(kept.len() == 10 && kept.iter().all(|code| !lost.contains(code)));
    visitor.press("I have saved my codes").press("Done").press("Sign out");

    let mut visitor = world.signs_in(SOMEBODY);
    visitor.press("Use a recovery code").fill("Recovery code", &lost[0]).press("Verify");
    assert!(visitor.alert().is_some());
    visitor.fill("Recovery code", &kept[0]).press("Verify").is_at("/dashboard", "Dashboard");
}

#[test]
fn new_codes_replace_the_old_ones_at_once_and_few_are_warned_of() {
    let Some(world) = World::start() else { return };
    let (owner, _) = world.protects(SOMEBODY);
    for code in &owner.codes[..7] {
        let mut visitor = world.signs_in(SOMEBODY);
        visitor.press("Use a recovery code").fill("Recovery code", code).press("Verify");
        visitor.is_at("/dashboard", "Dashboard");
    }
    let mut visitor = world.enters(&owner);
    visitor.visit("/profile").look("profile-few-codes");
    visitor.visit("/mfa/factors").shows("3 recovery codes left").shows("You are running low");
    visitor.look("factors-few-codes").follow("Generate new codes").look("codes-sure");
    visitor.press("Generate new codes");
    let new = visitor.list("Recovery codes");
    visitor.look("codes-new").press("Done");

    let mut visitor = world.signs_in(SOMEBODY);
    visitor.press("Use a recovery code").fill("Recovery code", &owner.codes[9]).press("Verify");
    assert!(visitor.alert().is_some());
    visitor.fill("Recovery code", &new[9]).press("Verify").is_at("/dashboard", "Dashboard");
}
