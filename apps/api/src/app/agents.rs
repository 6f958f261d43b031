//! Agents, which the page calls chats.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use ::agents::cursor::chats::TranscriptEntry;
use db::{
    AgentChange, AgentRow, NewAgent, RunRow,
    query::{agents, directories, page::Page, runs},
};
use domain::{AgentId, Mode, Permission, RunId, RunStatus, Usage};

use super::{
    App, Error, Kind, Result,
    clock::now_ms,
    cursor::{chats, home::CursorHome},
    launch::{Driver, environment_purpose},
    steps::{history_steps, prompt_steps},
    title::title_of,
    workspace::{WorkspaceChoice, source::BranchChoice},
};

/// How long the end of a run is waited for before its chat is removed or a cancel answered.
pub const END_WAIT: Duration = Duration::from_secs(12);

pub struct CreateAgent {
    pub prompt: String,
    pub name: Option<String>,
    pub model: Option<String>,
    pub mode: Mode,
    pub permission: Option<Permission>,
    pub driver: Driver,
    pub workspace: WorkspaceChoice,
    pub branch: BranchChoice,
    pub agent_id: Option<AgentId>,
    pub environment: Vec<(String, String)>,
    /// One of the CLI's own chats to go on with.
    pub cli_chat: Option<(String, String)>,
}

#[derive(Default)]
pub struct AgentPatch {
    pub name: Option<String>,
    pub permission: Option<Permission>,
    pub mode: Option<Mode>,
    /// `Some(None)`: back to Auto.
    pub model: Option<Option<String>>,
    pub unread: Option<bool>,
}

impl App {
    /// `seed`: the id of the first run, and of the agent unless it has one, where the request can be repeated.
    pub async fn create_agent(
        self: &Arc<Self>,
        user_id: i64,
        request: CreateAgent,
        seed: Option<uuid::Uuid>,
    ) -> Result<(AgentRow, RunRow)> {
        let id = request.agent_id.unwrap_or_else(|| seed.map_or_else(AgentId::mint, AgentId::from)).to_string();
        let run_id = seed.map_or_else(RunId::mint, RunId::from);
        if seed.is_some()
            && let Some(run) = runs::find(&self.db, &id, &run_id.to_string()).await?
        {
            return Ok((self.get_agent(user_id, &id).await?, run));
        }
        if request.driver == Driver::Cursor {
            self.check_model(request.model.as_deref()).await?;
        }
        let chosen = self.choose_workspace(&id, &request.workspace, request.branch).await?;
        let (workspace_type, workspace_path) = (chosen.kind, chosen.path);
        let continued = match &request.cli_chat {
            Some(chat) => Some(self.copy_cli_chat(&id, chat, &self.data.root().join(&workspace_path)).await?),
            None => None,
        };
        let now = now_ms();
        let permission = request.permission.unwrap_or(Permission::Everything);
        let environment =
            (!request.environment.is_empty()).then(|| serde_json::to_string(&request.environment).unwrap_or_default());
        let environment = match environment {
            Some(json) => Some(
                self.sealer
                    .seal(&environment_purpose(&id), &json)
                    .ok_or_else(|| Error::internal("seal the variables", "sealing failed"))?,
            ),
            None => None,
        };
        let title = continued.as_ref().map(|(chat, _)| chat.title.clone()).unwrap_or_else(|| title_of(&request.prompt));
        let agent = AgentRow {
            id: id.clone(),
            user_id,
            runner_id: "local".to_owned(),
            driver: request.driver.as_str().to_owned(),
            name: request.name.unwrap_or(title),
            workspace_type: workspace_type.to_owned(),
            workspace_path: workspace_path.to_string_lossy().into_owned(),
            model: request.model.clone(),
            mode: request.mode.as_str().to_owned(),
            permission: permission.as_str().to_owned(),
            allow_rules: "[]".to_owned(),
            environment,
            session_id: continued.as_ref().map_or_else(|| uuid::Uuid::new_v4().to_string(), |(chat, _)| chat.id.clone()),
            session_seen: continued.is_some(),
            unread: false,
            archived_at: None,
            created_at: now,
            updated_at: now,
            latest_run_id: Some(run_id.to_string()),
            run_count: 1,
            cli_chat_id: continued.as_ref().map(|(chat, _)| chat.id.clone()),
            queued: 0,
            queue_pause: None,
            queue_sending: None,
            limits: None,
            workspace_state: if matches!(workspace_type, "git" | "copy") { "pending" } else { "ready" }.to_owned(),
            workspace_source: Some(serde_json::to_string(&chosen.source).unwrap_or_default()),
            repositories: None,
            first_port: None,
            base_tree: None,
        };
        for (url, credential) in chosen.credentials {
            self.keep_url_credential(user_id, &url, credential).await?;
        }
        let run = self.new_run(&agent, run_id, now).await;
        let history = continued.map(|(chat, entries)| history_steps(&id, &chat, &entries)).unwrap_or_default();
        let prompt = prompt_steps(run_id, &request.prompt, now);
        let _expected = self.runner.expecting(run_id);
        let new = NewAgent { agent: agent.clone(), run: run.clone(), history, prompt };
        match agents::create(&self.db, new).await {
            Ok(()) => {}
            Err(db::DbError::Conflict) => {
                // The same request, which whoever sent it did not wait for.
                if let Some(run) = runs::find(&self.db, &id, &run.id).await? {
                    return Ok((self.get_agent(user_id, &id).await?, run));
                }
                return Err(Error::new(Kind::Conflict, "agent_id_conflict", "There is an agent with this id already."));
            }
            Err(other) => return Err(other.into()),
        }
        let directory = match &request.workspace {
            WorkspaceChoice::Local(_) => Some(agent.workspace_path.clone()),
            WorkspaceChoice::Copy { .. } => chosen.source.copy_of.map(|path| path.to_string_lossy().into_owned()),
            _ => None,
        };
        if let Some(path) = &directory {
            let permission = request.permission.map(Permission::as_str);
            if let Err(error) = directories::remember(&self.db, user_id, path, permission, now).await {
                tracing::warn!(%error, "a directory was not remembered");
            }
        }
        self.launch(&agent, &run, Some(request.prompt)).await?;
        Ok((agent, run))
    }

