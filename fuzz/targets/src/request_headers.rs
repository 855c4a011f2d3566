//! The headers of a request, and paths that somebody is to be sent on to.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::routing::get;
use http_body_util::BodyExt;
use mfakit_axum::{ReturnPath, SameOrigin};
use percent_encoding::percent_decode_str;
use tower::ServiceExt;

use crate::http::stage::stage;
use crate::input::Input;
use crate::scene;

/// A path is taken if, and only if, every browser stays on the site with it, however often it is
/// decoded; a POST passes if, and only if, its headers say that it comes from the same origin; the
/// language is the first that the browser asks for; and nobody is sent on to another host's page.
pub fn request_headers(data: &[u8]) {
    let mut input = Input::new(data);
    let kind = input.byte();
    let rest = input.rest();
    match kind % 4 {
        0 => path(&String::from_utf8_lossy(rest)),
        1 => same_origin(&mut Input::new(rest)),
        2 => language(rest),
        _ => heading(rest),
    }
}

fn path(text: &str) {
    let read = ReturnPath::parse(text);
    assert_eq!(read.is_some(), stays(text), "{text:?}");
    let Some(path) = read else { return };
    assert_eq!(Some(path.as_str()), text.split('#').next());
    let nested = path.with_to(&path);
    assert!(stays(&nested) || nested.len() > 2048 || path.as_str().contains('?'), "{nested:?}");
    let (_, to) = nested.rsplit_once("to=").expect("a parameter");
    assert_eq!(percent_decode_str(to).decode_utf8().as_deref(), Ok(path.as_str()));
    // Characters that no URI has are in none, and browsers encode them.
    if let Ok(uri) = path.as_str().parse::<axum::http::Uri>() {
        assert!(uri.authority().is_none() && uri.scheme().is_none(), "{text:?}");
    }
}

fn stays(text: &str) -> bool {
    let plain = text.len() <= 2048
        && text.bytes().all(|b| (33..=126).contains(&b) && !b"\"<>".contains(&b));
    let own = text.split('#').next().unwrap_or_default();
    let (route, query) = own.split_once('?').unwrap_or((own, ""));
    if !plain || query.contains('\\') {
        return false;
    }
    let mut layer = route.to_owned();
    for _ in 0..4 {
        let segments: Vec<&str> = layer.split('/').collect();
        let rooted = segments.len() > 1 && segments[0].is_empty();
        // Only the first one is empty, before the slash, and perhaps the last.
        let (_, inner) = segments.split_last().expect("one at least");
        let full = inner.iter().skip(1).all(|segment| !segment.is_empty());
        let odd = segments.iter().any(|s| *s == "." || *s == "..");
        let control = layer.chars().any(|c| c.is_control() || c == '\\');
        if !rooted || !full || odd || control {
            return false;
        }
        let Ok(decoded) = percent_decode_str(&layer).decode_utf8() else { return false };
        if decoded == layer {
            return true;
        }
        layer = decoded.into_owned();
    }
    false
}

fn value(bytes: &[u8]) -> Option<HeaderValue> {
    HeaderValue::from_bytes(bytes).ok()
}

fn same_origin(input: &mut Input<'_>) {
    let mut headers = HeaderMap::new();
    while !input.is_empty() && headers.len() < 6 {
        let name = match input.byte() % 3 {
            0 => header::HOST,
            1 => header::ORIGIN,
            _ => header::HeaderName::from_static("sec-fetch-site"),
        };
        // One byte stands for what is usual.
        let given = match input.field() {
            [1] => b"app.example".to_vec(),
            [2] => b"https://app.example".to_vec(),
            [3] => b"same-origin".to_vec(),
            [4] => b"none".to_vec(),
            [5] => b"null".to_vec(),
            [6, rest @ ..] => [b"https://", rest].concat(),
            other => other.to_vec(),
        };
        let Some(value) = value(&given) else { continue };
        headers.append(name, value);
    }
    let all = |name: &str| -> Vec<String> {
        let values = headers.get_all(name).iter();
        values.map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned()).collect()
    };
    let (hosts, origins, sites) = (all("host"), all("origin"), all("sec-fetch-site"));
    let site = sites.first().map(String::as_str);
    // A host that is not visible ASCII is the name of nobody.
    let host = match hosts.as_slice() {
        [host] if host.bytes().all(|b| matches!(b, 32..=126 | b'\t')) => Some(host),
        _ => None,
    };
    let expected = match (origins.as_slice(), site) {
        ([_, _, ..], _) => false,
        ([origin], site) if origin != "null" => {
            let own = host.is_some_and(|host| {
                ["http", "https"].iter().any(|scheme| {
                    origin
                        .strip_prefix(&format!("{scheme}://"))
                        .is_some_and(|named| named.eq_ignore_ascii_case(host))
                })
            });
            own && matches!(site, None | Some("none" | "same-origin"))
        }
        (_, site) => site == Some("same-origin"),
    };
    let app = Router::new().route("/", get(|| async {}).post(|| async {})).layer(SameOrigin::new());
    for method in [Method::POST, Method::GET] {
        let mut request = Request::builder().method(method.clone()).uri("/");
        request.headers_mut().expect("a request").clone_from(&headers);
        let request = request.body(Body::empty()).expect("a request");
        let status =
            mfakit::testing::block_on(app.clone().oneshot(request)).expect("an answer").status();
        let passes = expected || method == Method::GET;
        let right = if passes { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(status, right, "{method} {headers:?}");
    }
}

