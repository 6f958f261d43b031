//! The moments a workspace can be put back to.

use std::{path::Path, time::Duration};

use db::{
    AgentChange, AgentRow, CheckpointRow,
    query::{agents, checkpoints, page::Page},
};
use workspace::checkpoint::Restored;

use super::{diff::checkpoint_not_found, places::Writing, recorder::CheckpointKind};
use crate::app::{App, Error, Kind, Result, agents::END_WAIT};

/// For a place that somebody has.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

impl App {
    pub async fn list_checkpoints(&self, user_id: i64, id: &str, before: Option<i32>, limit: u64) -> Result<Page<CheckpointRow>> {
        let agent = self.get_agent(user_id, id).await?;
        Ok(checkpoints::list(&self.db, &agent.id, before, limit).await?)
    }

    /// Puts the captured files back as they were. The checkpoint of the present leads back again.
    pub async fn restore(&self, user_id: i64, id: &str, checkpoint_id: &str) -> Result<(CheckpointRow, Restored)> {
        let agent = self.with_files(user_id, id).await?;
        let target = checkpoints::find(&self.db, &agent.id, checkpoint_id).await?.ok_or_else(checkpoint_not_found)?;
        let _writing = self.write_there(&agent)?;
        let present = self.workspaces.recorder.keep(&agent, CheckpointKind::BeforeRestore, None).await?;
        let restored = self.workspaces.recorder.checkpoints(&agent).restore(&target.tree, &present.tree).await?;
        // Before an update the base was another one.
        if target.base_tree.is_some() && target.base_tree != agent.base_tree {
            let change = AgentChange { base_tree: Some(target.base_tree), ..AgentChange::default() };
            agents::update(&self.db, agent.user_id, &agent.id, change).await?;
        }
        Ok((present, restored))
    }

    /// Takes a place when it is free, which is soon where nobody begins anything new; `None` if it is not.
    pub(crate) async fn wait_to_write(&self, path: &Path) -> Option<Writing> {
        let free = async {
            loop {
                if let Some(writing) = self.workspaces.places.write(path) {
                    return writing;
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(END_WAIT, free).await.ok()
    }

    /// Takes an agent's place to write in.
    pub(super) fn write_there(&self, agent: &AgentRow) -> Result<Writing> {
        if agent.workspace_state == "pending" {
            return Err(super::diff::not_ready("The workspace is made by the first run, which has not come to it yet."));
        }
        self.workspaces.places.write(&self.workspace(agent)).ok_or_else(busy)
    }
}

pub(super) fn busy() -> Error {
    let message =
        "A run works in this directory just now, or its files are being changed. Wait for the end or stop it, then try again.";
    Error::new(Kind::Conflict, "workspace_busy", message)
}
