//! The queue of an agent: follow-ups that wait for the run before them.
//!
//! A prompt is in the queue or it is a run, never both and never neither: one transaction takes it out and
//! makes the run, which has the id that the prompt had. The queue pauses itself rather than send prompts
//! into what has failed.

use std::sync::Arc;

use db::{
    AgentRow, QueuedPromptRow, RunRow,
    query::{page::Page, queue, runs},
};
use domain::{RunError, RunId, RunStatus};
use runner::RunOutcome;
use serde::{Deserialize, Serialize};

use super::{
    App, Error, Kind, Result,
    agents::END_WAIT,
    clock::now_ms,
    launch::Driver,
    runs::{Begun, CreateRun, agent_archived},
};

/// Why a queue does not go on by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// `run_failed`, `run_stopped`, `usage_limit`, `limit_reached`, `not_startable`, `copied`, `by_user`.
    pub reason: String,
    /// A sentence.
    pub message: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

impl Pause {
    pub fn new(reason: &str, message: impl Into<String>) -> Self {
        Self { reason: reason.to_owned(), message: message.into(), at: now_ms() }
    }

    pub fn to_json(&self) -> String {
        // Text and a number: this does not fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn of(agent: &AgentRow) -> Option<Self> {
        let json = agent.queue_pause.as_deref()?;
        Some(serde_json::from_str(json).unwrap_or_else(|_| Self::new("by_user", "The queue is paused.")))
    }
}

/// Whether what waits should still be sent after a run that ended so.
pub fn pause_after(outcome: &RunOutcome) -> Option<Pause> {
    pause_of(outcome.status, outcome.error.as_ref(), outcome.stopped, outcome.exceeded.as_deref())
}

fn pause_of(status: RunStatus, error: Option<&RunError>, stopped: bool, exceeded: Option<&str>) -> Option<Pause> {
    match (status, error) {
        (RunStatus::Finished, _) if stopped => Some(Pause::new("run_stopped", "The run before was stopped.")),
        (RunStatus::Finished, _) => exceeded.map(|message| Pause::new("limit_reached", message)),
        (RunStatus::Cancelled, _) => Some(Pause::new("run_stopped", "The run before was stopped.")),
        (_, Some(error)) => {
            let reason = match error.code.as_str() {
                "usage_limit" => "usage_limit",
                "run_timeout" | "run_silent" | "output_limit" | "tool_call_limit" | "repeated_failure" | "chat_limit_reached" => {
                    "limit_reached"
                }
                _ => "run_failed",
            };
            let first: String = error.message.lines().next().unwrap_or_default().chars().take(300).collect();
            let before = if reason == "limit_reached" { "A limit ended the run before" } else { "The run before failed" };
            Some(Pause::new(reason, format!("{before}: {first}")))
        }
        _ => Some(Pause::new("run_failed", "The run before failed.")),
    }
}

/// What became of a prompt that was to be run or queued.
pub enum Sent {
    Run(Box<RunRow>),
    Queued(QueuedPromptRow),
}

#[derive(Default)]
pub struct QueuedPromptPatch {
    pub prompt: Option<String>,
    pub mode: Option<domain::Mode>,
    pub model: Option<String>,
    pub permission: Option<domain::Permission>,
    pub position: Option<u64>,
}

impl App {
    /// The next to start first; `after`: the rank of the last of the page before.
    pub async fn list_queue(
        &self,
        user_id: i64,
        agent_id: &str,
        after: Option<i64>,
        limit: u64,
    ) -> Result<(AgentRow, Page<QueuedPromptRow>)> {
        let agent = self.get_agent(user_id, agent_id).await?;
        let page = queue::list(&self.db, &agent.id, after, limit).await?;
        Ok((agent, page))
    }

    /// Runs a prompt now, or queues it where something else comes first.
    pub async fn send_prompt(
        self: &Arc<Self>,
        user_id: i64,
        agent_id: &str,
        request: CreateRun,
        id: Option<RunId>,
    ) -> Result<Sent> {
        let agent = self.get_agent(user_id, agent_id).await?;
        if agent.queued == 0 {
            match self.create_run(user_id, agent_id, request.clone(), id).await {
                Ok(run) => return Ok(Sent::Run(Box::new(run))),
                Err(error) if error.code == "agent_busy" => {}
                Err(error) => return Err(error),
            }
        }
        self.queue_prompt(user_id, agent_id, request, None, id).await
    }

