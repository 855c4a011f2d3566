//! How many answers a server gives in a second: the same server, over TCP, by clients that keep their
//! connections.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::measure::{median, per_second, ratio};
use crate::world::{USERS, World};

const CLIENTS: usize = 4;
const ROUNDS: usize = 21;

/// An answer costs at most so many empty requests. In memory it is the adapter's and the core's work
/// that is compared; on a disk it is the disk that is waited for.
const LIMITS: [(&str, f64); 2] = [("memory", 4.0), ("sqlite", 60.0)];

pub(crate) async fn answers_a_second(store: &str, world: &World) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let app = world.app.clone();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Client::connect(at).await);
    }
    let [mut answers, mut empty] = [const { Vec::new() }; 2];
    for _ in 0..ROUNDS {
        for user in &world.users {
            world.begin_sign_in(user).await;
        }
        clients = round(clients, requests(world, "/mfa/challenge"), 303, &mut answers).await;
        clients = round(clients, requests(world, "/empty"), 200, &mut empty).await;
        world.wait();
    }
    server.abort();
    let (answers, empty) = (median(answers), median(empty));
    let limit = LIMITS.iter().find(|(name, _)| *name == store).map(|(_, limit)| *limit);
    ratio(&format!("server/{store}/answer_to_empty_handler"), answers, empty, limit.unwrap());
    let (answers, empty) = (per_second(answers), per_second(empty));
    println!("  # {CLIENTS} clients: {answers:.0} answers a second, {empty:.0} empty requests");
}

/// A request of each user, as it is sent.
fn requests(world: &World, path: &str) -> Vec<String> {
    let request = |user| {
        let form = format!("form=0&code={}", world.code(user));
        format!(
            "POST {path} HTTP/1.1\r\nhost: app.example\r\norigin: https://app.example\r\n\
             cookie: sid={}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{form}",
            user.name,
            form.len(),
        )
    };
    world.users.iter().map(request).collect()
}

/// The clients share the requests; the time of each is noted.
async fn round(
    clients: Vec<Client>,
    requests: Vec<String>,
    status: u16,
    times: &mut Vec<Duration>,
) -> Vec<Client> {
    let started = Instant::now();
    let mut running = Vec::new();
    for (client, share) in clients.into_iter().zip(requests.chunks(USERS / CLIENTS)) {
        let share = share.to_vec();
        running.push(tokio::spawn(client.send(share, status)));
    }
    let mut clients = Vec::new();
    for client in running {
        clients.push(client.await.unwrap());
    }
    let count = u32::try_from(requests.len()).unwrap();
    times.push(started.elapsed() / count);
    clients
}

struct Client(TcpStream);

impl Client {
    async fn connect(to: SocketAddr) -> Self {
        let connection = TcpStream::connect(to).await.unwrap();
        connection.set_nodelay(true).unwrap();
        Self(connection)
    }

    async fn send(mut self, requests: Vec<String>, status: u16) -> Self {
        for request in requests {
            self.0.write_all(request.as_bytes()).await.unwrap();
            self.answer(status).await;
        }
        self
    }

    /// One answer, whose body is empty: that of a redirect, or of a handler that does nothing.
    async fn answer(&mut self, status: u16) {
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut some = [0; 2048];
            let read = self.0.read(&mut some).await.unwrap();
            assert!(read > 0, "the server has hung up");
            answer.extend_from_slice(&some[..read]);
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(answer.contains("content-length: 0\r\n"), "{answer}");
    }
}
