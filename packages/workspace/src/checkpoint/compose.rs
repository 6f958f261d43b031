//! Trees within trees: a workspace of several repositories has each in a directory of its own.

use super::{Checkpoints, object::ObjectId, parse, repository::gone};
use crate::{WorkspaceError, git::Input};

impl Checkpoints {
    /// The tree of the directory at `path`, or `None` if there is no directory. `""` is the tree itself.
    pub async fn subtree(&self, tree: &str, path: &str) -> Result<Option<String>, WorkspaceError> {
        let mut tree = parse(tree)?;
        for name in names(path)? {
            let level = self.level(tree).await?;
            match level.iter().find(|entry| entry.is(name)).and_then(Entry::tree) {
                Some(next) => tree = next,
                None => return Ok(None),
            }
        }
        Ok(Some(tree.to_string()))
    }

    /// `tree` with `subtree` as what stands at `path`, instead of whatever stood there.
    pub async fn with_subtree(&self, tree: &str, path: &str, subtree: &str) -> Result<String, WorkspaceError> {
        let (mut levels, mut next) = (Vec::new(), Some(parse(tree)?));
        let names = names(path)?;
        for name in &names {
            let level = match next {
                Some(tree) => self.level(tree).await?,
                None => Vec::new(),
            };
            next = level.iter().find(|entry| entry.is(name)).and_then(Entry::tree);
            levels.push(level);
        }
        let mut inner = parse(subtree)?;
        for (name, mut level) in names.into_iter().zip(levels).rev() {
            level.retain(|entry| !entry.is(name));
            level.push(Entry(format!("040000 tree {inner}\t{name}").into_bytes()));
            inner = self.make(&level).await?;
        }
        Ok(inner.to_string())
    }

    /// Trees of another repository of ours, whose objects stay, can be compared with from now on. `objects`: its
    /// directory of objects.
    pub fn borrow_from(&self, objects: &std::path::Path) -> Result<(), WorkspaceError> {
        match self.repository.add_alternate(objects)? {
            true => Ok(()),
            false => Err(WorkspaceError::CheckpointGone(format!("{} cannot be borrowed from.", objects.display()))),
        }
    }

    /// The tree without anything in it.
    pub fn empty_tree(&self) -> Result<String, WorkspaceError> {
        self.repository.create()?;
        let id = self.repository.objects().write_tree(&[]).map_err(WorkspaceError::io("write a checkpoint"))?;
        Ok(id.to_string())
    }

    async fn level(&self, tree: ObjectId) -> Result<Vec<Entry>, WorkspaceError> {
        let listing = self.git("ls-tree").args(["-z", &tree.to_string()]).output().await.map_err(gone)?;
        let entries = listing.split(|byte| *byte == 0).filter(|entry| !entry.is_empty());
        Ok(entries.map(|entry| Entry(entry.to_vec())).collect())
    }

    async fn make(&self, level: &[Entry]) -> Result<ObjectId, WorkspaceError> {
        let input = level.iter().flat_map(|entry| entry.0.iter().copied().chain([0])).collect();
        let made = self.git("mktree").args(["-z", "--missing"]).output_with(Input::Bytes(input)).await.map_err(gone)?;
        parse(String::from_utf8_lossy(&made).trim())
    }
}

/// An entry as git lists it: `mode kind id TAB name`.
struct Entry(Vec<u8>);

impl Entry {
    fn is(&self, name: &str) -> bool {
        self.0.iter().position(|byte| *byte == b'\t').is_some_and(|tab| &self.0[tab + 1..] == name.as_bytes())
    }

    fn tree(&self) -> Option<ObjectId> {
        let head = std::str::from_utf8(self.0.split(|byte| *byte == b'\t').next()?).ok()?;
        ObjectId::parse(head.strip_prefix("040000 tree ")?)
    }
}

pub fn names(path: &str) -> Result<Vec<&str>, WorkspaceError> {
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    match names.iter().any(|name| matches!(*name, "." | "..") || name.contains('\0')) {
        true => Err(WorkspaceError::InvalidPath(format!("{path:?} is not a path in a workspace."))),
        false => Ok(names),
    }
}
