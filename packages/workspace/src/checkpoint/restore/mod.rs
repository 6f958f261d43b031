//! Putting a checkpoint back: only captured files that differ are touched, and nothing that no checkpoint holds is
//! destroyed. Whether that is possible is found out before anything is changed.
//!
//! Every path is looked up beneath the work tree; a symlink in it is replaced, never followed.

mod obstacle;
mod write;

use std::{
    ffi::OsStr,
    io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::{
    Checkpoints, blocking,
    captured::{Capture, Captured},
    object::ObjectId,
    parse,
    repository::gone,
    turn::Turn,
};
use crate::{GitError, WorkspaceError, git::Input};

/// For one object.
const LONGEST_ANSWER: Duration = Duration::from_secs(60);

/// What a restore did, in files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Also of those whose mode alone was changed.
    pub written: u64,
    pub removed: u64,
}

/// A path that differs between the present and what is to be.
#[derive(Clone, Debug)]
pub struct Step {
    pub path: PathBuf,
    pub present: Option<Held>,
    pub target: Option<Held>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub mode: u32,
    pub id: ObjectId,
}

impl Checkpoints {
    /// Makes what is captured the same as in `target`. `present` is what [`Self::record`] has just told; whoever calls
    /// this sees to it that nobody works in the work tree meanwhile.
    ///
    /// [`WorkspaceError::InTheWay`]: something that is not captured stands where a file belongs, a file was changed
    /// since, or it would have to change and no longer fits into a checkpoint as it is. [`WorkspaceError::CheckpointGone`]: a part of the checkpoint is not there any more. With either, nothing
    /// was changed.
    pub async fn restore(&self, target: &str, present: &str) -> Result<Restored, WorkspaceError> {
        let (target, present) = (parse(target)?, parse(present)?);
        // What is begun is ended before the next turn, also when nobody waits for it any more.
        let turn = Arc::new(Turn::at(&self.repository).await?);
        let steps: Arc<[Step]> = self.steps(present, target).await?.into();
        self.check_there(&steps).await?;
        let root = Arc::new(self.open_work_tree()?);
        let (dir, all, file, held) = (root.clone(), steps.clone(), self.captured_file(), turn.clone());
        let removed = blocking(move || {
            let captured = Captured::load(&file);
            let is_known = captured.as_ref().filter(|captured| captured.tree == present);
            obstacle::find(&dir, &all, is_known)?;
            if let Some(captured) = captured {
                remember(captured, &file, &all).map_err(WorkspaceError::io("write a checkpoint"))?;
            }
            let removed = write::remove(&dir, &all);
            drop(held);
            removed
        })
        .await?;
        let written = self.write(&root, &steps, &turn).await?;
        Ok(Restored { written, removed })
    }

    pub(super) async fn steps(&self, present: ObjectId, target: ObjectId) -> Result<Vec<Step>, WorkspaceError> {
        let git = self.git("diff-tree").args(["-r", "-z", "--raw", "--no-renames", "--abbrev=40"]);
        let listing = git.args([present.to_string(), target.to_string()]).output().await.map_err(gone)?;
        let mut parts = listing.split(|byte| *byte == 0);
        let mut steps = Vec::new();
        while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
            let odd = || WorkspaceError::CheckpointGone("git told of it oddly".to_owned());
            let head = std::str::from_utf8(head).ok().and_then(|head| head.strip_prefix(':')).ok_or_else(odd)?;
            let words: Vec<&str> = head.split(' ').collect();
            let [old_mode, new_mode, old_id, new_id, _] = words[..] else { return Err(odd()) };
            let held = |mode: &str, id: &str| {
                let mode = u32::from_str_radix(mode, 8).ok()?;
                // A submodule is not a file; its own files are.
                let is_file = !matches!(mode, 0 | 0o160000);
                Some(is_file.then_some(Held { mode, id: ObjectId::parse(id)? }))
            };
            let (present, target) = (held(old_mode, old_id).ok_or_else(odd)?, held(new_mode, new_id).ok_or_else(odd)?);
            steps.push(Step { path: PathBuf::from(OsStr::from_bytes(path)), present, target });
        }
        Ok(steps)
    }

    async fn check_there(&self, steps: &[Step]) -> Result<(), WorkspaceError> {
        let asked: String = steps.iter().filter_map(|step| step.target).map(|target| format!("{}\n", target.id)).collect();
        let git = self.git("cat-file").args(["--batch-check", "--buffer"]);
        let answer = git.output_with(Input::Bytes(asked.into_bytes())).await.map_err(gone)?;
        match String::from_utf8_lossy(&answer).lines().find(|line| line.ends_with(" missing")) {
            Some(line) => Err(WorkspaceError::CheckpointGone(line.to_owned())),
            None => Ok(()),
        }
    }

    /// How many were written. Each is asked of git when its turn comes, so that only one is in memory.
    async fn write(&self, root: &Arc<cap_std::fs::Dir>, steps: &[Step], turn: &Arc<Turn>) -> Result<u64, WorkspaceError> {
        let changes: Vec<(&Step, Held)> = steps.iter().filter_map(|step| Some((step, step.target?))).collect();
        if changes.is_empty() {
            return Ok(0);
        }
        let (running, mut asked, told) = self.git("cat-file").arg("--batch").converse()?;
        let mut told = BufReader::new(told);
        for (step, target) in &changes {
            let content = match step.present.is_some_and(|present| present.id == target.id && !is_link(present, *target)) {
                true => None,
                false => {
                    let question = format!("{}\n", target.id);
                    asked.write_all(question.as_bytes()).await.map_err(GitError::Io)?;
                    Some(within(answer(&mut told)).await?)
                }
            };
            let (root, path, mode, held) = (root.clone(), step.path.clone(), target.mode, turn.clone());
            blocking(move || {
                let written = write::write(&root, &path, mode, content.as_deref());
                drop(held);
                written.map_err(WorkspaceError::io("restore a file"))
            })
            .await?;
        }
        drop(asked);
        within(async { Ok(running.wait().await?) }).await?;
        Ok(changes.len() as u64)
    }
}

/// What is put back was captured, and is again, also where it is ignored.
fn remember(mut captured: Captured, file: &Path, steps: &[Step]) -> io::Result<()> {
    for step in steps {
        if let Some(target) = step.target {
            captured.files.insert(step.path.clone().into_os_string(), Capture::unseen(target.id, target.mode, true));
        }
    }
    captured.save(file)
}

/// One of them is a symlink.
fn is_link(one: Held, other: Held) -> bool {
    one.mode == 0o120000 || other.mode == 0o120000
}

/// Of git in a conversation, which waits for nobody else.
async fn within<T>(work: impl Future<Output = Result<T, WorkspaceError>>) -> Result<T, WorkspaceError> {
    let late = |_| Err(GitError::TimedOut { command: "cat-file".to_owned() }.into());
    tokio::time::timeout(LONGEST_ANSWER, work).await.unwrap_or_else(late)
}

/// `id kind size`, the content, and a newline.
async fn answer(told: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> Result<Vec<u8>, WorkspaceError> {
    let mut head = String::new();
    told.read_line(&mut head).await.map_err(GitError::Io)?;
    let size: Option<usize> = head.trim_end().rsplit(' ').next().and_then(|size| size.parse().ok());
    let size = size.ok_or_else(|| WorkspaceError::CheckpointGone(head.trim_end().to_owned()))?;
    let mut content = vec![0; size + 1];
    told.read_exact(&mut content).await.map_err(GitError::Io)?;
    content.truncate(size);
    Ok(content)
}
