//! Runs: one prompt, and all that comes of it.

use std::sync::Arc;

use db::{
    AgentChange, AgentRow, Created, NewRun, QueuedPromptRow, RunRow,
    query::{page::Page, runs, steps},
};
use domain::{EventId, Mode, Notice, Permission, RunId, StepBody};
use runner::EventReader;
use serde::{Deserialize, Serialize};

use super::{
    App, Error, Kind, Result, agents::END_WAIT, clock::now_ms, cursor::home::CursorHome, launch::Driver, steps::prompt_steps,
};

/// So much of a conversation is given along when it begins afresh.
const CONTEXT_BYTES: usize = 200 * 1024;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateRun {
    pub prompt: String,
    pub mode: Option<Mode>,
    pub model: Option<String>,
    pub permission: Option<Permission>,
    /// Rules in the CLI's form to allow in this chat from now on.
    pub allow: Vec<String>,
    /// Begin a new session of the agent program, with the conversation so far as context.
    pub fresh_session: bool,
}

impl App {
    /// `id`: what the run is to be called, where the request can be repeated.
    pub async fn create_run(
        self: &Arc<Self>,
        user_id: i64,
        agent_id: &str,
        request: CreateRun,
        id: Option<RunId>,
    ) -> Result<RunRow> {
        let agent = self.get_agent(user_id, agent_id).await?;
        if let Some(id) = id
            && let Some(run) = runs::find(&self.db, &agent.id, &id.to_string()).await?
        {
            // Made by the same request before, whatever would be said to it now.
            return Ok(run);
        }
        match self.begin_run(&agent, request, id.unwrap_or_else(RunId::mint), None).await? {
            Begun::Run(run) => Ok(*run),
            Begun::Changed => Err(Error::agent_not_found()),
        }
    }

    /// Makes a run and starts it. `queued`: the prompt of the queue that it is.
    pub(crate) async fn begin_run(
        self: &Arc<Self>,
        agent: &AgentRow,
        request: CreateRun,
        run_id: RunId,
        queued: Option<QueuedPromptRow>,
    ) -> Result<Begun> {
        if agent.archived_at.is_some() {
            return Err(agent_archived());
        }
        if agent.driver == Driver::Cursor.as_str() {
            self.check_model(request.model.as_deref()).await?;
        }
        if agent.workspace_type == "local" {
            // It may have gone since the last run.
            self.check_directory(&agent.workspace_path)?;
        }
        self.check_chat_budget(agent).await?;
        let now = now_ms();
        let run = RunRow { fresh_session: request.fresh_session, ..self.new_run(agent, run_id, now).await };
        let new = NewRun {
            run,
            prompt: prompt_steps(run_id, &request.prompt, now),
            change: AgentChange {
                mode: request.mode.map(|mode| mode.as_str().to_owned()),
                model: request.model.map(Some),
                permission: request.permission.map(|permission| permission.as_str().to_owned()),
                ..AgentChange::default()
            },
            allow: request.allow,
            session_id: request.fresh_session.then(|| uuid::Uuid::new_v4().to_string()),
            queued,
        };
        let _expected = self.runner.expecting(run_id);
        let (agent, run) = match runs::create(&self.db, new).await? {
            Created::Run(created) => *created,
            Created::Before(run) => return Ok(Begun::Run(run)),
            Created::Changed => return Ok(Begun::Changed),
            Created::Busy => {
                let message = "A run of this agent is going on. Wait for its end or cancel it, then send the prompt again; \
                               or send it with whenBusy: queue.";
                return Err(Error::new(Kind::Conflict, "agent_busy", message));
            }
            Created::Archived => return Err(agent_archived()),
            Created::Gone => return Err(Error::agent_not_found()),
        };
        self.launch(&agent, &run, Some(request.prompt)).await?;
        Ok(Begun::Run(Box::new(run)))
    }

    pub async fn get_run(&self, user_id: i64, agent_id: &str, run_id: &str) -> Result<RunRow> {
        let agent = self.get_agent(user_id, agent_id).await?;
        let id: RunId = run_id.parse().map_err(|_| Error::run_not_found())?;
        runs::find(&self.db, &agent.id, &id.to_string()).await?.ok_or_else(Error::run_not_found)
    }

