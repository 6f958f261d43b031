//! Which paths are ignored, by git's rules: each directory's `.gitignore`, each repository's `info/exclude`, and
//! the user's own file.
//!
//! The files are read bounded, and only if they are files: git does not follow a `.gitignore` that is a symlink,
//! and one that is a pipe would keep us waiting for ever.

use std::{
    fs,
    os::fd::AsFd,
    path::{Path, PathBuf},
    sync::Arc,
};

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder, gitconfig_excludes_path},
};

use super::{Kind, Stat, read_file_at, read_users_file};

/// Bytes of rules that are read of one file.
const MOST_RULES: u64 = 1 << 20;

/// The rules that hold in a directory: its own and those of the directories above it.
#[derive(Clone)]
pub struct Ignores(Arc<Level>);

struct Level {
    above: Option<Ignores>,
    gitignore: Gitignore,
    exclude: Gitignore,
    /// The user's own, in the top one.
    global: Option<Gitignore>,
    /// The directory itself is ignored, and so is all in it.
    all: bool,
}

impl Ignores {
    /// For a work tree that is open as `root`.
    pub fn top(root: impl AsFd) -> Self {
        Self(Arc::new(Level {
            above: None,
            gitignore: gitignore(&root, Path::new("")),
            exclude: exclude(&root, Path::new("")),
            global: Some(global()),
            all: false,
        }))
    }

    /// For a directory in this one, open as `directory`. `path` counts from the work tree.
    #[must_use]
    pub fn within(&self, directory: impl AsFd, path: &Path, ignored: bool) -> Self {
        if ignored {
            let (gitignore, exclude) = (Gitignore::empty(), Gitignore::empty());
            return Self(Arc::new(Level { above: None, gitignore, exclude, global: None, all: true }));
        }
        let (gitignore, exclude) = (gitignore(&directory, path), exclude(&directory, path));
        if gitignore.is_empty() && exclude.is_empty() {
            return self.clone();
        }
        Self(Arc::new(Level { above: Some(self.clone()), gitignore, exclude, global: None, all: false }))
    }

    /// `path` counts from the work tree and stands in the directory that these rules are of.
    pub fn ignore(&self, path: &Path, is_directory: bool) -> bool {
        if self.0.all {
            return true;
        }
        let path = Path::new("/").join(path);
        let levels = || std::iter::successors(Some(self), |level| level.0.above.as_ref());
        let rules = levels().map(|level| &level.0.gitignore).chain(levels().map(|level| &level.0.exclude));
        for rules in rules.chain(levels().filter_map(|level| level.0.global.as_ref())) {
            match rules.matched(&path, is_directory) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        false
    }
}

fn gitignore(directory: impl AsFd, path: &Path) -> Gitignore {
    rules(directory, ".gitignore", path)
}

fn exclude(directory: impl AsFd, path: &Path) -> Gitignore {
    // A directory with a `.git` file is a second view of a repository, whose rules are read where it stands.
    match Stat::at(&directory, ".git") {
        Ok(stat) if stat.kind() == Kind::Directory => rules(directory, ".git/info/exclude", path),
        _ => Gitignore::empty(),
    }
}

fn rules(directory: impl AsFd, name: &str, path: &Path) -> Gitignore {
    let text = read_file_at(directory, Path::new(name), MOST_RULES).unwrap_or_default();
    build(&text, &Path::new("/").join(path))
}

/// The user's own. Which file it is, is said in files that may not be files either.
fn global() -> Gitignore {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = variable("HOME");
    let config = variable("XDG_CONFIG_HOME").or_else(|| home.as_deref().map(|home| home.join(".config")));
    let system = variable("GIT_CONFIG_SYSTEM").unwrap_or_else(|| PathBuf::from("/etc/gitconfig"));
    let read = [variable("GIT_CONFIG_GLOBAL"), home.map(|home| home.join(".gitconfig")), Some(system)];
    let mut read = read.into_iter().flatten().chain(config.map(|config| config.join("git/config")));
    let is_odd = |path: PathBuf| fs::metadata(path).is_ok_and(|found| !found.is_file() || found.len() > MOST_RULES);
    match read.any(is_odd) {
        true => Gitignore::empty(),
        false => {
            let text = gitconfig_excludes_path().and_then(|path| read_users_file(&path, MOST_RULES).ok());
            build(&text.unwrap_or_default(), Path::new("/"))
        }
    }
}

fn build(text: &[u8], path: &Path) -> Gitignore {
    let mut builder = GitignoreBuilder::new(path);
    for line in String::from_utf8_lossy(text).trim_start_matches('\u{feff}').lines() {
        // What git does not understand, it does not follow either.
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
