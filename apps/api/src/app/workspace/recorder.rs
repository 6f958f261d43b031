//! Recording what stands in a workspace: at the start and the end of every run, and before we change it.

use std::{path::PathBuf, time::Duration};

use db::{AgentChange, AgentRow, CheckpointRow, Db, query::checkpoints};
use domain::RunId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use workspace::{Checkpoints, checkpoint::Recorded};

use crate::app::{Error, Result, clock::now_ms, data_directory::DataDirectory};

/// A run does not wait longer for it, whatever its directory is.
const LONGEST: Duration = Duration::from_secs(30);

/// More are not told by name: a directory of so many that cannot be captured is not one to be compared.
const MOST_TOLD: usize = 10_000;

/// Why a checkpoint was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointKind {
    RunStart,
    RunEnd,
    BeforeRestore,
    BeforeUpdate,
    BeforeGiveUp,
}

impl CheckpointKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RunStart => "run_start",
            Self::RunEnd => "run_end",
            Self::BeforeRestore => "before_restore",
            Self::BeforeUpdate => "before_update",
            Self::BeforeGiveUp => "before_give_up",
        }
    }
}

/// A file that was left out, as the database has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub path: String,
    /// Bytes.
    pub size: u64,
}

pub struct Recorder {
    pub db: Db,
    pub data: DataDirectory,
}

impl Recorder {
    pub fn checkpoints(&self, agent: &AgentRow) -> Checkpoints {
        Checkpoints::at(&self.data.checkpoints(&agent.id), &self.workspace(agent))
    }

    pub fn workspace(&self, agent: &AgentRow) -> PathBuf {
        self.data.root().join(&agent.workspace_path)
    }

    /// Records the present and keeps it.
    pub async fn keep(&self, agent: &AgentRow, kind: CheckpointKind, run: Option<RunId>) -> Result<CheckpointRow> {
        let row = self.kept(agent, kind, run).await?;
        checkpoints::create(&self.db, row, None).await?.ok_or_else(Error::agent_not_found)
    }

    /// The same before a run, with what the agent has got for it: its ports, and what the chat is compared with.
    pub async fn keep_first(&self, agent: &mut AgentRow, run: RunId, has_new_ports: bool) -> Result<()> {
        let row = self.kept(agent, CheckpointKind::RunStart, Some(run)).await?;
        let base = agent.base_tree.clone().unwrap_or_else(|| row.tree.clone());
        let change =
            AgentChange { first_port: Some(agent.first_port), base_tree: Some(Some(base.clone())), ..AgentChange::default() };
        let is_new = has_new_ports || agent.base_tree.is_none();
        agent.base_tree = Some(base.clone());
        let row = CheckpointRow { base_tree: Some(base), ..row };
        checkpoints::create(&self.db, row, is_new.then_some(change)).await?.ok_or_else(Error::agent_not_found).map(drop)
    }

    async fn kept(&self, agent: &AgentRow, kind: CheckpointKind, run: Option<RunId>) -> Result<CheckpointRow> {
        let recorded = self.present(agent).await?;
        let id = format!("cp-{}", Uuid::now_v7());
        let ours = self.checkpoints(agent);
        let (kept, tree) = (id.clone(), recorded.tree.clone());
        let keeping = tokio::task::spawn_blocking(move || ours.keep(&kept, &tree)).await;
        keeping.map_err(|error| Error::internal("record the workspace", error))??;
        Ok(CheckpointRow {
            id,
            agent_id: agent.id.clone(),
            number: 0,
            run_id: run.map(|run| run.to_string()),
            kind: kind.as_str().to_owned(),
            not_captured: left_out(&recorded),
            tree: recorded.tree,
            base_tree: agent.base_tree.clone(),
            created_at: now_ms(),
        })
    }

    /// Records the present, without keeping it.
    pub async fn present(&self, agent: &AgentRow) -> Result<Recorded> {
        match tokio::time::timeout(LONGEST, self.checkpoints(agent).record()).await {
            Ok(recorded) => Ok(recorded?),
            Err(_) => Err(Error::internal("record the workspace", format!("it took longer than {} s", LONGEST.as_secs()))),
        }
    }
}

pub fn left_out(recorded: &Recorded) -> String {
    let files = recorded.not_captured.iter().take(MOST_TOLD);
    let files: Vec<LeftOut> = files.map(|file| LeftOut { path: file.path.clone(), size: file.size }).collect();
    serde_json::to_string(&files).unwrap_or_default()
}
