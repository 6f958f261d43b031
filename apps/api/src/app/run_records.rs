//! What runs leave in the database, and what follows from a run's end.

use std::{path::Path, sync::Arc};

use db::{
    AgentRow, Db,
    query::{agents, runs, steps},
};
use domain::{RunId, Spent, StepChange};
use runner::{RunOutcome, RunStarted, RunStore, StoreError};
use serde_json::json;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use super::{
    clock::{now_ms, rfc3339},
    cursor::home::CursorHome,
    data_directory::DataDirectory,
    hook,
    limits::SpentLately,
    queue,
    workspace::recorder::{CheckpointKind, Recorder},
};

pub struct RunRecords {
    pub db: Db,
    pub data: DataDirectory,
    pub recorder: Arc<Recorder>,
    pub on_run_end: Option<String>,
    pub tasks: TaskTracker,
    /// Told of an end when prompts wait for it.
    pub queues: Arc<Notify>,
    pub spent: Arc<SpentLately>,
}

impl RunRecords {
    /// The workspace as the run leaves it. Whether that works or not, the run ends.
    async fn record_end(&self, run: RunId) {
        let recorded: super::Result<()> = async {
            let Some(row) = runs::find_any(&self.db, &run.to_string()).await? else { return Ok(()) };
            // The last attempt to end it may have come as far as this.
            let kept = db::query::checkpoints::of_run(&self.db, &row.id).await?;
            let has_begun = kept.iter().any(|kept| kept.kind == CheckpointKind::RunStart.as_str());
            let has_ended = kept.iter().any(|kept| kept.kind == CheckpointKind::RunEnd.as_str());
            if !row.is_live() || !has_begun || has_ended {
                return Ok(());
            }
            let Some(agent) = agents::find_any(&self.db, &row.agent_id).await? else { return Ok(()) };
            self.recorder.keep(&agent, CheckpointKind::RunEnd, Some(run)).await.map(drop)
        }
        .await;
        if let Err(error) = recorded {
            tracing::warn!(%run, %error, source = ?error.source, "a workspace could not be recorded after a run");
        }
    }

    async fn after_end(&self, run: RunId, agent: &AgentRow, outcome: &RunOutcome) -> Result<(), db::DbError> {
        let home = CursorHome::at(&self.data.cursor(&agent.id));
        let workspace = self.data.root().join(&agent.workspace_path);
        if !agent.session_seen && home.chat(&workspace, &agent.session_id).exists() {
            agents::set_session_seen(&self.db, &agent.id, true).await?;
        }
        if let Some(command) = self.on_run_end.clone() {
            let event = json!({
                "event": "run_ended",
                "agent": { "id": agent.id, "name": agent.name, "workspace": path_text(&workspace) },
                "run": {
                    "id": run.to_string(),
                    "status": outcome.status,
                    "result": outcome.text,
                    "error": outcome.error,
                    "durationMs": outcome.duration_ms,
                    "usage": outcome.usage,
                    "endedAt": rfc3339(outcome.ended_at),
                },
            });
            self.tasks.spawn(async move { hook::run(&command, event).await });
        }
        Ok(())
    }
}

impl RunStore for RunRecords {
    async fn started(&self, run: RunId, started: RunStarted) -> Result<(), StoreError> {
        runs::started(&self.db, &run.to_string(), started.model, now_ms()).await.map_err(store_error)
    }

    async fn save_steps(&self, run: RunId, changes: Vec<StepChange>) -> Result<(), StoreError> {
        steps::save(&self.db, &run.to_string(), changes).await.map_err(store_error)
    }

    async fn finish(&self, run: RunId, changes: Vec<StepChange>, outcome: RunOutcome) -> Result<(), StoreError> {
        let finished = runs::Finished {
            status: outcome.status,
            text: outcome.text.clone().map(shorten),
            error: outcome.error.clone(),
            usage: outcome.usage,
            duration_ms: outcome.duration_ms,
            tool_calls: outcome.tool_calls,
            ended_at: outcome.ended_at,
            pause: queue::pause_after(&outcome).map(|pause| pause.to_json()),
        };
        self.record_end(run).await;
        let ended = runs::finish(&self.db, &run.to_string(), changes, finished).await.map_err(store_error)?;
        // Only by the commit that ended it, so that a hook hears of an end once.
        let Some(agent) = ended else { return Ok(()) };
        self.spent.add(agent.user_id, spent(&outcome));
        if let Err(error) = self.after_end(run, &agent, &outcome).await {
            tracing::warn!(%run, %error, "what follows a run's end was not done");
        }
        if agent.queued > 0 {
            self.queues.notify_one();
        }
        Ok(())
    }
}

fn spent(outcome: &RunOutcome) -> Spent {
    Spent {
        milliseconds: outcome.duration_ms.unwrap_or(0),
        tool_calls: outcome.tool_calls.into(),
        tokens: outcome.usage.map_or(0, |usage| usage.total_tokens()),
    }
}

/// The row holds as much of the last words as a step does; the step's content has them all.
fn shorten(mut text: String) -> String {
    text.truncate(domain::fold::floor_char_boundary(&text, domain::step::INLINE_BYTES));
    text
}

fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn store_error(error: db::DbError) -> StoreError {
    let source = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
    StoreError(format!("{error}{source}"))
}
