//! Giving up the files of a chat that nobody looks at, with the work kept, and having them back.
//!
//! What a checkpoint holds goes, and what is ignored in directories of its own; `.git` stays, so that branches and
//! commits are where they were. A file that no checkpoint can hold keeps its workspace.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use db::{
    AgentChange, AgentRow,
    query::{agents, checkpoints},
};
use runner::size_of;
use workspace::WorkspaceError;

use super::recorder::CheckpointKind;
use crate::app::{App, Error, Result};

impl App {
    /// The bytes that it took; `None` when it has to stay.
    pub(crate) async fn give_up_workspace(&self, agent: &AgentRow) -> Result<Option<u64>> {
        let path = self.workspace(agent);
        let Some(_writing) = self.workspaces.places.write(&path) else { return Ok(None) };
        // It may have begun to work between our look and the lock.
        let agent = match agents::find_any(&self.db, &agent.id).await? {
            Some(agent) if agent.workspace_state == "ready" && path.is_dir() => agent,
            _ => return Ok(None),
        };
        let present = self.workspaces.recorder.present(&agent).await?;
        if !present.not_captured.is_empty() {
            return Ok(None);
        }
        let kept = self.workspaces.recorder.keep(&agent, CheckpointKind::BeforeGiveUp, None).await?;
        let ours = self.workspaces.recorder.checkpoints(&agent);
        let directories = ours.git("ls-tree").args(["-r", "-d", "-z", "--name-only", "--full-tree", &kept.tree]).output().await;
        let directories = captured(&directories.map_err(WorkspaceError::from)?);
        // Said first: if we are killed, what is gone already comes back with the rest.
        let change =
            AgentChange { workspace_state: Some("given_up".to_owned()), first_port: Some(None), ..AgentChange::default() };
        agents::update(&self.db, agent.user_id, &agent.id, change).await?;
        let before = size(&path).await;
        let nothing = ours.empty_tree()?;
        ours.restore(&nothing, &kept.tree).await?;
        let inside = path.clone();
        let removing = tokio::task::spawn_blocking(move || remove_ignored(&inside, Path::new(""), &directories)).await;
        removing
            .map_err(|error| Error::internal("remove files", error))?
            .map_err(|error| Error::internal("remove files", error))?;
        Ok(Some(before.saturating_sub(size(&path).await)))
    }

    /// Puts the files back as they were given up. The caller has the place.
    pub(crate) async fn have_back(&self, agent: &mut AgentRow) -> Result<()> {
        let kind = CheckpointKind::BeforeGiveUp.as_str();
        let Some(kept) = checkpoints::latest_of_kind(&self.db, &agent.id, kind).await? else { return Ok(()) };
        fs::create_dir_all(self.workspace(agent)).map_err(|error| Error::internal("make the workspace", error))?;
        let ours = self.workspaces.recorder.checkpoints(agent);
        // Compared with nothing: what was left there, and what somebody has put there since, is not ours to remove. A file
        // in the way that is another one is told.
        ours.restore(&kept.tree, &ours.empty_tree()?).await?;
        let change = AgentChange { workspace_state: Some("ready".to_owned()), ..AgentChange::default() };
        agents::update(&self.db, agent.user_id, &agent.id, change).await?;
        agent.workspace_state = "ready".to_owned();
        Ok(())
    }

    /// The agent with its files there; they come back when they were given up.
    pub(crate) async fn with_files(&self, user_id: i64, id: &str) -> Result<AgentRow> {
        let mut agent = self.get_agent(user_id, id).await?;
        if agent.workspace_state == "given_up"
            && let Some(_writing) = self.workspaces.places.write(&self.workspace(&agent))
        {
            agent = self.get_agent(user_id, id).await?;
            if agent.workspace_state == "given_up" {
                self.have_back(&mut agent).await?;
            }
        }
        Ok(agent)
    }
}

async fn size(path: &Path) -> u64 {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || size_of(&path)).await.unwrap_or(0)
}

/// The directories in which something is captured.
fn captured(names: &[u8]) -> HashSet<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| PathBuf::from(std::ffi::OsStr::from_bytes(name))).collect()
}

/// Directories in which nothing was captured are built or downloaded again; single ignored files, such as `.env`, stay.
fn remove_ignored(root: &Path, inside: &Path, captured: &HashSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(inside))? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() || entry.file_name() == ".git" {
            continue;
        }
        let path = inside.join(entry.file_name());
        if captured.contains(&path) {
            remove_ignored(root, &path, captured)?;
        } else if !has_repository(&entry.path())? {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// A repository in there may have commits that are nowhere else.
fn has_repository(directory: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name() == ".git" || (entry.file_type()?.is_dir() && has_repository(&entry.path())?) {
            return Ok(true);
        }
    }
    Ok(false)
}
