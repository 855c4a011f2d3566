//! Start, kill, look; again.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mfakit::ports::Clock;
use scratch_postgres::Server;

use crate::check::{self, Found};
use crate::database::Database;
use crate::journal::{Kind, Written};
use crate::worker::Dice;
use crate::world::{self, FastClock, USERS};
use crate::{Failure, Plan};

pub(crate) async fn run(plan: &Plan) -> Result<(), Failure> {
    let directory = tempfile::tempdir()?;
    let mut plan = plan.clone();
    let own = match plan.store.as_str() {
        "sqlite" => None,
        "postgres" => {
            let server = scratch_postgres::server()?;
            plan.store = server.url();
            Some(server)
        }
        _ => None,
    };
    let cluster = match own {
        Some(Server::Own(cluster)) => Some(cluster),
        _ => None,
    };
    if plan.server && cluster.is_none() {
        return Err("--server kills a server of our own: say postgres, and name none".into());
    }
    prepare(&plan, directory.path()).await?;

    let (begun, mut dice) = (Instant::now(), Dice::new(plan.seed));
    let (mut kills, mut last) = (0, None);
    println!("seed {}, {} processes at a time on {}", plan.seed, plan.workers, plan.store);
    for round in 1..=plan.rounds {
        let mut workers = start(&plan, round, directory.path())?;
        let longest = u32::try_from(plan.longest)?;
        let life = 100 + u64::from(dice.below(longest));
        let server_dies = cluster.filter(|_| plan.server).map(|cluster| (cluster, dice.below(2)));
        tokio::time::sleep(Duration::from_millis(life)).await;
        if let Some((cluster, 0)) = server_dies {
            // The processes outlive the server, and meet it again.
            cluster.kill()?;
            tokio::time::sleep(Duration::from_millis(life)).await;
        }
        kills += kill(&mut workers)?;
        if let Some((cluster, 1)) = server_dies {
            cluster.kill()?;
        }
        let db = Database::reopen(&plan.store, directory.path()).await?;
        let written = Written::read(directory.path(), plan.workers)?;
        let found = check::check(&db, &written).await;
        let found = found.map_err(|why| format!("round {round}, seed {}: {why}", plan.seed))?;
        last = Some((found, written));
    }
    let Some((found, written)) = last else { return Err("no round was asked for".into()) };
    report(&plan, &found, &written, kills, begun.elapsed());
    Ok(())
}

/// Makes the tables and the members.
async fn prepare(plan: &Plan, directory: &Path) -> Result<(), Failure> {
    let db = Database::open(&plan.store, directory).await?;
    for number in 0..USERS {
        let (org, user) = (world::org()?, world::user(number)?);
        db.mfa.join_organization(&org, &user, FastClock.now()).await?;
    }
    Ok(())
}

fn start(plan: &Plan, round: u32, directory: &Path) -> Result<Vec<Child>, Failure> {
    let program = std::env::current_exe()?;
    let seed = plan.seed.wrapping_add(u64::from(round) * 1_000);
    let worker = |number: u32| {
        let mut command = Command::new(&program);
        command.arg(&plan.store).args(["--seed", &seed.to_string()]);
        command.args(["--worker", &number.to_string()]).arg(directory);
        command.stdin(Stdio::null()).spawn()
    };
    Ok((0..plan.workers).map(worker).collect::<Result<_, _>>()?)
}

/// Kills every process, and complains of one that had ended by itself.
fn kill(workers: &mut [Child]) -> Result<u32, Failure> {
    let mut kills = 0;
    for worker in workers {
        if let Some(ended) = worker.try_wait()? {
            return Err(format!("a process ended before it was killed: {ended}").into());
        }
        worker.kill()?;
        worker.wait()?;
        kills += 1;
    }
    Ok(kills)
}

fn report(plan: &Plan, found: &Found, written: &Written, kills: u32, took: Duration) {
    println!("operation    tried     done  not done  unknown");
    for kind in Kind::ALL {
        let all = (0..USERS).map(|user| written.of(kind, user));
        let sum =
            all.fold((0, 0, 0), |sum, one| (sum.0 + one.tried, sum.1 + one.done, sum.2 + one.not));
        let unknown = sum.0 - sum.1 - sum.2;
        println!("{:<10} {:>7} {:>8} {:>9} {unknown:>8}", kind.name(), sum.0, sum.1, sum.2);
    }
    let server = if plan.server { ", the server as often as there were rounds" } else { "" };
    println!(
        "{} rounds in {:.1} s: {kills} processes killed{server}; {} events; every rule holds",
        plan.rounds,
        took.as_secs_f64(),
        found.events,
    );
}