    /// `position`: from 0; the end unless told.
    pub async fn queue_prompt(
        &self,
        user_id: i64,
        agent_id: &str,
        request: CreateRun,
        position: Option<u64>,
        id: Option<RunId>,
    ) -> Result<Sent> {
        let agent = self.get_agent(user_id, agent_id).await?;
        self.check_queued(&agent, &request).await?;
        let body = serde_json::to_string(&request).map_err(|error| Error::internal("queue the prompt", error))?;
        let id = id.unwrap_or_else(RunId::mint).to_string();
        let new = queue::NewQueuedPrompt { id, agent_id: agent.id.clone(), body, position, now: now_ms() };
        match queue::add(&self.db, new).await? {
            queue::Added::Queued(row) => {
                if agent.queued == 0
                    && let Some(pause) = self.pause_of_latest(&agent).await?
                {
                    queue::set_pause(&self.db, &row.agent_id, Some(pause.to_json())).await?;
                }
                self.queues.notify_one();
                Ok(Sent::Queued(*row))
            }
            queue::Added::Run(run) => Ok(Sent::Run(run)),
            queue::Added::Archived => Err(agent_archived()),
            queue::Added::Gone => Err(Error::agent_not_found()),
            queue::Added::Full => {
                let message = format!("{} prompts wait in this chat. Wait until some have run, or remove some.", queue::MOST);
                Err(Error::new(Kind::Conflict, "queue_full", message))
            }
        }
    }

    /// Whether what is queued first has come too late to be held up by the run that failed.
    async fn pause_of_latest(&self, agent: &AgentRow) -> Result<Option<Pause>> {
        let Some(run) = &agent.latest_run_id else { return Ok(None) };
        let Some(run) = runs::find_any(&self.db, run).await? else { return Ok(None) };
        let status = RunStatus::parse(&run.status).filter(|status| status.is_final());
        Ok(status.and_then(|status| pause_of(status, run.outcome().1.as_ref(), false, None)))
    }

    pub async fn change_queued(
        &self,
        user_id: i64,
        agent_id: &str,
        id: &str,
        patch: QueuedPromptPatch,
    ) -> Result<QueuedPromptRow> {
        let agent = self.get_agent(user_id, agent_id).await?;
        let model = CreateRun { model: patch.model.clone(), ..CreateRun::default() };
        self.check_queued(&agent, &model).await?;
        let edit = |body: String| {
            let mut request = body_of(&body);
            request.prompt = patch.prompt.unwrap_or(request.prompt);
            request.mode = patch.mode.or(request.mode);
            request.model = patch.model.or(request.model);
            request.permission = patch.permission.or(request.permission);
            serde_json::to_string(&request).unwrap_or(body)
        };
        queue::change(&self.db, &agent.id, id, edit, patch.position, now_ms()).await?.ok_or_else(not_queued)
    }

    pub async fn remove_queued(&self, user_id: i64, agent_id: &str, id: &str) -> Result<()> {
        let agent = self.get_agent(user_id, agent_id).await?;
        if queue::remove(&self.db, &agent.id, id).await? { Ok(()) } else { Err(not_queued()) }
    }

    pub async fn clear_queue(&self, user_id: i64, agent_id: &str) -> Result<u64> {
        let agent = self.get_agent(user_id, agent_id).await?;
        Ok(queue::clear(&self.db, &agent.id).await?)
    }

    pub async fn pause_queue(&self, user_id: i64, agent_id: &str, paused: bool) -> Result<()> {
        let agent = self.get_agent(user_id, agent_id).await?;
        let pause = paused.then(|| Pause::new("by_user", "The queue was paused.").to_json());
        queue::set_pause(&self.db, &agent.id, pause).await?;
        self.queues.notify_one();
        Ok(())
    }

