//! The files that differ between two trees. Trees never change, so a list that was made is kept for the pages after.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::Status;
use crate::{
    Checkpoints, WorkspaceError,
    checkpoint::{ObjectId, gone},
};

/// Bytes of the lists that are kept, of all workspaces together: one or two of the largest, or hundreds of small ones.
const MOST_KEPT: usize = 256 << 20;

/// A file that differs.
#[derive(Clone, Debug)]
pub struct Change {
    pub path: Vec<u8>,
    /// Of a file that was renamed.
    pub old_path: Option<Vec<u8>>,
    pub status: Status,
    pub old: Option<Side>,
    pub new: Option<Side>,
    /// Lines added and deleted; `None` for a binary file.
    pub lines: Option<(u64, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    pub mode: u32,
    pub id: ObjectId,
}

impl Change {
    /// Either of its paths is `path` or in it.
    pub fn is_in(&self, path: &[u8]) -> bool {
        let is_in = |own: &[u8]| own.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest[0] == b'/');
        is_in(&self.path) || self.old_path.as_deref().is_some_and(is_in)
    }

    pub fn changed_lines(&self) -> u64 {
        self.lines.map_or(0, |(added, deleted)| added + deleted)
    }
}

type Key = (PathBuf, ObjectId, ObjectId);
static KEPT: Mutex<VecDeque<(Key, Arc<Vec<Change>>)>> = Mutex::new(VecDeque::new());

pub async fn list(checkpoints: &Checkpoints, from: ObjectId, to: ObjectId) -> Result<Arc<Vec<Change>>, WorkspaceError> {
    let key = (checkpoints.directory().to_owned(), from, to);
    if let Some(kept) = kept(&key) {
        return Ok(kept);
    }
    let git = checkpoints.git("diff-tree").args(["-r", "-z", "-M", "--raw", "--numstat", "--abbrev=40", "--no-ext-diff"]);
    let git = git.args(["--no-textconv", &from.to_string(), &to.to_string()]).timeout(Duration::from_secs(120));
    let listing = git.output().await.map_err(gone)?;
    let changes = Arc::new(parse(&listing).ok_or_else(|| WorkspaceError::CheckpointGone("git told of it oddly".to_owned()))?);
    keep(key, changes.clone());
    Ok(changes)
}

fn kept(key: &Key) -> Option<Arc<Vec<Change>>> {
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let at = all.iter().position(|(other, _)| other == key)?;
    let found = all.remove(at)?;
    let changes = found.1.clone();
    all.push_front(found);
    Some(changes)
}

/// Those that were not asked for longest go.
fn keep(key: Key, changes: Arc<Vec<Change>>) {
    if bytes(&changes) > MOST_KEPT {
        return;
    }
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    // Somebody else made it meanwhile, perhaps.
    all.retain(|(other, _)| *other != key);
    all.push_front((key, changes));
    let mut sum = 0;
    all.retain(|(_, changes)| {
        sum += bytes(changes);
        sum <= MOST_KEPT
    });
}

/// In memory.
fn bytes(changes: &[Change]) -> usize {
    let paths = changes.iter().map(|change| change.path.len() + change.old_path.as_ref().map_or(0, Vec::len));
    // A short one counts, too.
    (64 << 10) + size_of_val(changes) + paths.map(|bytes| bytes + 32).sum::<usize>()
}

/// First every file with its modes and ids, then every file in the same order with its lines.
fn parse(listing: &[u8]) -> Option<Vec<Change>> {
    let mut parts = listing.split(|byte| *byte == 0);
    let (mut changes, mut part) = (Vec::new(), parts.next()?);
    while let Some(head) = part.strip_prefix(b":") {
        let head = std::str::from_utf8(head).ok()?;
        let mut words = head.split(' ');
        let modes = [words.next()?, words.next()?];
        let ids = [words.next()?, words.next()?];
        let letter = words.next()?.chars().next()?;
        let side = |number: usize| {
            let mode = u32::from_str_radix(modes[number], 8).ok()?;
            Some((mode != 0).then_some(Side { mode, id: ObjectId::parse(ids[number])? }))
        };
        let (old, new) = (side(0)?, side(1)?);
        let first = parts.next()?.to_vec();
        let (path, old_path) = match letter {
            'R' | 'C' => (parts.next()?.to_vec(), Some(first)),
            _ => (first, None),
        };
        let status = match letter {
            'A' => Status::Added,
            'D' => Status::Deleted,
            'R' | 'C' => Status::Renamed,
            'T' => Status::TypeChanged,
            _ => Status::Modified,
        };
        changes.push(Change { path, old_path, status, old, new, lines: None });
        part = parts.next()?;
    }
    for change in &mut changes {
        let mut words = part.splitn(3, |byte| *byte == b'\t');
        let mut count = || std::str::from_utf8(words.next()?).ok()?.parse().ok();
        change.lines = count().zip(count());
        if words.next()?.is_empty() {
            // A rename: both paths follow.
            parts.nth(1)?;
        }
        part = parts.next()?;
    }
    Some(changes)
}