    /// A run that is named without its agent; `None` when it is not the caller's.
    pub async fn find_run(&self, user_id: i64, run_id: &str) -> Result<Option<RunRow>> {
        let Some(run) = runs::find_any(&self.db, run_id).await? else { return Ok(None) };
        let agent = db::query::agents::find(&self.db, user_id, &run.agent_id).await?;
        Ok(agent.map(|_| run))
    }

    pub async fn list_runs(&self, user_id: i64, agent_id: &str, before: Option<i32>, limit: u64) -> Result<Page<RunRow>> {
        let agent = self.get_agent(user_id, agent_id).await?;
        Ok(runs::list(&self.db, &agent.id, before, limit).await?)
    }

    /// Ends a run; answers when it has ended, so that a follow-up finds the agent free.
    pub async fn cancel_run(&self, user_id: i64, agent_id: &str, run_id: &str) -> Result<RunRow> {
        let run = self.get_run(user_id, agent_id, run_id).await?;
        let id: RunId = run.id.parse().map_err(|_| Error::run_not_found())?;
        let stopped = tokio::time::timeout(END_WAIT, self.runner.stop(id)).await;
        stopped.map_err(|_| run_not_reached())??;
        // One that takes its time is still ended by its shim.
        let _ = tokio::time::timeout(END_WAIT, self.runner.ended(id)).await;
        Ok(run)
    }

    /// A run's events from after `after`.
    pub async fn run_events(
        &self,
        user_id: i64,
        agent_id: &str,
        run_id: &str,
        after: Option<EventId>,
    ) -> Result<(RunRow, EventReader)> {
        let run = self.get_run(user_id, agent_id, run_id).await?;
        let id: RunId = run.id.parse().map_err(|_| Error::run_not_found())?;
        Ok((run, self.runner.events(id, after).await?))
    }

    /// The same for a run that is named without its agent.
    pub async fn run_events_by_id(&self, user_id: i64, run_id: &str, after: Option<EventId>) -> Result<EventReader> {
        let run = runs::find_any(&self.db, run_id).await?.ok_or_else(Error::run_not_found)?;
        Ok(self.run_events(user_id, &run.agent_id, run_id, after).await?.1)
    }

    /// Whether the agent program had this chat and has it no more: resumed, it would start empty
    /// without a word.
    pub(crate) fn session_is_missing(&self, agent: &AgentRow) -> bool {
        let home = CursorHome::at(&self.data.cursor(&agent.id));
        agent.session_seen && !home.chat(&self.workspace(agent), &agent.session_id).exists()
    }

    /// The conversation before `run`, for a session that does not know it.
    pub(crate) async fn context_of(&self, agent: &AgentRow, run: &RunRow) -> Result<String> {
        let (mut said, mut size, mut before) = (Vec::new(), 0, Some(steps::position(run.number, 0)));
        'pages: loop {
            let page = steps::list(&self.db, &agent.id, before, 200).await?;
            for stored in &page.items {
                before = Some(stored.position);
                let (who, text) = match &stored.step.body {
                    StepBody::UserMessage { text } => ("User", text),
                    StepBody::AssistantMessage { text } => ("Assistant", text),
                    _ => continue,
                };
                size += text.len();
                if size > CONTEXT_BYTES {
                    break 'pages;
                }
                said.push(format!("{who}: {text}\n\n"));
            }
            if !page.more {
                break;
            }
        }
        said.reverse();
        Ok(format!(
            "This continues an earlier conversation, which follows for context.\n\n<conversation>\n{}</conversation>\n\n",
            said.concat()
        ))
    }
}

/// What became of a run that was to begin.
pub(crate) enum Begun {
    Run(Box<RunRow>),
    /// The queue is not as it was seen.
    Changed,
}

fn run_not_reached() -> Error {
    let message = "The run does not answer right now, as when the disk is full. Make room if it is, and try again.";
    Error::new(Kind::Unavailable, "run_not_reached", message)
}

pub(crate) fn agent_archived() -> Error {
    Error::new(Kind::Conflict, "agent_archived", "This agent is archived. Unarchive it, then send the prompt again.")
}

pub(crate) fn session_missing() -> Notice {
    Notice {
        code: "session_missing".to_owned(),
        message: "The agent program does not have this conversation any more, so it does not remember what was said before. \
                  You can start afresh with the conversation as context."
            .to_owned(),
        detail: None,
    }
}