    /// Ends what runs and starts this one, paused or not.
    pub async fn send_queued_now(self: &Arc<Self>, user_id: i64, agent_id: &str, id: &str) -> Result<RunRow> {
        let agent = self.get_agent(user_id, agent_id).await?;
        let live = match &agent.latest_run_id {
            Some(run) => runs::find_any(&self.db, run).await?.filter(RunRow::is_live),
            None => None,
        };
        if !queue::send_next(&self.db, &agent.id, id, live.as_ref().map(|run| run.id.clone())).await? {
            // Sent a moment ago, by somebody else or by itself, is sent.
            return runs::find(&self.db, &agent.id, id).await?.ok_or_else(not_queued);
        }
        if let Some(run) = live {
            match self.cancel_run(user_id, &agent.id, &run.id).await {
                Err(error) if error.code != "run_not_cancellable" => {
                    queue::stop_sending(&self.db, &agent.id).await?;
                    return Err(error);
                }
                _ => {}
            }
            if let Ok(run) = run.id.parse() {
                let _ = tokio::time::timeout(END_WAIT, self.runner.ended(run)).await;
            }
        }
        if let Some(agent) = db::query::agents::find_any(&self.db, &agent.id).await? {
            self.start_next(&agent).await;
        }
        match runs::find(&self.db, &agent.id, id).await? {
            Some(run) => Ok(run),
            None => {
                let agent = self.get_agent(user_id, agent_id).await?;
                let why = Pause::of(&agent).map_or_else(
                    || "The run before has not ended yet; the prompt is the next to start.".to_owned(),
                    |pause| pause.message,
                );
                Err(Error::new(Kind::Conflict, "agent_busy", why))
            }
        }
    }

    /// Starts the next prompt of every agent that is free for it. Needs nothing but the database, so that it
    /// can be done at any time and again.
    pub async fn start_queued(self: &Arc<Self>) -> Result<()> {
        for agent in queue::ready(&self.db).await? {
            self.start_next(&agent).await;
        }
        Ok(())
    }

    /// What cannot be started pauses the queue, with the prompt still in it.
    async fn start_next(self: &Arc<Self>, agent: &AgentRow) {
        let next = match queue::list(&self.db, &agent.id, None, 1).await {
            Ok(page) => page.items.into_iter().next(),
            Err(error) => return tracing::warn!(agent = %agent.id, %error, "a queue cannot be read"),
        };
        let Some(next) = next else { return };
        let Ok(run_id) = next.id.parse::<RunId>() else { return };
        let (code, message) = match self.begin_run(agent, body_of(&next.body), run_id, Some(next)).await {
            // The disk or the database: it is tried again, and is no fault of the prompt's.
            Err(error) if matches!(error.kind, Kind::Internal | Kind::DiskFull | Kind::Unavailable) => {
                return tracing::warn!(agent = %agent.id, %error, "a prompt cannot be started yet");
            }
            Ok(Begun::Run(_)) => return,
            // Somebody has changed it just now, and told of it.
            Ok(Begun::Changed) => return self.queues.notify_one(),
            Err(error) => (error.code, error.message),
        };
        let reason = match code {
            // Free a moment ago; the end of that run tells again. Or nothing of it is left.
            "agent_busy" | "agent_archived" | "agent_not_found" => return,
            "chat_limit_reached" => "limit_reached",
            _ => "not_startable",
        };
        let pause = Pause::new(reason, message);
        if let Err(error) = queue::set_pause(&self.db, &agent.id, Some(pause.to_json())).await {
            tracing::warn!(agent = %agent.id, %error, "a queue cannot be paused");
        }
    }

    async fn check_queued(&self, agent: &AgentRow, request: &CreateRun) -> Result<()> {
        if agent.driver == Driver::Cursor.as_str() {
            self.check_model(request.model.as_deref()).await?;
        }
        Ok(())
    }
}

/// How a prompt of the queue is to be run.
pub fn body_of(json: &str) -> CreateRun {
    serde_json::from_str(json).unwrap_or_default()
}

fn not_queued() -> Error {
    let message = "This prompt does not wait any more. It has become a run, or somebody removed it.";
    Error::new(Kind::NotFound, "queued_prompt_not_found", message)
}