    pub async fn get_agent(&self, user_id: i64, id: &str) -> Result<AgentRow> {
        // A text that is no id is simply not one of ours.
        let id: AgentId = id.parse().map_err(|_| Error::agent_not_found())?;
        agents::find(&self.db, user_id, &id.to_string()).await?.ok_or_else(Error::agent_not_found)
    }

    pub async fn list_agents(&self, user_id: i64, filter: agents::Filter, limit: u64) -> Result<Page<AgentRow>> {
        Ok(agents::list(&self.db, user_id, filter, limit).await?)
    }

    /// The latest runs of `agents`, in no order.
    pub async fn latest_runs(&self, agents: &[AgentRow]) -> Result<Vec<RunRow>> {
        Ok(runs::find_many(&self.db, agents.iter().filter_map(|agent| agent.latest_run_id.clone()).collect()).await?)
    }

    pub async fn patch_agent(&self, user_id: i64, id: &str, patch: AgentPatch) -> Result<AgentRow> {
        let agent = self.get_agent(user_id, id).await?;
        if let Some(Some(model)) = &patch.model
            && agent.driver == Driver::Cursor.as_str()
        {
            self.check_model(Some(model)).await?;
        }
        let change = AgentChange {
            name: patch.name,
            permission: patch.permission.map(|permission| permission.as_str().to_owned()),
            mode: patch.mode.map(|mode| mode.as_str().to_owned()),
            model: patch.model,
            unread: patch.unread,
            ..AgentChange::default()
        };
        agents::update(&self.db, user_id, &agent.id, change).await?;
        self.get_agent(user_id, id).await
    }

    /// Tells pages that something about an agent, which stands in no row, is another one now.
    pub async fn announce_agent(&self, id: &str) -> Result<()> {
        if let Some(agent) = agents::find_any(&self.db, id).await? {
            agents::update(&self.db, agent.user_id, &agent.id, AgentChange::default()).await?;
        }
        Ok(())
    }

    /// Archives or brings back; the same again changes nothing.
    pub async fn set_archived(&self, user_id: i64, id: &str, archived: bool) -> Result<()> {
        let agent = self.get_agent(user_id, id).await?;
        if agent.archived_at.is_some() != archived {
            let now = now_ms();
            let change =
                AgentChange { archived_at: Some(archived.then_some(now)), updated_at: Some(now), ..AgentChange::default() };
            agents::update(&self.db, user_id, &agent.id, change).await?;
            self.queues.notify_one();
        }
        Ok(())
    }

