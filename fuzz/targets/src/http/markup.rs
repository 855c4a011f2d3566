//! A second reading of a page: which tags and attributes there are. What somebody typed must make
//! none.

const TAGS: &[&str] = &[
    "!doctype", "html", "head", "meta", "title", "link", "script", "body", "header", "main", "h1",
    "h2", "p", "form", "input", "label", "button", "a", "ul", "ol", "li", "div", "span", "svg",
    "path", "rect", "g", "section", "nav", "code", "strong", "small", "fieldset", "legend",
    "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "time", "br", "pre", "dl",
    "dt", "dd", "select", "option", "footer", "em", "b", "textarea", "output", "figure", "hr",
];

/// Panics when there is a tag, or an attribute, that no template of ours has.
pub(super) fn check(page: &str) {
    let mut rest = page;
    let mut scripts = 0;
    while let Some((_, tag)) = rest.split_once('<') {
        let closing = tag.strip_prefix('/');
        let tag = closing.unwrap_or(tag);
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric() && c != '!').expect("a tag ends");
        let (name, attributes) = tag.split_at(end);
        assert!(TAGS.contains(&name), "<{name}: {page}");
        scripts += usize::from(name == "script" && closing.is_none());
        rest = attributes_of(attributes, page);
    }
    assert!(scripts <= 1, "{page}");
    assert_eq!(page.matches("<html").count(), 1, "{page}");
}

/// Reads up to the end of a tag.
fn attributes_of<'a>(mut rest: &'a str, page: &str) -> &'a str {
    loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) {
            return behind;
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != ':');
        let (name, behind) = rest.split_at(end.expect("an attribute ends"));
        assert!(!name.is_empty() && !name.starts_with("on"), "{name:?} in {page}");
        let scripted = ["srcdoc", "style", "formaction"].contains(&name);
        assert!(!scripted, "{name:?} in {page}");
        rest = behind;
        if let Some(value) = rest.strip_prefix("=\"") {
            let (value, behind) = value.split_once('"').expect("a quoted value ends");
            assert!(!value.contains('<'), "{value:?} in {page}");
            let leaves = ["href", "src", "action"].contains(&name)
                && !(value.starts_with('/') && !value.starts_with("//") || value.is_empty());
            assert!(!leaves, "{name}={value:?} in {page}");
            rest = behind;
        }
    }
}
