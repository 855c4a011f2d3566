use super::*;

const APP: &str = "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

#[test]
fn an_rp_id_is_a_domain_and_nothing_else() {
    let longest = format!("{}.{}", "a".repeat(63), "b".repeat(63));
    for id in ["example.org", "localhost", "a.b-c.example", "xn--bcher-kva.example", &longest] {
        assert!(RelyingParty::new(id, [APP]).is_ok(), "{id:?}");
    }
    let (label, name) = ("a".repeat(64), vec!["a"; 128].join("."));
    for id in [
        "",
        ".",
        "example.org.",
        ".example.org",
        "a..b",
        "Example.org",
        "bücher.example",
        "https://example.org",
        "example.org:443",
        "example.org/",
        "*.example.org",
        "-a.example",
        "a-.example",
        "a_b.example",
        "127.0.0.1",
        "2130706433",
        "[::1]",
        " example.org",
        "example.org\n",
        &label,
        &name,
    ] {
        assert!(RelyingParty::new(id, [APP]).is_err(), "{id:?}");
    }
}

#[test]
fn an_origin_is_written_as_browsers_write_it() {
    for origin in [
        "https://example.org",
        "https://a.b.example.org:8443",
        "https://localhost",
        "https://intranet",
        "http://localhost",
        "http://localhost:3000",
        APP,
    ] {
        assert!(RelyingParty::new("example.org", [origin]).is_ok(), "{origin:?}");
    }
    for origin in [
        "",
        "*",
        "null",
        "example.org",
        "https://",
        "https://*.example.org",
        "https://example.org/",
        "https://example.org/path",
        "https://example.org?",
        "https://example.org#",
        "https://Example.org",
        "HTTPS://example.org",
        "https://ada@example.org",
        "https://example.org.",
        "https://example.org:",
        "https://example.org:443",
        "https://example.org:0",
        "https://example.org:08443",
        "https://example.org:+8443",
        "https://example.org:65536",
        "https://example.org:8443:1",
        "https://192.0.2.1",
        "https://[::1]",
        "http://example.org",
        "http://app.localhost",
        "http://127.0.0.1:3000",
        "http://localhost:80",
        "http://localhost.example",
        "ws://localhost",
        "ios:bundle-id:org.example",
        "android:apk-key-hash:",
        "android:apk-key-hash:AAAA",
        "android:apk-key-hash:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
        "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
        "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFUA",
        " https://example.org",
    ] {
        let refused = RelyingParty::new("example.org", ["https://example.org", origin]);
        assert!(matches!(refused, Err(Invalid::Form { what: "origin", .. })), "{origin:?}");
    }
}

#[test]
fn there_are_one_to_thirty_two_origins() {
    let many = |count| RelyingParty::new("localhost", vec!["http://localhost"; count]);
    assert!(many(0).is_err());
    assert!(many(1).is_ok());
    assert!(many(32).is_ok());
    assert!(many(33).is_err());
    let endless = RelyingParty::new("localhost", std::iter::repeat("http://localhost"));
    assert!(endless.is_err(), "and no more are read than it takes to know");
}

#[test]
fn a_relying_party_gives_back_what_it_was_made_of() {
    let origins = ["https://example.org", "https://app.example.org"];
    let site = RelyingParty::new("example.org", origins).unwrap();
    assert_eq!(site.id(), "example.org");
    assert_eq!(site.origins(), origins);
}