/// One request of somebody who is at the challenge.
fn ask(path: &str, name: header::HeaderName, given: HeaderValue) -> (String, serde_json::Value) {
    let stage = stage();
    let (account, _) = scene::protected();
    stage.begin(Some(std::sync::Arc::clone(account)));
    let token = stage.host.sign_in(scene::at(scene::NOW + 30), None);
    let request = Request::builder()
        .uri(path)
        .header(header::HOST, "app.example")
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, format!("sid={token}"))
        .header(name, given);
    let request = request.body(Body::empty()).expect("a request");
    let body = stage.runtime.block_on(async {
        let response = stage.app.clone().oneshot(request).await.expect("an answer");
        assert!(!response.status().is_server_error());
        response.into_body().collect().await.expect("a body").to_bytes()
    });
    let value = stage.host.value(&token).unwrap_or_default();
    let body = String::from_utf8(body.to_vec()).expect("UTF-8");
    (body, serde_json::from_str(&value).unwrap_or_default())
}

fn language(bytes: &[u8]) {
    let Some(given) = value(bytes) else { return };
    let list = String::from_utf8_lossy(bytes).into_owned();
    let (page, _) = ask("/mfa/challenge", header::ACCEPT_LANGUAGE, given);
    let spoken = |tag: &str| page.contains(&format!("<html lang=\"{tag}\">"));
    assert!(spoken("en") || spoken("nl"), "{page}");
    // Of a malformed list no more is known.
    if let Some(tag) = wanted(&list) {
        assert!(spoken(tag), "{list:?} is answered in another language than {tag}");
    }
}

/// The language of a well-formed list (RFC 9110 §12.5.4), by lookup (RFC 4647 §3.4).
fn wanted(list: &str) -> Option<&'static str> {
    let mut best = ("en", 0);
    let ranges: Vec<&str> = list.split(',').collect();
    if ranges.len() > 32 || !list.is_ascii() {
        return None;
    }
    for range in ranges {
        let (tag, weight) = match range.trim_matches(' ').split_once(";q=") {
            None => (range.trim_matches(' '), 1000),
            Some((tag, weight)) => (tag, thousandths(weight)?),
        };
        let word = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if !tag.split('-').all(word) {
            return None;
        }
        let primary = tag.split('-').next()?.to_ascii_lowercase();
        let known = ["en", "nl"].into_iter().find(|known| *known == primary);
        if let Some(known) = known.filter(|_| weight > best.1) {
            best = (known, weight);
        }
    }
    Some(best.0)
}

/// `0`, `0.5`, `1.000`: at most three digits behind the point.
fn thousandths(weight: &str) -> Option<u32> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit());
    let value = format!("{whole}{fraction:0<3}");
    let whole = ["0", "1"].contains(&whole) && digits;
    value.parse().ok().filter(|value| whole && *value <= 1000)
}

fn heading(bytes: &[u8]) {
    // One byte stands for a page of ours.
    let bytes = match bytes {
        [1, rest @ ..] => [b"https://app.example/", rest].concat(),
        other => other.to_vec(),
    };
    let Some(given) = value(&bytes) else { return };
    let referrer = String::from_utf8_lossy(&bytes).into_owned();
    let (_, session) = ask("/mfa/api/challenge", header::REFERER, given);
    let heading = session["state"]["waiting"]["return_to"].as_str();
    let heading = heading.expect("a challenge leads somewhere");
    assert!(stays(heading), "{referrer:?} leads to {heading:?}");
    let own = referrer.split_once("://").is_some_and(|(_, rest)| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        rest[..end].eq_ignore_ascii_case("app.example")
    });
    assert!(own || heading == "/dashboard", "{referrer:?} leads to {heading:?}");
    let path = referrer.strip_prefix("https://app.example").filter(|path| path.starts_with('/'));
    let Some(path) = path.filter(|path| stays(path) && !path.starts_with("/mfa/")) else { return };
    let path = path.split('#').next().unwrap_or_default();
    assert!(heading == path || path.contains(['|', '^', '`', '{', '}', '[', ']']), "{referrer:?}");
}
