use std::{
    collections::{HashMap, HashSet},
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use cap_std::fs::Dir;

use super::{
    Checkpoints, NotCaptured, Reason, Recorded, blocking, borrow,
    captured::{Capture, Captured},
    content::{Content, Reader},
    look::{Look, stat_inside},
    object::Objects,
    trees,
    turn::Turn,
    user_index::{Known, UserRepository},
};
use crate::{GitError, WorkspaceError, tree::Stat};

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
    /// Captured files of which we do not have what was captured any more.
    lost: HashSet<OsString>,
    _turn: Turn,
}

/// What the user's indexes say.
struct Asked {
    /// Of each repository.
    known: Vec<Vec<Known>>,
    /// There is so much to read that it is worth taking over what they know.
    borrows: bool,
}

impl Checkpoints {
    /// Records what is in the work tree. Where nothing was changed since the last time this costs no more than
    /// looking at every file's time; else files that differ are read.
    ///
    /// Files that come and go meanwhile are recorded as either. What cannot be captured is told, and fails nothing.
    pub async fn record(&self) -> Result<Recorded, WorkspaceError> {
        let turn = Turn::at(&self.repository).await?;
        let ours = self.clone();
        let mut recording = blocking(move || Recording::begin(ours, turn)).await?;
        recording.remember().await?;
        recording.check_borrowed().await?;
        let known = recording.ask_user_indexes().await;
        let (mut recording, known) = blocking(move || Ok(recording.look_again(known))).await?;
        recording.borrow(known).await?;
        blocking(move || recording.finish()).await
    }

    pub(super) fn captured_file(&self) -> PathBuf {
        self.directory().join("captured")
    }
}

