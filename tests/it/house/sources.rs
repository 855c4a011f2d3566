//! The files of the source tree.

use std::fs;
use std::path::{Path, PathBuf};

/// One file: its path from the package's root, and its text.
#[derive(Debug)]
pub(super) struct Source {
    pub path: PathBuf,
    pub text: String,
}

impl Source {
    /// The module that a file below `src` is, from the crate's root down; empty for the root.
    ///
    /// A test module that is too long for its file lies beside it: `judge_tests.rs` is
    /// `judge::tests` where there is a `judge.rs`.
    pub(super) fn module(&self) -> Vec<&str> {
        let below = self.path.iter().skip_while(|name| *name != "src").skip(1);
        let names = below.map(|name| name.to_str().expect("UTF-8"));
        let names = names.map(|name| name.strip_suffix(".rs").unwrap_or(name));
        let mut module: Vec<&str> = names.filter(|name| *name != "mod" && *name != "lib").collect();
        let tested = module.last().and_then(|name| name.strip_suffix("_tests"));
        if let Some(tested) = tested.filter(|name| self.has_beside(name)) {
            module.pop();
            module.extend([tested, "tests"]);
        }
        module
    }

    fn has_beside(&self, name: &str) -> bool {
        root().join(self.path.with_file_name(name)).with_extension("rs").exists()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below these directories of the package, in order of their paths.
pub(super) fn sources(directories: &[&str]) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    for directory in directories {
        collect(root, &root.join(directory), &mut found);
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn collect(root: &Path, directory: &Path, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries {
        let path = entry.expect("a readable directory").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let path = path.strip_prefix(root).expect("below the root").to_path_buf();
            found.push(Source { path, text });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_module_of_its_path() {
        let module = |path: &str| {
            let source = Source { path: path.into(), text: String::new() };
            source.module().join("::")
        };
        assert_eq!(module("src/domain/factor/totp/code.rs"), "domain::factor::totp::code");
        assert_eq!(module("src/domain/factor/totp/mod.rs"), "domain::factor::totp");
        assert_eq!(module("src/memory.rs"), "memory");
        assert_eq!(module("src/lib.rs"), "");
        assert_eq!(module("adapters/sqlx/src/sqlite/sql.rs"), "sqlite::sql");
        assert_eq!(
            module("src/domain/factor/totp/judge_tests.rs"),
            "domain::factor::totp::judge::tests"
        );
        assert_eq!(
            module("src/domain/factor/totp/nothing_tests.rs"),
            "domain::factor::totp::nothing_tests"
        );
    }
}
