//! What of a work tree is to be captured.

use std::{
    collections::{HashMap, HashSet},
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use cap_std::fs::Dir;

use super::{NotCaptured, Reason, content::LARGEST};
use crate::{
    WorkspaceError,
    tree::{Entry, Kind, Listed, Next, Stat, Walk},
};

/// A work tree of more files is not recorded.
const MOST_FILES: usize = 1_000_000;

/// The files and symlinks of a work tree that are not ignored.
#[derive(Default)]
pub struct Look {
    pub files: HashMap<OsString, Stat>,
    pub not_captured: Vec<NotCaptured>,
    /// Directories with a repository of the user's.
    pub repositories: Vec<PathBuf>,
    /// Directories into which we may not look.
    pub closed: Vec<PathBuf>,
    /// Files that are there and cannot be captured as they are.
    pub unfit: HashSet<OsString>,
}

impl Look {
    pub fn at(root: &Dir) -> Result<Self, WorkspaceError> {
        let look = Mutex::new(Self::default());
        Walk { root, from: Path::new(""), ignored: false, git: false, stats: true }.run(|listed| {
            let mut one = Self::default();
            one.take(listed);
            let mut look = look.lock().unwrap_or_else(PoisonError::into_inner);
            look.files.extend(one.files);
            look.not_captured.append(&mut one.not_captured);
            look.repositories.append(&mut one.repositories);
            look.closed.append(&mut one.closed);
            look.unfit.extend(one.unfit);
            if look.files.len() > MOST_FILES { Next::Stop } else { Next::Go }
        });
        let mut look = look.into_inner().unwrap_or_else(PoisonError::into_inner);
        if look.files.len() > MOST_FILES {
            return Err(WorkspaceError::TooLarge(format!("There are more than {MOST_FILES} files in it.")));
        }
        if look.closed.iter().any(|path| path.as_os_str().is_empty()) {
            return Err(WorkspaceError::NotFound("directory".to_owned()));
        }
        look.repositories.sort();
        Ok(look)
    }

    fn take(&mut self, listed: Listed) {
        if listed.is_repository {
            self.repositories.push(listed.path.clone());
        }
        match listed.entries {
            Ok(entries) => entries.into_iter().for_each(|entry| self.take_entry(&listed.path, entry)),
            // Removed meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !listed.path.as_os_str().is_empty() => {}
            Err(_) => {
                self.not_captured.push(NotCaptured::new(&listed.path, 0, Reason::Unreadable));
                self.closed.push(listed.path);
            }
        }
    }

    /// It was not found, or not looked for.
    pub fn passed(&self, path: &OsStr) -> bool {
        !self.files.contains_key(path) && !self.unfit.contains(path)
    }

    /// It is in a directory into which we may not look.
    pub fn is_closed(&self, path: &Path) -> bool {
        self.closed.iter().any(|closed| path.starts_with(closed))
    }

    fn take_entry(&mut self, directory: &Path, entry: Entry) {
        let Some(stat) = entry.stat else { return };
        self.add(directory.join(&entry.name), stat);
    }

    pub fn add_unfit(&mut self, path: PathBuf, size: u64, reason: Reason) {
        self.not_captured.push(NotCaptured::new(&path, size, reason));
        self.unfit.insert(path.into_os_string());
    }

    pub fn add(&mut self, path: PathBuf, stat: Stat) {
        match stat.kind() {
            Kind::Directory => {}
            Kind::Other => self.not_captured.push(NotCaptured::new(&path, 0, Reason::Special)),
            Kind::File if stat.size > LARGEST => self.add_unfit(path, stat.size, Reason::TooLarge),
            Kind::File | Kind::Symlink => {
                self.files.insert(path.into_os_string(), stat);
            }
        }
    }
}

/// A path, as it is: `None` if it is not there, or only through a symlink. `Err`: that cannot be known.
pub fn stat_inside(root: &Dir, path: &Path, directories: &mut HashMap<PathBuf, bool>) -> io::Result<Option<Stat>> {
    match path.parent() {
        Some(parent) if is_directory(root, parent, directories)? => stat(root, path),
        _ => Ok(None),
    }
}

fn is_directory(root: &Dir, path: &Path, known: &mut HashMap<PathBuf, bool>) -> io::Result<bool> {
    let Some(parent) = path.parent() else { return Ok(true) };
    if let Some(known) = known.get(path) {
        return Ok(*known);
    }
    let is = is_directory(root, parent, known)? && stat(root, path)?.is_some_and(|stat| stat.kind() == Kind::Directory);
    known.insert(path.to_owned(), is);
    Ok(is)
}

fn stat(root: &Dir, path: &Path) -> io::Result<Option<Stat>> {
    match Stat::at(root, path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        stat => stat.map(Some),
    }
}
