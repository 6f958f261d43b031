//! The moments a workspace can be put back to.

use db::{
    AgentRow, CheckpointRow,
    query::{checkpoints, page::Page},
};
use workspace::checkpoint::Restored;

use super::{diff::checkpoint_not_found, places::Writing, recorder::CheckpointKind};
use crate::app::{App, Error, Kind, Result};

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
        Ok((present, restored))
    }

    /// Takes an agent's place to write in.
    pub(super) fn write_there(&self, agent: &AgentRow) -> Result<Writing> {
        if agent.workspace_state == "pending" {
            return Err(super::diff::not_ready("The workspace is made by the first run, which has not come to it yet."));
        }
        self.workspaces.places.write(&self.workspace(agent)).ok_or_else(|| {
            let message = "A run works in this directory just now. Wait for its end or stop it, then try again.";
            Error::new(Kind::Conflict, "workspace_busy", message)
        })
    }
}
