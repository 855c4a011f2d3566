// Becomes a module of the scratch copy: tells whether a mutant is switched on.

use std::fs::File;
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

enum Switch {
    /// This mutant is on; none has the number 0.
    One(u32),
    /// None is on. Each that is passed for the first time is written down.
    Trace(File, Vec<AtomicBool>),
}

static SWITCH: OnceLock<Switch> = OnceLock::new();

fn read() -> Switch {
    if let Some(path) = std::env::var_os("MFAKIT_MUTANTS_PASSED") {
        let file = File::options().append(true).create(true).open(path).expect("a file to trace into");
        return Switch::Trace(file, (0..COUNT).map(|_| AtomicBool::new(false)).collect());
    }
    let number = std::env::var("MFAKIT_MUTANT").ok().map(|text| text.parse().expect("a number"));
    Switch::One(number.unwrap_or(0))
}

pub(crate) fn on(number: u32) -> bool {
    match SWITCH.get_or_init(read) {
        Switch::One(one) => *one == number,
        Switch::Trace(file, passed) => {
            if !passed[number as usize].swap(true, Ordering::Relaxed) {
                (&*file).write_all(&number.to_le_bytes()).expect("a file to trace into");
            }
            false
        }
    }
}
