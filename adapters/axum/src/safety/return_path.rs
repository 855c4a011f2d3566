//! Where a visitor may be sent back to: paths of the host's own site.

use std::fmt;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A path of the host's own site, with its query: what a redirect may go to.
///
/// ```
/// use mfakit_axum::ReturnPath;
///
/// assert!(ReturnPath::parse("/invoices?year=2026").is_some());
/// for elsewhere in ["//evil.example", "/\\evil.example", "/%2Fevil.example", "https://evil.example"] {
///     assert!(ReturnPath::parse(elsewhere).is_none());
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ReturnPath(String);

impl ReturnPath {
    /// Takes a path that came from outside: 1 to 2,048 bytes of printable ASCII that begin with one
    /// slash and go on without `//`, `\` and dot segments, in the path as it is and however often it
    /// is decoded. Browsers read `\` as `/`, and drop control characters. They encode `"`, `<` and `>`,
    /// so that a path with one of them was written by somebody: it neither ends an attribute nor opens
    /// a tag.
    pub fn parse(path: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_graphic() && !b"\"<>".contains(&b);
        if path.len() > 2048 || !path.bytes().all(plain) {
            return None;
        }
        let own = path.split_once('#').map_or(path, |(own, _)| own);
        let (route, query) = own.split_once('?').unwrap_or((own, ""));
        let safe = stays(route) && layers_stay(route) && !query.contains('\\');
        safe.then(|| Self(own.to_owned()))
    }

    /// One of our own.
    pub(crate) fn own(path: &'static str) -> Self {
        Self(path.to_owned())
    }

    /// The path, for a `Location` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This path, asked to send the visitor on to another: `/sign-in?to=%2Finvoices`.
    pub fn with_to(&self, to: &Self) -> String {
        let separator = if self.0.contains('?') { '&' } else { '?' };
        format!("{}{separator}to={}", self.0, utf8_percent_encode(&to.0, NON_ALPHANUMERIC))
    }
}

fn layers_stay(route: &str) -> bool {
    let mut layer = route.to_owned();
    for _ in 0..LAYERS {
        let Ok(decoded) = percent_decode_str(&layer).decode_utf8() else { return false };
        if decoded == layer {
            return true;
        }
        if !stays(&decoded) {
            return false;
        }
        layer = decoded.into_owned();
    }
    false
}

/// Whether a path, as it is, stays on the site.
fn stays(route: &str) -> bool {
    let mut segments = route.split('/');
    let rooted = segments.next() == Some("");
    let plain =
        !route.contains('\\') && !route.contains("//") && !route.chars().any(char::is_control);
    rooted && !route.is_empty() && plain && segments.all(|s| s != "." && s != "..")
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReturnPath({:?})", self.0)
    }
}

/// How often percent-encoding is peeled off. What is still encoded then is refused.
const LAYERS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_own_site_are_taken_as_they_are() {
        for path in ["/", "/invoices", "/a/b.html?x=1&y=%2F%2F", "/caf%C3%A9", "/a%20b", "/?to=//x"]
        {
            assert_eq!(ReturnPath::parse(path).map(|p| p.0).as_deref(), Some(path), "{path:?}");
        }
        assert_eq!(ReturnPath::parse("/a#b").map(|p| p.0).as_deref(), Some("/a"));
    }

    #[test]
    fn whatever_could_leave_the_site_is_refused() {
        let long = format!("/{}", "a".repeat(2048));
        for path in [
            "",
            "evil.example",
            "https://evil.example",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a//evil.example",
            "/%2Fevil.example",
            "/%2fevil.example",
            "/%5Cevil.example",
            "%2F%2Fevil.example",
            "/%252Fevil.example",
            "/%25252525252Fevil.example",
            "/%09/evil.example",
            "/%0d%0aSet-Cookie:x",
            "/a\r\nSet-Cookie: x",
            "/./evil",
            "/../evil",
            "/%2e%2e/evil",
            "javascript:alert(1)",
            " /a",
            "/a b",
            "/é",
            "/%FF",
            "/a?x=\\",
            "/\"autofocus",
            "/<b>",
            "/a?\"><script>",
            &long,
        ] {
            assert!(ReturnPath::parse(path).is_none(), "{path:?}");
        }
    }

    #[test]
    fn a_destination_is_encoded_into_the_query_of_the_page_before_it() {
        let to = ReturnPath::own("/invoices?year=2026&all");
        let sign_in = ReturnPath::own("/sign-in");
        assert_eq!(sign_in.with_to(&to), "/sign-in?to=%2Finvoices%3Fyear%3D2026%26all");
    }
}
