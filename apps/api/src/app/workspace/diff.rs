//! What a chat, or one of its runs, changed.

use std::path::Path;

use db::{
    AgentRow, CheckpointRow,
    query::{agents, checkpoints, runs},
};
use workspace::diff::{Diff, Options};

use super::recorder::{CheckpointKind, LeftOut, left_out};
use crate::app::{App, Error, Kind, Result};

/// Between which moments.
#[derive(Clone, Debug, Default)]
pub struct Between {
    pub run_id: Option<String>,
    /// A checkpoint's id, `base` or `now`.
    pub from: Option<String>,
    pub to: Option<String>,
}

/// A moment, and the files as they were.
#[derive(Clone, Debug)]
pub struct Point {
    /// `base`, `now`, or what kind of checkpoint it is.
    pub kind: String,
    pub checkpoint_id: Option<String>,
    /// Milliseconds since 1970.
    pub at: Option<i64>,
    pub tree: String,
    pub left_out: Vec<LeftOut>,
}

pub struct AgentDiff {
    pub from: Point,
    pub to: Point,
    pub diff: Diff,
    /// Another agent worked in the same place meanwhile.
    pub may_hold_others_work: bool,
}

impl App {
    pub async fn diff(&self, user_id: i64, id: &str, between: &Between, options: &Options) -> Result<AgentDiff> {
        let agent = self.get_agent(user_id, id).await?;
        let (from, to) = self.points(&agent, between).await?;
        let options = Options { left_out: to.left_out_paths(), ..options.clone() };
        let diff = self.workspaces.recorder.checkpoints(&agent).diff(&from.tree, &to.tree, &options).await?;
        let shared = match &between.run_id {
            Some(run) => runs::find(&self.db, &agent.id, run).await?.is_some_and(|run| run.shared),
            None => runs::any_shared(&self.db, &agent.id).await? || self.others_worked_there(&agent, from.at, to.at).await?,
        };
        Ok(AgentDiff { from, to, diff, may_hold_others_work: shared })
    }

    /// The same as one patch.
    pub async fn patch_of(&self, user_id: i64, id: &str, between: &Between, path: Option<&str>) -> Result<Vec<u8>> {
        let agent = self.get_agent(user_id, id).await?;
        let (from, to) = self.points(&agent, between).await?;
        let ours = self.workspaces.recorder.checkpoints(&agent);
        Ok(ours.patch_leaving_out(&from.tree, &to.tree, path, &to.left_out_paths()).await?)
    }

    /// Whether another agent had a run in the same place between two moments. A place of ours is nobody else's.
    async fn others_worked_there(&self, agent: &AgentRow, from: Option<i64>, to: Option<i64>) -> Result<bool> {
        if agent.workspace_type != "local" {
            return Ok(false);
        }
        let place = self.workspace(agent);
        let overlaps = |path: &Path| path.starts_with(&place) || place.starts_with(path);
        let all = agents::workspaces(&self.db).await?;
        let others =
            all.into_iter().filter(|(id, path)| *id != agent.id && Path::new(path).is_absolute() && overlaps(Path::new(path)));
        let others: Vec<String> = others.map(|(id, _)| id).collect();
        Ok(runs::any_between(&self.db, others, from.unwrap_or(0), to.unwrap_or(i64::MAX)).await?)
    }

    async fn points(&self, agent: &AgentRow, between: &Between) -> Result<(Point, Point)> {
        let Some(run_id) = &between.run_id else {
            let from = self.point(agent, between.from.as_deref().unwrap_or("base")).await?;
            return Ok((from, self.point(agent, between.to.as_deref().unwrap_or("now")).await?));
        };
        if between.from.is_some() || between.to.is_some() {
            return Err(Error::invalid("Give either runId, or from and to."));
        }
        let run = runs::find(&self.db, &agent.id, run_id).await?.ok_or_else(Error::run_not_found)?;
        let mut kept = checkpoints::of_run(&self.db, &run.id).await?.into_iter();
        let start = kept.find(|kept| kept.kind == CheckpointKind::RunStart.as_str());
        let start =
            start.ok_or_else(|| not_ready("The files were not recorded before this run, so its changes are not known."))?;
        let end = match kept.find(|kept| kept.kind == CheckpointKind::RunEnd.as_str()) {
            Some(end) => end.into(),
            None if run.is_live() => self.point(agent, "now").await?,
            None => return Err(not_ready("The files were not recorded after this run, so its changes are not known.")),
        };
        Ok((start.into(), end))
    }

    pub(super) async fn point(&self, agent: &AgentRow, name: &str) -> Result<Point> {
        match name {
            "base" => {
                let tree = agent
                    .base_tree
                    .clone()
                    .ok_or_else(|| not_ready("There is nothing to compare with before the first run has begun."))?;
                Ok(Point { kind: "base".to_owned(), checkpoint_id: None, at: Some(agent.created_at), tree, left_out: Vec::new() })
            }
            "now" => self.now(agent).await,
            id => {
                let kept = checkpoints::find(&self.db, &agent.id, id).await?;
                Ok(kept.ok_or_else(checkpoint_not_found)?.into())
            }
        }
    }

    async fn now(&self, agent: &AgentRow) -> Result<Point> {
        let point = |tree: String, left_out: &str| Point {
            kind: "now".to_owned(),
            checkpoint_id: None,
            at: None,
            tree,
            left_out: serde_json::from_str(left_out).unwrap_or_default(),
        };
        match agent.workspace_state.as_str() {
            "pending" => Err(not_ready("The workspace is made by the first run, which has not come to it yet.")),
            // What was given up is as it was.
            "given_up" => {
                let kind = CheckpointKind::BeforeGiveUp.as_str();
                let kept = checkpoints::latest_of_kind(&self.db, &agent.id, kind).await?.ok_or_else(checkpoint_not_found)?;
                Ok(point(kept.tree, &kept.not_captured))
            }
            _ => {
                let recorded = self.workspaces.recorder.present(agent).await?;
                let left_out = left_out(&recorded);
                Ok(point(recorded.tree, &left_out))
            }
        }
    }
}

impl Point {
    /// What is there and in no checkpoint, and so is not deleted.
    pub(super) fn left_out_paths(&self) -> Vec<String> {
        self.left_out.iter().map(|file| file.path.clone()).collect()
    }
}

impl From<CheckpointRow> for Point {
    fn from(row: CheckpointRow) -> Self {
        Self {
            kind: row.kind,
            checkpoint_id: Some(row.id),
            at: Some(row.created_at),
            tree: row.tree,
            left_out: serde_json::from_str(&row.not_captured).unwrap_or_default(),
        }
    }
}

pub(super) fn checkpoint_not_found() -> Error {
    Error::new(Kind::NotFound, "checkpoint_not_found", "This agent has no checkpoint with this id.")
}

pub(super) fn not_ready(message: &str) -> Error {
    Error::new(Kind::Conflict, "workspace_not_ready", message)
}