impl Recording {
    fn begin(ours: Checkpoints, turn: Turn) -> Result<Self, WorkspaceError> {
        let root = ours.open_work_tree()?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as i64);
        ours.repository.check_lenders()?;
        let captured = Captured::load(&ours.captured_file());
        let rebuild = captured.is_none();
        let captured = captured.unwrap_or_default();
        let look = Look::at(&root)?;
        let theirs = look.repositories.iter().filter_map(|path| UserRepository::find(&ours.work_tree, path)).collect();
        let (root, lost) = (Arc::new(root), HashSet::new());
        let mut recording = Self { ours, root, since, captured, look, theirs, rebuild, learned: false, lost, _turn: turn };
        let boot = boot();
        if recording.captured.boot != boot {
            // Written before the power was lost, perhaps, and never come to the disk.
            let objects = recording.ours.repository.objects();
            let files = recording.captured.files.iter().filter(|(_, file)| !file.borrowed && !objects.has(file.id));
            let lost = files.map(|(path, _)| path.clone()).collect();
            recording.lose(lost);
            recording.captured.boot = boot;
            recording.rebuild = true;
        }
        Ok(recording)
    }

    /// These are read again, if they can be.
    fn lose(&mut self, lost: Vec<OsString>) {
        for path in lost {
            if let Some(file) = self.captured.files.get_mut(&path) {
                file.fresh = true;
            }
            self.lost.insert(path);
        }
    }

    /// Where nothing is remembered, what was kept last was captured.
    async fn remember(&mut self) -> Result<(), WorkspaceError> {
        let ours = self.ours.repository.clone();
        if !self.captured.files.is_empty() || !self.rebuild {
            return Ok(());
        }
        let Some(kept) = blocking(move || Ok(ours.last_kept())).await? else { return Ok(()) };
        let listing = match self.ours.git("ls-tree").args(["-r", "-z", "--full-tree", &kept.to_string()]).output().await {
            Err(error @ (GitError::Failed { .. } | GitError::TimedOut { .. })) => {
                tracing::warn!(%error, "what was captured last is not known any more");
                return Ok(());
            }
            listing => listing?,
        };
        let files = listing.split(|byte| *byte == 0).filter_map(Capture::listed);
        self.captured.files.extend(files);
        // None of it is known to be there.
        self.captured.borrowed_at = i64::MIN;
        Ok(())
    }

    async fn check_borrowed(&mut self) -> Result<(), WorkspaceError> {
        let at = borrow::packs_changed_at(&self.ours.repository);
        if at != self.captured.borrowed_at {
            let lost = borrow::lost(&self.ours.repository, &self.captured).await?;
            self.lose(lost);
            self.captured.borrowed_at = at;
            self.rebuild = true;
        }
        Ok(())
    }

    /// Asks what is tracked although it is ignored, and what need not be read. `None`: there is nothing to ask.
    async fn ask_user_indexes(&mut self) -> Option<Asked> {
        let is_new = self.captured.indexes.len() != self.theirs.len()
            || self.theirs.iter().zip(&self.captured.indexes).any(|(theirs, seen)| theirs.seen != *seen);
        let borrows = self.unread() > borrow::WORTH;
        if !is_new && !borrows {
            return None;
        }
        self.learned = true;
        let mut known = Vec::new();
        for theirs in &self.theirs {
            known.push(theirs.known(&self.ours.repository).await);
        }
        self.captured.indexes = self.theirs.iter().map(|theirs| theirs.seen.clone()).collect();
        Some(Asked { known, borrows })
    }

    /// Adds what the look passed over, as it is ignored, and what is captured all the same: what is tracked, and
    /// what was captured before and is still there. Keeps of `known` what can be taken over.
    fn look_again(mut self, asked: Option<Asked>) -> (Self, Vec<(usize, Vec<Known>)>) {
        if let Some(asked) = &asked {
            let passed = asked.known.iter().flatten().filter(|known| self.look.passed(known.path.as_os_str()));
            // What is not there may come back.
            let is_there = |path: &Path| Stat::at(&*self.root, path).is_ok();
            let tracked = passed.filter(|known| !known.left_out || is_there(&known.path)).map(|known| known.path.clone());
            self.captured.tracked = tracked.collect();
        }
        let before = self.captured.files.keys().filter(|path| self.look.passed(path)).map(PathBuf::from);
        let passed: Vec<PathBuf> = before.chain(self.captured.tracked.iter().cloned()).collect();
        let mut directories = HashMap::new();
        for path in passed {
            let name = path.as_os_str();
            if !self.look.passed(name) {
                continue;
            }
            match stat_inside(&self.root, &path, &mut directories) {
                Ok(Some(stat)) => self.look.add(path, stat),
                Ok(None) => {}
                Err(_) if self.look.is_closed(&path) || !self.captured.files.contains_key(name) => {}
                Err(_) => self.look.add_unfit(path, 0, Reason::Unreadable),
            }
        }
        let known = asked.filter(|asked| asked.borrows).map(|asked| asked.known).unwrap_or_default();
        let known = known.into_iter().enumerate();
        let known = known.filter(|(number, known)| !borrow::converts(&self.root, &self.theirs[*number], known)).collect();
        (self, known)
    }

    async fn borrow(&mut self, known: Vec<(usize, Vec<Known>)>) -> Result<(), WorkspaceError> {
        for (number, known) in &known {
            let theirs = &self.theirs[*number];
            borrow::seed(&self.ours.repository, theirs, known, &self.look.files, &mut self.captured).await?;
        }
        if !known.is_empty() {
            self.captured.borrowed_at = borrow::packs_changed_at(&self.ours.repository);
        }
        Ok(())
    }

    /// Bytes of the files that differ from what was captured.
    fn unread(&self) -> u64 {
        let differs = |path: &OsStr, stat: &Stat| self.captured.files.get(path).is_none_or(|file| !file.is_of(stat));
        self.look.files.iter().filter(|(path, stat)| differs(path, stat)).map(|(_, stat)| stat.size).sum()
    }

    fn finish(mut self) -> Result<Recorded, WorkspaceError> {
        let before = self.captured.files.len();
        let (look, files, lost) = (&self.look, &self.look.files, &self.lost);
        let stays = |path: &OsString| look.unfit.contains(path) || look.is_closed(Path::new(path));
        self.captured.files.retain(|path, _| files.contains_key(path) || (stays(path) && !lost.contains(path)));
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
                Ok(Content::Special) => self.look.not_captured.push(NotCaptured::new(path, 0, Reason::Special)),
                // What was captured of it stays.
                unfit => {
                    let (size, reason) = match unfit {
                        Ok(Content::TooLarge(size)) => (size, Reason::TooLarge),
                        _ => (stat.size, Reason::Unreadable),
                    };
                    self.look.add_unfit(path.clone(), size, reason);
                    if !self.lost.contains(path.as_os_str()) {
                        continue;
                    }
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
