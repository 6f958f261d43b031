//! What would be destroyed by a restore although no checkpoint holds it.

use std::{
    collections::{HashMap, HashSet},
    io,
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use cap_std::fs::Dir;

use super::Step;
use crate::{
    WorkspaceError,
    checkpoint::{LARGEST, ObjectId, captured::Captured},
    tree::{Kind, Listed, Next, Stat, Walk, is_git, read_file},
};

/// So many are named.
const MOST_NAMED: usize = 10;

/// Fails if there is any. `captured`: how the files looked when the present was recorded.
pub fn find(root: &Dir, steps: &[Step], captured: Option<&Captured>) -> Result<(), WorkspaceError> {
    let going: HashSet<&Path> = steps.iter().filter(|step| step.target.is_none()).map(|step| step.path.as_path()).collect();
    let search = Search { root, going, captured };
    let mut parents = HashMap::new();
    let found: Vec<String> = steps.iter().filter_map(|step| search.obstacle(step, &mut parents)).take(MOST_NAMED + 1).collect();
    if found.is_empty() {
        return Ok(());
    }
    let more = if found.len() > MOST_NAMED { " And there are more." } else { "" };
    let named = found.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(" ");
    Err(WorkspaceError::InTheWay(format!("{named}{more}")))
}

struct Search<'a> {
    root: &'a Dir,
    /// Captured files that are removed first.
    going: HashSet<&'a Path>,
    captured: Option<&'a Captured>,
}

impl Search<'_> {
    fn obstacle(&self, step: &Step, parents: &mut HashMap<PathBuf, bool>) -> Option<String> {
        let path = step.path.display();
        if step.path.iter().any(|name| is_git(name) || name == "..") {
            return Some(format!("{path} is git's own."));
        }
        if step.target.is_some() && !self.can_hold(step.path.parent()?, parents) {
            return Some(format!("Something that no checkpoint holds stands where the directory of {path} belongs."));
        }
        let stat = match self.stat(&step.path, parents) {
            Ok(stat) => stat,
            Err(error) => return Some(format!("It cannot be known what {path} is: {error}.")),
        };
        match (stat, step.present) {
            (None, _) => None,
            (Some(stat), Some(_)) if stat.kind() == Kind::File && stat.size > LARGEST => {
                Some(format!("{path} is too large for a checkpoint as it is."))
            }
            (Some(stat), Some(present)) if stat.kind() != Kind::Directory => {
                let known = self.captured.and_then(|captured| captured.files.get(step.path.as_os_str()));
                let is_unchanged =
                    known.is_some_and(|known| known.looks_like(&stat)) || self.holds(&step.path, &stat, present.id);
                (!is_unchanged).then(|| format!("{path} was changed meanwhile, or cannot be read."))
            }
            (Some(_), Some(_)) => Some(format!("{path} has become a directory meanwhile.")),
            (Some(stat), None) if stat.kind() == Kind::Directory => {
                let other = self.other_in(&step.path)?;
                Some(format!("{path} is a directory in which {other} is in no checkpoint."))
            }
            // As a file that is ignored only since.
            (Some(stat), None) if step.target.is_some_and(|target| self.holds(&step.path, &stat, target.id)) => None,
            (Some(_), None) => Some(format!("There is a file {path} that no checkpoint holds.")),
        }
    }

    /// What is there is what `id` holds.
    fn holds(&self, path: &Path, stat: &Stat, id: ObjectId) -> bool {
        let content = match stat.kind() {
            Kind::File if stat.size <= LARGEST => read_file(self.root, path, LARGEST).ok(),
            Kind::Symlink => self.root.read_link_contents(path).ok().map(|to| to.into_os_string().into_vec()),
            _ => None,
        };
        content.is_some_and(|content| ObjectId::of_blob(&content) == id)
    }

    /// What is at a path, unless it is only there through a symlink, or below a file that goes.
    fn stat(&self, path: &Path, parents: &mut HashMap<PathBuf, bool>) -> io::Result<Option<Stat>> {
        crate::checkpoint::look::stat_inside(self.root, path, parents)
    }

    /// It is a directory, or will be one once the captured files that go have gone.
    fn can_hold(&self, directory: &Path, parents: &mut HashMap<PathBuf, bool>) -> bool {
        directory.ancestors().filter(|path| !path.as_os_str().is_empty()).all(|path| match self.stat(path, parents) {
            Ok(Some(stat)) => stat.kind() == Kind::Directory || self.going.contains(path),
            Ok(None) => true,
            Err(_) => false,
        })
    }

    /// A file in a directory that does not go.
    fn other_in(&self, directory: &Path) -> Option<String> {
        let found = Mutex::new(None);
        Walk { root: self.root, from: directory, ignored: true, git: false, stats: false }.run(|listed: Listed| {
            let other = match &listed.entries {
                Ok(_) if listed.is_repository => Some(listed.path.join(".git")),
                Ok(entries) => entries
                    .iter()
                    .filter(|entry| entry.kind != Kind::Directory)
                    .map(|entry| listed.path.join(&entry.name))
                    .find(|path| !self.going.contains(path.as_path())),
                Err(_) => Some(listed.path.clone()),
            };
            let Some(other) = other else { return Next::Go };
            *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(other.display().to_string());
            Next::Stop
        });
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
