use std::{
    collections::HashSet,
    path::Path,
    sync::{Mutex, PoisonError},
};

use super::Files;
use crate::tree::{Next, Walk};

impl Files {
    /// Bytes on disk of all that is in the workspace, git's own and ignored files too. A file of several names counts
    /// once. What cannot be looked at counts nothing.
    pub fn size(&self) -> u64 {
        let sum = Mutex::new((0u64, HashSet::new()));
        Walk { root: &self.root, from: Path::new(""), ignored: true, git: true, stats: true }.run(|listed| {
            let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
            for stat in listed.entries.unwrap_or_default().iter().filter_map(|entry| entry.stat) {
                let is_directory = stat.kind() == crate::tree::Kind::Directory;
                if is_directory || stat.links < 2 || sum.1.insert((stat.device, stat.inode)) {
                    sum.0 += stat.occupied;
                }
            }
            Next::Go
        });
        sum.into_inner().unwrap_or_else(PoisonError::into_inner).0
    }
}
