use std::{
    collections::{HashMap, HashSet},
    ffi::OsStr,
    fs::{self, File},
    os::fd::AsFd,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use cap_std::fs::Dir;

use super::{
    Checkpoints, NotCaptured, Reason, Recorded, blocking, borrow,
    captured::Captured,
    content::{Content, Reader},
    look::{Look, stat_inside},
    object::Objects,
    trees,
    user_index::UserRepository,
};
use crate::{WorkspaceError, tree::Stat};

/// Bytes that a record reads at most.
const MOST_READ: u64 = 16 << 30;

/// Files that are written into one.
const MANY: usize = 100;

/// A record that is being made. Nobody else makes one in the same repository meanwhile.
struct Recording {
    ours: Checkpoints,
    root: Arc<Dir>,
    /// Nanoseconds since 1970.
    since: i64,
    captured: Captured,
    look: Look,
    theirs: Vec<UserRepository>,
    /// What was captured last is not to be trusted as a whole.
    rebuild: bool,
    /// What is remembered has changed.
    learned: bool,
    _lock: File,
}

impl Checkpoints {
    /// Records what is in the work tree. Where nothing was changed since the last time this costs no more than
    /// looking at every file's time; else files that differ are read.
    ///
    /// Files that come and go meanwhile are recorded as either. What cannot be captured is told, and fails nothing.
    pub async fn record(&self) -> Result<Recorded, WorkspaceError> {
        let ours = self.clone();
        let mut recording = blocking(move || Recording::begin(ours)).await?;
        recording.check_borrowed().await?;
        recording.ask_user_indexes().await?;
        blocking(move || recording.finish()).await
    }

    pub(super) fn captured_file(&self) -> PathBuf {
        self.directory().join("captured")
    }
}

impl Recording {
    fn begin(ours: Checkpoints) -> Result<Self, WorkspaceError> {
        ours.repository.create()?;
        let root = ours.open_work_tree()?;
        let lock = File::create(ours.directory().join("lock")).map_err(WorkspaceError::io("lock the checkpoints"))?;
        lock.lock().map_err(WorkspaceError::io("lock the checkpoints"))?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as i64);
        let captured = Captured::load(&ours.captured_file());
        let mut rebuild = captured.is_none();
        let mut captured = captured.unwrap_or_default();
        let look = Look::at(&root)?;
        let boot = boot();
        if captured.boot != boot {
            // Written before the power was lost, perhaps, and never come to the disk.
            let objects = ours.repository.objects();
            captured.files.retain(|_, file| file.borrowed || objects.has(file.id));
            captured.boot = boot;
            rebuild = true;
        }
        let theirs = look.repositories.iter().filter_map(|path| UserRepository::find(&ours.work_tree, path)).collect();
        Ok(Self { ours, root: Arc::new(root), since, captured, look, theirs, rebuild, learned: false, _lock: lock })
    }

    async fn check_borrowed(&mut self) -> Result<(), WorkspaceError> {
        let at = borrow::packs_changed_at(&self.ours.repository);
        if at != self.captured.borrowed_at {
            borrow::check(&self.ours.repository, &mut self.captured).await?;
            self.captured.borrowed_at = at;
            self.rebuild = true;
        }
        Ok(())
    }

    /// Adds what is tracked although it is ignored, and takes over what need not be read.
    async fn ask_user_indexes(&mut self) -> Result<(), WorkspaceError> {
        let is_new = self.captured.indexes.len() != self.theirs.len()
            || self.theirs.iter().zip(&self.captured.indexes).any(|(theirs, seen)| theirs.seen != *seen);
        let borrows = self.unread() > borrow::WORTH;
        if !is_new && !borrows && !self.has_newly_ignored() {
            let tracked = std::mem::take(&mut self.captured.tracked);
            self.add_tracked(tracked);
            return Ok(());
        }
        self.learned = true;
        let (mut tracked, mut all) = (Vec::new(), Vec::new());
        for theirs in &self.theirs {
            let known = theirs.known(&self.ours.repository).await;
            tracked.extend(
                known.iter().map(|known| known.path.clone()).filter(|path| !self.look.files.contains_key(path.as_os_str())),
            );
            all.push(known);
        }
        self.captured.indexes = self.theirs.iter().map(|theirs| theirs.seen.clone()).collect();
        self.add_tracked(tracked);
        if borrows {
            for (theirs, known) in self.theirs.iter().zip(&all) {
                if !borrow::converts(&self.root, theirs, known) {
                    borrow::seed(&self.ours.repository, theirs, known, &self.look.files, &mut self.captured).await?;
                }
            }
            self.captured.borrowed_at = borrow::packs_changed_at(&self.ours.repository);
        }
        Ok(())
    }

    /// Bytes of the files that differ from what was captured.
    fn unread(&self) -> u64 {
        let differs = |path: &OsStr, stat: &Stat| self.captured.files.get(path).is_none_or(|file| !file.is_of(stat));
        self.look.files.iter().filter(|(path, stat)| differs(path, stat)).map(|(_, stat)| stat.size).sum()
    }

    /// Something was captured, is still there, and was passed over: it is ignored now, and may be tracked.
    fn has_newly_ignored(&self) -> bool {
        let known: HashSet<&OsStr> = self.captured.tracked.iter().map(|path| path.as_os_str()).collect();
        let passed =
            self.captured.files.keys().filter(|path| !self.look.files.contains_key(*path) && !known.contains(path.as_os_str()));
        passed.into_iter().any(|path| Stat::at(self.root.as_fd(), path).is_ok())
    }

    fn add_tracked(&mut self, tracked: Vec<PathBuf>) {
        let mut directories = HashMap::new();
        for path in tracked {
            if let Some(stat) = stat_inside(&self.root, &path, &mut directories) {
                self.look.add(path.clone(), stat);
                self.captured.tracked.push(path);
            }
        }
    }

    fn finish(mut self) -> Result<Recorded, WorkspaceError> {
        let before = self.captured.files.len();
        let (files, closed) = (&self.look.files, &self.look.closed);
        let is_closed = |path: &OsStr| closed.iter().any(|closed| Path::new(path).starts_with(closed));
        self.captured.files.retain(|path, _| files.contains_key(path) || is_closed(path));
        let is_fewer = self.captured.files.len() != before;
        let differs: Vec<(PathBuf, Stat)> = files
            .iter()
            .filter(|(path, stat)| self.captured.files.get(*path).is_none_or(|file| !file.is_of(stat)))
            .map(|(path, stat)| (PathBuf::from(path), *stat))
            .collect();
        if self.rebuild || is_fewer || !differs.is_empty() {
            let mut objects = self.ours.repository.objects();
            if differs.len() > MANY || (self.rebuild && self.captured.files.len() > MANY) {
                objects = objects.for_many().map_err(WorkspaceError::io("write a checkpoint"))?;
            }
            self.read(&differs, &objects)?;
            let tree = trees::write(&objects, &self.captured.files).and_then(|tree| objects.finish().map(|()| tree));
            self.captured.tree = tree.map_err(WorkspaceError::io("write a checkpoint"))?;
            self.learned = true;
        }
        if self.learned {
            self.captured.save(&self.ours.captured_file()).map_err(WorkspaceError::io("write a checkpoint"))?;
        }
        let mut not_captured = self.look.not_captured;
        not_captured.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Recorded { tree: self.captured.tree.to_string(), not_captured })
    }

    fn read(&mut self, differs: &[(PathBuf, Stat)], objects: &Objects) -> Result<(), WorkspaceError> {
        let bytes: u64 = differs.iter().map(|(_, stat)| stat.size).sum();
        if bytes > MOST_READ {
            return Err(WorkspaceError::TooLarge(format!("{} GB would have to be read.", bytes >> 30)));
        }
        let reader = Reader { root: &self.root, objects, since: self.since };
        for (number, content) in reader.read(differs).map_err(WorkspaceError::io("write a checkpoint"))? {
            let (path, stat) = &differs[number];
            match content {
                Ok(Content::Captured(capture)) => {
                    self.captured.files.insert(path.clone().into_os_string(), capture);
                    continue;
                }
                Ok(Content::Gone) => {}
                Ok(Content::TooLarge(size)) => self.look.not_captured.push(NotCaptured::new(path, size, Reason::TooLarge)),
                Ok(Content::Special) => self.look.not_captured.push(NotCaptured::new(path, 0, Reason::Special)),
                // What was captured of it stays.
                Err(_) => {
                    self.look.not_captured.push(NotCaptured::new(path, stat.size, Reason::Unreadable));
                    continue;
                }
            }
            self.captured.files.remove(path.as_os_str());
        }
        Ok(())
    }
}

/// Another one after each start of the machine, where the system tells.
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}
