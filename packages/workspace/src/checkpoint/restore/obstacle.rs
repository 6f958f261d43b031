//! What would be destroyed by a restore although no checkpoint holds it.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use cap_std::fs::Dir;

use super::Step;
use crate::{
    WorkspaceError,
    checkpoint::{LARGEST, ObjectId, captured::Captured},
    tree::{Kind, Listed, Next, Stat, Walk, is_git},
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
        let stat = self.stat(&step.path, parents);
        match (stat, step.present) {
            (None, _) => None,
            (Some(stat), Some(_)) if stat.kind() != Kind::Directory => {
                let known = self.captured.and_then(|captured| captured.files.get(step.path.as_os_str()));
                let is_changed = known.is_some_and(|known| !known.looks_like(&stat));
                is_changed.then(|| format!("{path} was changed meanwhile."))
            }
            (Some(_), Some(_)) => Some(format!("{path} has become a directory meanwhile.")),
            (Some(stat), None) if stat.kind() == Kind::Directory => {
                let other = self.other_in(&step.path)?;
                Some(format!("{path} is a directory in which {other} is in no checkpoint."))
            }
            (Some(stat), None) if self.is_the_same(step, &stat) => None,
            (Some(_), None) => Some(format!("There is a file {path} that no checkpoint holds.")),
        }
    }

    /// What is there is what belongs there, as a file that is ignored only since.
    fn is_the_same(&self, step: &Step, stat: &Stat) -> bool {
        let is_small = stat.kind() == Kind::File && stat.size <= LARGEST;
        is_small
            && self
                .root
                .read(&step.path)
                .is_ok_and(|content| step.target.is_some_and(|target| target.id == ObjectId::of_blob(&content)))
    }

    /// What is at a path, unless it is only there through a symlink, or below a file that goes.
    fn stat(&self, path: &Path, parents: &mut HashMap<PathBuf, bool>) -> Option<Stat> {
        crate::checkpoint::look::stat_inside(self.root, path, parents)
    }

    /// It is a directory, or will be one once the captured files that go have gone.
    fn can_hold(&self, directory: &Path, parents: &mut HashMap<PathBuf, bool>) -> bool {
        directory.ancestors().filter(|path| !path.as_os_str().is_empty()).all(|path| match self.stat(path, parents) {
            Some(stat) => stat.kind() == Kind::Directory || self.going.contains(path),
            None => true,
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
