//! HTTP/1.1 over TCP, one request a connection.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(super) async fn send(to: SocketAddr, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("body").to_bytes();
    let mut head = format!("{} {} HTTP/1.1\r\nconnection: close\r\n", parts.method, parts.uri);
    for (name, value) in &parts.headers {
        head += &format!("{name}: {}\r\n", value.to_str().expect("ascii"));
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    let mut connection = TcpStream::connect(to).await.expect("a server");
    connection.write_all(head.as_bytes()).await.expect("sent");
    connection.write_all(&body).await.expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let mut response = Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a header");
        response = response.header(name, value);
    }
    response.body(Body::from(body.to_owned())).expect("response")
}
