//! One server, from its first file to its last.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::binaries;

/// A server of our own.
#[derive(Debug)]
pub struct Cluster {
    directory: PathBuf,
    /// Holds the pipe whose end stops the server.
    _keeper: Child,
}

/// Runs the server until its standard input ends, which it does with the process that started it,
/// and starts it again when it was killed. An interrupt at the terminal reaches it as well, and must
/// not keep it from cleaning up.
const KEEPER: &str = r#"
trap '' INT TERM HUP
touch "$2/wanted"
while [ -e "$2/wanted" ]; do
    "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=200 >>"$2/log" 2>&1
    sleep 0.1
done &
server=$!
cat >/dev/null
rm "$2/wanted"
kill -INT "$(head -n 1 "$2/data/postmaster.pid")"
wait "$server"
rm -rf "$2"
"#;

const PATIENCE: Duration = Duration::from_secs(60);

impl Cluster {
    pub(crate) fn start() -> Result<Self, String> {
        let binaries = binaries::directory()?;
        let user = binaries::unprivileged()?;
        let directory = fresh_directory(user)?;
        let run = |program: &mut Command| {
            if let Some((uid, gid)) = user {
                program.uid(uid).gid(gid);
            }
            program.current_dir("/").env("LC_ALL", "C");
        };
        let mut initdb = Command::new(binaries.join("initdb"));
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "-D"]);
        run(initdb.arg(directory.join("data")));
        let made = initdb.output().map_err(|error| format!("initdb: {error}"))?;
        if !made.status.success() {
            let why = String::from_utf8_lossy(&made.stderr).into_owned();
            let _ = fs::remove_dir_all(&directory);
            return Err(format!("initdb: {why}"));
        }
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(&binaries).arg(&directory);
        run(keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()));
        let keeper = keeper.spawn().map_err(|error| format!("sh: {error}"))?;
        let cluster = Self { directory, _keeper: keeper };
        cluster.wait(&binaries)?;
        Ok(cluster)
    }

    fn wait(&self, binaries: &Path) -> Result<(), String> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let mut ready = Command::new(binaries.join("pg_isready"));
            ready.arg("-q").arg("-h").arg(&self.directory);
            if ready.status().is_ok_and(|status| status.success()) {
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        Err(format!("the server did not start: {log}"))
    }

    /// Kills the server with SIGKILL, as a crash of the machine would end it but for what the
    /// operating system holds. It is started again and recovers by itself.
    ///
    /// # Errors
    /// When there was no server to kill.
    pub fn kill(&self) -> Result<(), String> {
        let file = self.directory.join("data/postmaster.pid");
        let text = fs::read_to_string(&file).map_err(|error| format!("postmaster.pid: {error}"))?;
        let pid = text.lines().next().unwrap_or_default().trim().to_owned();
        let killed = Command::new("kill").args(["-KILL", &pid]).status();
        match killed {
            Ok(status) if status.success() => Ok(()),
            other => Err(format!("kill {pid}: {other:?}")),
        }
    }

    /// The directory of its socket.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The URL of its first database.
    pub fn url(&self) -> String {
        let directory = self.directory.display();
        format!("postgres:///postgres?host={directory}&user=postgres&sslmode=disable")
    }
}

/// A directory of its own, with a path short enough for a socket, which may have 107 bytes.
fn fresh_directory(user: Option<(u32, u32)>) -> Result<PathBuf, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = format!("mfakit-pg-{}-{}", std::process::id(), now.subsec_nanos());
    let parent = Some(std::env::temp_dir()).filter(|parent| parent.as_os_str().len() < 60);
    let directory = parent.unwrap_or_else(|| "/tmp".into()).join(name);
    let made = fs::DirBuilder::new().mode(0o700).create(&directory);
    made.map_err(|error| format!("{}: {error}", directory.display()))?;
    if let Some((uid, gid)) = user {
        let owned = chown(&directory, Some(uid), Some(gid));
        owned.map_err(|error| format!("{}: {error}", directory.display()))?;
    }
    Ok(directory)
}
