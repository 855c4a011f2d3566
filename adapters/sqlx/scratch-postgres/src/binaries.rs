//! Where the server's programs are, and who may run them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// The directory of the newest installed server.
pub(crate) fn directory() -> Result<PathBuf, String> {
    let mut candidates: Vec<PathBuf> = Vec::new();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        candidates.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let number = |path: &PathBuf| {
        let version = path.parent().and_then(|version| version.file_name()?.to_str());
        version.and_then(|version| version.parse::<u32>().ok())
    };
    candidates.sort_by_key(|path| std::cmp::Reverse(number(path)));
    candidates.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    candidates.push("/usr/local/bin".into());
    let whole = |path: &PathBuf| {
        ["initdb", "postgres", "pg_isready"].iter().all(|program| path.join(program).is_file())
    };
    let none = "initdb, postgres and pg_isready are not installed";
    candidates.into_iter().find(whole).ok_or_else(|| none.to_owned())
}

/// The user and group to run as, when this process is root, which the server refuses to be.
pub(crate) fn unprivileged() -> Result<Option<(u32, u32)>, String> {
    let own = fs::metadata("/proc/self").map_err(|error| format!("/proc/self: {error}"))?;
    if own.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(|error| format!("users: {error}"))?;
    let find = |wanted: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let (name, _, uid, gid) =
                (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
            (name == wanted).then(|| Some((uid.parse().ok()?, gid.parse().ok()?)))?
        })
    };
    let user = find("postgres").or_else(|| find("nobody"));
    user.map(Some).ok_or_else(|| "this is root, and there is nobody else to run it as".to_owned())
}
