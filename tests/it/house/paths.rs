//! Every path that a source text names.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path as the compiler reads it: groups written out, `self` and `super` resolved to `crate`.
///
/// Comments and literals name nothing; code in macros and in tests does. What a macro names by
/// `$crate` stays apart: it is named where the macro is called, most often outside.
#[derive(Debug, PartialEq)]
pub(super) struct Path {
    pub segments: Vec<String>,
    pub line: usize,
}

impl Path {
    /// Whether these segments follow each other somewhere in it.
    pub(super) fn contains(&self, path: &str) -> bool {
        let wanted: Vec<&str> = path.split("::").collect();
        self.segments.windows(wanted.len()).any(|window| window == wanted)
    }
}

/// The paths of a source text that is the module of this name, given from the crate's root down.
pub(super) fn paths(module: &[&str], source: &str) -> Vec<Path> {
    let tokens: TokenStream = source.parse().expect("Rust");
    let mut module = module.iter().map(ToString::to_string).collect();
    let mut found = Vec::new();
    walk(tokens, &mut module, &mut found);
    found
}

fn walk(tokens: TokenStream, module: &mut Vec<String>, found: &mut Vec<Path>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = &tokens[..];
    while let [token, after @ ..] = rest {
        rest = match (token, after) {
            (
                TokenTree::Ident(word),
                [TokenTree::Ident(name), TokenTree::Group(body), after @ ..],
            ) if word == "mod" => {
                module.push(name.to_string());
                walk(body.stream(), module, found);
                module.pop();
                after
            }
            (dollar, [TokenTree::Ident(word), _, _, after @ ..])
                if is(dollar, '$') && word == "crate" =>
            {
                path(after, &["$crate".into()], module, found)
            }
            (TokenTree::Ident(_), _) => path(rest, &[], module, found),
            (TokenTree::Group(group), _) => {
                walk(group.stream(), module, found);
                after
            }
            _ => after,
        };
    }
}

/// Reads the path that the tokens begin with, and returns what comes after it.
fn path<'a>(
    tokens: &'a [TokenTree],
    prefix: &[String],
    module: &[String],
    found: &mut Vec<Path>,
) -> &'a [TokenTree] {
    let mut segments = prefix.to_vec();
    let mut rest = tokens;
    let line = tokens.first().map_or(0, |token| token.span().start().line);
    loop {
        match rest {
            [TokenTree::Ident(name), after @ ..] => {
                segments.push(name.to_string());
                rest = after;
            }
            [TokenTree::Group(group), after @ ..] if group.delimiter() == Delimiter::Brace => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                for item in inside.split(|token| is(token, ',')).filter(|item| !item.is_empty()) {
                    path(item, &segments, module, found);
                }
                return after;
            }
            [token, after @ ..] if is(token, '*') => {
                segments.push("*".into());
                rest = after;
            }
            _ => break,
        }
        match rest {
            [one, two, after @ ..] if is(one, ':') && is(two, ':') => rest = after,
            _ => break,
        }
    }
    found.push(Path { segments: resolved(segments, module), line });
    rest
}

fn is(token: &TokenTree, punctuation: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == punctuation)
}

fn resolved(segments: Vec<String>, module: &[String]) -> Vec<String> {
    let up = segments.iter().take_while(|segment| *segment == "super").count();
    let here = segments.first().is_some_and(|segment| segment == "self") && segments.len() > 1;
    if up == 0 && !here {
        return segments;
    }
    let base = &module[..module.len().saturating_sub(up)];
    let rest = segments.into_iter().skip(up.max(usize::from(here)));
    std::iter::once("crate".into()).chain(base.iter().cloned()).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let paths = paths(&["domain", "totp"], source);
        let paths = paths.into_iter().filter(|path| path.segments.len() > 1);
        paths.map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn groups_are_written_out() {
        let names = found("use crate::{domain::{A, b::C}, service::*, ports as p};");
        let expected =
            ["crate::domain::A", "crate::domain::b::C", "crate::service::*", "crate::ports"];
        assert_eq!(names, expected);
    }

    #[test]
    fn super_is_resolved_from_where_it_stands() {
        assert_eq!(found("use super::id::Subject;"), ["crate::domain::id::Subject"]);
        assert_eq!(found("use super::super::service::Mfa;"), ["crate::service::Mfa"]);
        let nested = "mod tests { use super::super::super::{service, x::y}; }";
        assert_eq!(found(nested), ["crate::service", "crate::x::y"]);
        assert_eq!(found("fn f() { self::g() }"), ["crate::domain::totp::g"]);
    }

    #[test]
    fn macros_signatures_and_attributes_are_read_and_comments_and_literals_are_not() {
        let names = found("fn f() -> Option<crate::a::B> { m!(x, crate::c::d(), $crate::e) }");
        assert_eq!(names, ["crate::a::B", "crate::c::d", "$crate::e"]);
        assert_eq!(found("#[cfg(test)] fn f() { g::<std::time::Instant>() }").len(), 1);
        assert!(found("/// [`crate::a`]\n// crate::b\nconst X: &str = \"crate::c\";").is_empty());
    }

    #[test]
    fn a_path_knows_its_line_and_its_parts() {
        let paths = paths(&[], "\nfn f() { chrono::Utc::now() }");
        let now = paths.iter().find(|path| path.contains("Utc::now")).expect("named");
        assert_eq!(now.line, 2);
        assert!(!now.contains("Utc::no") && !now.contains("now::Utc"));
    }
}