    /// Ends what runs, then removes the chat and what is ours of it. A directory of the user's stays.
    pub async fn delete_agent(&self, user_id: i64, id: &str) -> Result<()> {
        let agent = self.get_agent(user_id, id).await?;
        let all = runs::all_of(&self.db, &agent.id).await?;
        for run in &all {
            self.end_run(&run.id).await?;
        }
        // Also one that began meanwhile.
        for run in agents::delete(&self.db, user_id, &agent.id).await? {
            let ended = self.end_run(&run).await;
            let Ok(run) = run.parse() else { continue };
            if ended.is_err() {
                self.runner.kill(run).await;
            }
            if let Err(error) = self.runner.remove(run).await {
                tracing::warn!(%run, %error, "the files of a deleted run stay behind");
            }
        }
        // What we do there ourselves comes to its end first.
        let _writing = self.wait_to_write(&self.workspace(&agent)).await;
        let workspace = (agent.workspace_type != "local").then(|| self.workspace(&agent));
        let git = self.data.root().join("git").join(&agent.id);
        let ours = [self.data.cursor(&agent.id), self.data.checkpoints(&agent.id), git].into_iter().chain(workspace);
        for path in ours {
            let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(path)).await;
            if let Ok(Err(error)) = removed
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(%error, "files of a deleted chat stay behind");
            }
        }
        Ok(())
    }

    /// Ends a run if it is live, by force if it cannot be reached.
    async fn end_run(&self, run: &str) -> Result<()> {
        let Ok(run) = run.parse::<RunId>() else { return Ok(()) };
        if !self.runner.is_live(run).await? {
            return Ok(());
        }
        // Already ending is as good.
        let stopped = tokio::time::timeout(END_WAIT, self.runner.stop(run)).await.is_ok();
        if !stopped || tokio::time::timeout(END_WAIT, self.runner.ended(run)).await.is_err() {
            self.runner.kill(run).await;
        }
        Ok(())
    }

    /// Tokens of each run, oldest first, of one or of all.
    pub async fn usage(&self, user_id: i64, id: &str, run_id: Option<&str>) -> Result<Vec<(String, Usage)>> {
        let agent = self.get_agent(user_id, id).await?;
        let mut all = runs::all_of(&self.db, &agent.id).await?;
        if let Some(run_id) = run_id {
            all.retain(|run| run.id == run_id);
            if all.is_empty() {
                return Err(Error::run_not_found());
            }
        }
        Ok(all.into_iter().map(|run| (run.id.clone(), run.usage().unwrap_or_default())).collect())
    }

    /// Which of the CLI's own chats are continued by which agents.
    pub async fn continued_chats(&self, user_id: i64) -> Result<Vec<(String, String)>> {
        Ok(agents::continued_chats(&self.db, user_id).await?)
    }

    /// The shell line that goes on with a chat in a terminal.
    pub fn terminal_command(&self, agent: &AgentRow) -> String {
        let home = CursorHome::at(&self.data.cursor(&agent.id));
        let program = match Driver::parse(&agent.driver) {
            Some(Driver::Demo) => self.demo_argv.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
            _ => match self.finder.configured() {
                Some(path) => quoted(&path.to_string_lossy()),
                None => "cursor-agent".to_owned(),
            },
        };
        format!(
            "cd {} && CURSOR_CONFIG_DIR={} CURSOR_DATA_DIR={} {program} --resume={}",
            quoted(&self.workspace(agent).to_string_lossy()),
            quoted(&home.config.to_string_lossy()),
            quoted(&home.data.to_string_lossy()),
            agent.session_id
        )
    }

    pub(crate) async fn check_model(&self, model: Option<&str>) -> Result<()> {
        let Some(model) = model.filter(|model| *model != "auto") else { return Ok(()) };
        if model.len() > 200 || model.starts_with('-') || model.chars().any(char::is_control) || !self.knows_model(model).await {
            let message = format!("The model {model} is not on the list of this account; GET /v1/models has it.");
            return Err(Error::new(Kind::Invalid, "invalid_model", message));
        }
        Ok(())
    }

    pub(crate) async fn new_run(&self, agent: &AgentRow, id: RunId, now: i64) -> RunRow {
        let version =
            self.known_cursor_state().and_then(|state| state.program.as_ref().and_then(|program| program.version.clone()));
        RunRow {
            id: id.to_string(),
            agent_id: agent.id.clone(),
            number: agent.run_count,
            status: RunStatus::Creating.as_str().to_owned(),
            mode: agent.mode.clone(),
            model: agent.model.clone(),
            model_name: None,
            permission: agent.permission.clone(),
            cli_version: version.filter(|_| agent.driver == Driver::Cursor.as_str()),
            created_at: now,
            updated_at: now,
            started_at: None,
            ended_at: None,
            duration_ms: None,
            outcome: None,
            input_tokens: None,
            output_tokens: None,
            cache_read_tokens: None,
            cache_write_tokens: None,
            tool_calls: None,
            fresh_session: false,
            released: false,
            shared: false,
        }
    }

    async fn copy_cli_chat(
        &self,
        agent_id: &str,
        (id, directory): &(String, String),
        workspace: &Path,
    ) -> Result<(chats::CliChat, Vec<TranscriptEntry>)> {
        let not_found =
            || Error::new(Kind::NotFound, "chat_not_found", "The Cursor CLI has no chat with this id in this directory.");
        let (id, directory) = (id.clone(), PathBuf::from(directory));
        let to = CursorHome::at(&self.data.cursor(agent_id));
        let workspace = workspace.to_owned();
        let task = tokio::task::spawn_blocking(move || {
            let from = chats::user_home()?;
            let mut chat = chats::find(&from, &directory, &id)?;
            let entries = chats::read_transcript(&from, &chat);
            if let Some(first) = entries.first() {
                chat.title = title_of(&first.text);
            }
            Some(chats::copy(&from, &to, &chat, &workspace).map(|()| (chat, entries)))
        });
        let copied = task.await.map_err(|error| Error::internal("copy the chat", error))?.ok_or_else(not_found)?;
        copied.map_err(|error| Error::internal("copy the chat", error))
    }
}

/// As one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|char| char.is_ascii_alphanumeric() || "/._-+=:@%,".contains(char));
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_shell_stay_one_word() {
        assert_eq!(quoted("/a/b-c"), "/a/b-c");
        assert_eq!(quoted("/a b"), "'/a b'");
        assert_eq!(quoted("it's; rm -rf"), r"'it'\''s; rm -rf'");
    }
}
