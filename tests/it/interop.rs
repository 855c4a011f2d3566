//! Codes from independent authenticators, given the very URI that setup shows.
//!
//! Where a program is missing the test says so and why on standard error, and counts as skipped in
//! spirit: `MFAKIT_REQUIRE_TOOLS=1`, which CI sets, makes a missing program a failure.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mfakit::domain::{Algorithm, Digits, TotpParams};
use mfakit::ports::{Clock, SystemClock};
use mfakit::{Answer, Confirmed, EmailStatus, NewFactor, Settings, Subject};

use crate::world::{World, block_on, passed};

/// Whether a program is there; says plainly when it is not.
fn installed(program: &str) -> bool {
    let mut version = Command::new(program);
    if version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok() {
        return true;
    }
    let required = std::env::var("MFAKIT_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
    assert!(!required, "{program} is required here and is not installed");
    let mut stderr = std::io::stderr();
    let _ = writeln!(stderr, "SKIPPED: {program} is not installed, so its codes were not tried");
    false
}

fn run(command: &mut Command, input: &str) -> String {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("the program starts");
    child.stdin.take().expect("stdin").write_all(input.as_bytes()).expect("input");
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

fn parameter<'a>(uri: &'a str, name: &str) -> &'a str {
    let mut pairs = uri.split(['?', '&']).filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).expect("the parameter").1
}

/// `oathtool` reads no URI, so it is given what the URI says.
fn oathtool(uri: &str, clock: &impl Clock) -> String {
    let at = clock.now().format("%Y-%m-%d %H:%M:%S UTC").to_string();
    let algorithm = format!("--totp={}", parameter(uri, "algorithm").to_lowercase());
    let digits = format!("--digits={}", parameter(uri, "digits"));
    let step = format!("--time-step-size={}s", parameter(uri, "period"));
    let options = [algorithm.as_str(), &digits, &step, "--base32", "--now", &at];
    run(Command::new("oathtool").args(options).arg(parameter(uri, "secret")), "")
}

/// KeePassXC is given the whole URI, as its import takes it.
struct KeePassXc {
    folder: Folder,
}

/// A temporary folder, removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("mfakit-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl KeePassXc {
    fn new(name: &str) -> Self {
        Self { folder: Folder::new(name) }
    }

    fn command(&self, arguments: &[&str], database: &Path) -> Command {
        let mut command = Command::new("keepassxc-cli");
        command.args(arguments).arg(database).env("QT_QPA_PLATFORM", "offscreen");
        command
    }

    fn code(&self, uri: &str) -> String {
        let (xml, database) = (self.folder.0.join("in.xml"), self.folder.0.join("db.kdbx"));
        let text = format!(
            "<KeePassFile><Root><Group><Name>Root</Name><Entry>\
             <String><Key>Title</Key><Value>mfakit</Value></String>\
             <String><Key>otp</Key><Value>{}</Value></String>\
             </Entry></Group></Root></KeePassFile>",
            uri.replace('&', "&amp;")
        );
        std::fs::write(&xml, text).expect("the import file");
        let _ = std::fs::remove_file(&database);
        let import = ["import", "-q", "-p", xml.to_str().expect("a path")];
        run(&mut self.command(&import, &database), "pw\npw\n");
        run(self.command(&["show", "-q", "-t"], &database).arg("mfakit"), "pw\n")
    }
}

/// Sets up one factor whose codes come from `app`; returns the URI and the code that confirmed it.
async fn set_up(world: &World, app: impl Fn(&str) -> String) -> (String, String) {
    let session = world.sign_in_plain(&ada()).await;
    let new = NewFactor::totp("Phone", "ada+test@example.org").unwrap();
    let setup = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
    let code = app(setup.totp().unwrap().otpauth_uri());
    let confirmed = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
    assert!(matches!(confirmed, Ok(Confirmed::FirstFactor(_))), "{confirmed:?}");
    world.mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
    (setup.totp().unwrap().otpauth_uri().to_owned(), code)
}

async fn sign_in(world: &World, code: &str) {
    let challenge = world.challenge(&ada()).await;
    passed(world.mfa.answer(&challenge, Answer::code(code)).await);
}

fn ada() -> Subject {
    Subject::new("ada").unwrap()
}

fn every_parameter() -> impl Iterator<Item = TotpParams> {
    let algorithms = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];
    algorithms.into_iter().flat_map(|algorithm| {
        [Digits::Six, Digits::Eight].map(|d| TotpParams::new(algorithm, d, 30).unwrap())
    })
}

#[test]
fn codes_from_oathtool_are_accepted_for_every_algorithm_and_length() {
    if !installed("oathtool") {
        return;
    }
    for params in every_parameter() {
        block_on(async {
            let world = World::with(Settings::builder().totp(params).build().unwrap());
            let app = |uri: &str| oathtool(uri, &world.clock);
            let (uri, _) = set_up(&world, app).await;
            world.next_code();
            sign_in(&world, &app(&uri)).await;
        });
    }
}

/// What a phone does: it looks at the picture, reads the URI and computes the code.
#[test]
fn the_qr_code_is_read_from_its_picture_and_its_codes_are_accepted() {
    if !["rsvg-convert", "zbarimg", "oathtool"].map(installed).iter().all(|there| *there) {
        return;
    }
    let folder = Folder::new("qr");
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&ada()).await;
        let new = NewFactor::totp("Phone", "ada+test@example.org").unwrap();
        let setup = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
        let (svg, png) = (folder.0.join("qr.svg"), folder.0.join("qr.png"));
        std::fs::write(&svg, setup.totp().unwrap().qr_svg().as_bytes()).unwrap();
        run(Command::new("rsvg-convert").args(["--width=300", "--output"]).arg(&png).arg(&svg), "");
        let uri = run(Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&png), "");
        assert_eq!(uri, setup.totp().unwrap().otpauth_uri());
        let code = oathtool(&uri, &world.clock);
        let confirmed = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
        assert!(matches!(confirmed, Ok(Confirmed::FirstFactor(_))), "{confirmed:?}");
    });
}

/// KeePassXC shows the code of the real time and no other, so this one runs on the real clock: the
/// confirmation uses up the current code, and the sign-in waits for the next.
#[test]
fn codes_from_keepassxc_are_accepted_for_every_algorithm_and_length() {
    if !installed("keepassxc-cli") {
        return;
    }
    let worlds: Vec<World> = every_parameter()
        .map(|params| {
            let settings = Settings::builder().totp(params).build().unwrap();
            World::built(|builder| builder.settings(settings).clock(SystemClock))
        })
        .collect();
    let keepassxc = KeePassXc::new("codes");
    let mut used_up = Vec::new();
    for world in &worlds {
        world.clock.set(SystemClock.now());
        used_up.push(block_on(set_up(world, |uri| keepassxc.code(uri))));
    }
    for (world, (uri, used)) in worlds.iter().zip(used_up) {
        let next = loop {
            let code = keepassxc.code(&uri);
            if code != used {
                break code;
            }
            std::thread::sleep(std::time::Duration::from_millis(200));
        };
        world.clock.set(SystemClock.now());
        block_on(sign_in(world, &next));
    }
}
