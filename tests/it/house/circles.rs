//! Circles of files: a file that names a file that, over some others, names the first.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::paths;
use super::sources::Source;

type Module = Vec<String>;

/// The modules of one circle, if there is any. What only tests name is left out.
///
/// A folder's `mod.rs` names the files that it shows, so that a file of the folder which names
/// something through its own `mod.rs` closes a circle.
pub(super) fn circle(sources: &[Source]) -> Option<Vec<String>> {
    let sources: Vec<&Source> = sources.iter().filter(|source| !is_test(source)).collect();
    let modules: BTreeSet<Module> = sources.iter().map(|source| module(source)).collect();
    let mut arrows: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for source in sources {
        let from = module(source);
        let mut to = named(source, &modules);
        to.extend(modules.iter().filter(|child| shown_by(&from, child)).cloned());
        to.remove(&from);
        arrows.insert(from, to);
    }
    // Whoever names nothing that is left is in no circle.
    loop {
        let left: BTreeSet<Module> = arrows.keys().cloned().collect();
        arrows.values_mut().for_each(|to| to.retain(|module| left.contains(module)));
        arrows.retain(|_, to| !to.is_empty());
        if arrows.len() == left.len() {
            break;
        }
    }
    let mut walked: Vec<&Module> = vec![arrows.keys().next()?];
    loop {
        let next = arrows[*walked.last()?].first()?;
        if let Some(start) = walked.iter().position(|module| *module == next) {
            return Some(walked[start..].iter().map(|module| module.join("::")).collect());
        }
        walked.push(next);
    }
}

/// The files whose modules a file names: of each path the longest part that is one.
fn named(source: &Source, modules: &BTreeSet<Module>) -> BTreeSet<Module> {
    let text = source.text.split("#[cfg(test)]").next().unwrap_or_default();
    let found = paths(&source.module(), text).into_iter();
    let inside = found.filter(|path| path.segments.first().is_some_and(|root| root == "crate"));
    let own = module(source);
    let longest = inside.filter_map(|path| {
        let segments = &path.segments[1..];
        // `pub(super)` says who may name it, and names nothing itself.
        if own.starts_with(segments) {
            return None;
        }
        let mut lengths = (1..=segments.len()).rev();
        lengths.find_map(|length| modules.get(&segments[..length])).cloned()
    });
    longest.collect()
}

fn shown_by(folder: &Module, child: &Module) -> bool {
    child.len() == folder.len() + 1 && child.starts_with(folder)
}

fn module(source: &Source) -> Module {
    source.module().into_iter().map(Into::into).collect()
}

/// Files that are compiled for tests alone.
fn is_test(source: &Source) -> bool {
    let name = source.path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    ["tests", "properties", "sample"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::super::planted::file;
    use super::*;

    #[test]
    fn a_circle_is_found_however_long_it_is() {
        let a = || file("src/a.rs", "use crate::b::c::X;");
        let c = |text| file("src/b/c.rs", text);
        let b = || file("src/b/mod.rs", "mod c; pub use c::X;");
        assert_eq!(circle(&[a(), b(), c("use crate::d::Y;"), file("src/d.rs", "")]), None);
        assert_eq!(circle(&[a(), c("use crate::a::Y;")]), Some(vec!["a".into(), "b::c".into()]));
        let d = file("src/d.rs", "fn f() { super::a::g() }");
        let long = circle(&[a(), b(), c("use crate::d::Y;"), d]);
        assert_eq!(long.map(|files| files.len()), Some(3));
        let through_its_folder = circle(&[b(), c("use super::X;")]);
        assert_eq!(through_its_folder, Some(vec!["b".into(), "b::c".into()]));
        assert_eq!(circle(&[a(), b(), c("pub(super) fn f() {}")]), None);
        let tested = "#[cfg(test)] mod tests { use crate::a::Y; }";
        assert_eq!(circle(&[a(), b(), c(tested)]), None);
    }
}
