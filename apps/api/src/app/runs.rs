//! Runs: one prompt, and all that comes of it.

use std::sync::Arc;

use db::{
    AgentChange, AgentRow, Created, NewRun, RunRow,
    query::{page::Page, runs, steps},
};
use domain::{EventId, Mode, Notice, Permission, RunId, StepBody};
use runner::EventReader;

use super::{
    App, Error, Kind, Result, agents::END_WAIT, clock::now_ms, cursor::home::CursorHome, launch::Driver, steps::prompt_steps,
};

/// So much of a conversation is given along when it begins afresh.
const CONTEXT_BYTES: usize = 200 * 1024;

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
    pub async fn create_run(self: &Arc<Self>, user_id: i64, agent_id: &str, request: CreateRun) -> Result<RunRow> {
        let agent = self.get_agent(user_id, agent_id).await?;
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
        let mut notices = Vec::new();
        let mut input = request.prompt.clone();
        let session_id = request.fresh_session.then(|| uuid::Uuid::new_v4().to_string());
        if request.fresh_session {
            input = format!("{}{input}", self.context_of(&agent).await?);
        } else if self.session_is_missing(&agent) {
            notices.push(session_missing());
        }
        let now = now_ms();
        let run_id = RunId::mint();
        let new = NewRun {
            run: self.new_run(&agent, run_id, now).await,
            prompt: prompt_steps(run_id, &request.prompt, now),
            change: AgentChange {
                mode: request.mode.map(|mode| mode.as_str().to_owned()),
                model: request.model.map(Some),
                permission: request.permission.map(|permission| permission.as_str().to_owned()),
                ..AgentChange::default()
            },
            allow: request.allow,
            session_id,
        };
        let _expected = self.runner.expecting(run_id);
        let (agent, run) = match runs::create(&self.db, new).await? {
            Created::Run(created) => *created,
            Created::Busy => {
                let message = "A run of this agent is going on. Wait for its end or cancel it, then send the prompt again.";
                return Err(Error::new(Kind::Conflict, "agent_busy", message));
            }
            Created::Archived => return Err(agent_archived()),
            Created::Gone => return Err(Error::agent_not_found()),
        };
        self.launch(&agent, &run, input, notices).await?;
        Ok(run)
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
        self.runner.stop(id).await?;
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
    fn session_is_missing(&self, agent: &AgentRow) -> bool {
        let home = CursorHome::at(&self.data.cursor(&agent.id));
        agent.session_seen && !home.chat(&self.workspace(agent), &agent.session_id).exists()
    }

    /// The conversation so far, for a session that does not know it.
    async fn context_of(&self, agent: &AgentRow) -> Result<String> {
        let (mut said, mut size, mut before) = (Vec::new(), 0, None);
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

fn agent_archived() -> Error {
    Error::new(Kind::Conflict, "agent_archived", "This agent is archived. Unarchive it, then send the prompt again.")
}

fn session_missing() -> Notice {
    Notice {
        code: "session_missing".to_owned(),
        message: "The agent program does not have this conversation any more, so it does not remember what was said before. \
                  You can start afresh with the conversation as context."
            .to_owned(),
        detail: None,
    }
}
