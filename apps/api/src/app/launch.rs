//! From an agent and a prompt to a running program.

use std::{ffi::OsString, path::Path, sync::Arc};

use agents::{
    Decoder,
    cursor::{self, CursorDecoder, LaunchRequest, base_environment},
};
use db::{AgentRow, RunRow, query::steps};
use domain::{Guards, Mode, Permission, RunError, RunId, RunStatus};
use runner::{Admitted, Gate, Known, Launch, Limits, RunOutcome, RunStore, RunnerError};
use uuid::Uuid;

use super::{
    App, Error, Kind, Result,
    admission::Permit,
    clock::now_ms,
    cursor::home::CursorHome,
    runs::session_missing,
    workspace::{ports::ports, prepare::Prepared},
};

/// Which agent program a chat is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    Cursor,
    Demo,
}

impl Driver {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cursor => "cursor",
            Self::Demo => "demo",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Cursor, Self::Demo].into_iter().find(|driver| driver.as_str() == text)
    }

    /// Both speak the CLI's stream.
    pub fn decoder(self) -> Box<dyn Decoder> {
        Box::new(CursorDecoder::new())
    }
}

/// What a chat's own variables are sealed for.
pub fn environment_purpose(agent_id: &str) -> String {
    format!("environment of {agent_id}")
}

impl App {
    /// Starts a run whose row is committed, as soon as it may. Whatever goes wrong from here on is the run's
    /// own end, told in its stream and its steps. `prompt`: as the row's step holds it, if it is at hand.
    pub(crate) async fn launch(self: &Arc<Self>, agent: &AgentRow, run: &RunRow, prompt: Option<String>) -> Result<()> {
        let run_id: RunId = run.id.parse().map_err(|error: domain::id::InvalidId| Error::internal("launch the run", error))?;
        let driver = Driver::parse(&agent.driver).unwrap_or(Driver::Cursor);
        let line = self.line_up(agent.user_id, run, run_id).await;
        // Who waits is not to hold on to a prompt of megabytes.
        let prompt = prompt.filter(|_| self.admission.waiting(run_id).is_none());
        let (app, agent, row) = (self.clone(), agent.clone(), run.clone());
        let gate = Gate::new(|tell| async move {
            let permit = app.wait_in(line, agent.user_id, &row, run_id).await;
            let permit = permit
                .ok_or_else(|| RunnerError::Io { what: "wait for a slot", source: std::io::ErrorKind::Interrupted.into() })?;
            // Its chat may have been changed while it waited, and its workspace made by a run before.
            let agent = db::query::agents::find_any(&app.db, &agent.id).await.ok().flatten().unwrap_or(agent);
            let Prepared { agent, presence, notices } = app.prepare_workspace(agent, run_id, &tell).await?;
            let mut launch = app.prepare(&agent, &row, run_id, driver, prompt).await?;
            launch.notices.splice(0..0, notices);
            Ok(Admitted { launch, permit: Box::new((permit, presence)) })
        });
        if let Err(error) = self.runner.start(run_id, 1, driver.decoder(), gate) {
            tracing::error!(run = %run.id, %error, "a run could not be launched");
            self.end_unlaunched(run_id, matches!(error, RunnerError::DiskFull), &error).await;
        }
        Ok(())
    }

    async fn prepare(
        &self,
        agent: &AgentRow,
        run: &RunRow,
        run_id: RunId,
        driver: Driver,
        prompt: Option<String>,
    ) -> std::result::Result<Launch, RunnerError> {
        let failed = |what: &'static str| {
            move |source: std::io::Error| match source.kind() {
                std::io::ErrorKind::StorageFull => RunnerError::DiskFull,
                _ => RunnerError::Io { what, source },
            }
        };
        let unread = |error: Error| failed("read the conversation")(std::io::Error::other(error));
        let prompt = match prompt {
            Some(prompt) => prompt,
            None => self.prompt_of(run).await.map_err(unread)?.unwrap_or_default(),
        };
        let (input, notices) = if run.fresh_session {
            (format!("{}{prompt}", self.context_of(agent, run).await.map_err(unread)?), Vec::new())
        } else if self.session_is_missing(agent) {
            (prompt, vec![session_missing()])
        } else {
            (prompt, Vec::new())
        };
        let guards = self.guards(agent).await;
        let workspace = self.workspace(agent);
        let home = CursorHome::at(&self.data.cursor(&agent.id));
        let allow: Vec<String> = serde_json::from_str(&agent.allow_rules).unwrap_or_default();
        let shared = self.known_cursor_state().and_then(|state| state.login.shared.clone());
        home.prepare(&allow, shared.as_deref()).map_err(failed("prepare the agent program's directories"))?;
        let (program, words, api_key) = match driver {
            Driver::Cursor => {
                let found = self.finder.find().await.map(|program| program.resolved);
                // The program's absence is told by its start, in the run.
                let missing = || self.finder.configured().unwrap_or(Path::new("cursor-agent")).to_owned();
                (found.unwrap_or_else(missing), Vec::new(), self.cursor_api_key().await)
            }
            Driver::Demo => {
                let (program, words) = self
                    .demo_argv
                    .split_first()
                    .map_or((String::new(), Vec::new()), |(program, words)| (program.clone(), words.to_vec()));
                (program.into(), words, None)
            }
        };
        let request = LaunchRequest {
            program: &program,
            workspace: &workspace,
            session: Uuid::parse_str(&agent.session_id).unwrap_or_else(|_| run_id.uuid()),
            model: run.model.as_deref(),
            permission: Permission::parse(&run.permission).unwrap_or(Permission::Rules),
            mode: Mode::parse(&run.mode).unwrap_or(Mode::Agent),
            config_dir: &home.config,
            data_dir: &home.data,
            api_key: api_key.as_deref(),
        };
        let line = cursor::launch(&request);
        let mut argv = vec![line.program.to_string_lossy().into_owned()];
        argv.extend(words);
        argv.extend(line.args.iter().map(|argument| argument.to_string_lossy().into_owned()));
        let mut environment = base_environment(std::env::vars_os());
        environment.extend(self.config.agent_env.iter().map(|(name, value)| (name.into(), value.into())));
        if let Some((first, last)) = ports(agent) {
            environment.push(("CURSOR_SELFHOST_PORT".into(), first.to_string().into()));
            environment.push(("CURSOR_SELFHOST_PORT_END".into(), last.to_string().into()));
        }
        environment.extend(self.chat_environment(agent));
        environment.extend(line.env);
        // Code that we did not choose must not be loaded into the agent program.
        environment.retain(|(name, _)| name != "NODE_OPTIONS");
        Ok(Launch {
            argv,
            directory: workspace.to_string_lossy().into_owned(),
            environment,
            input: input.into_bytes(),
            end_of_turn: cursor::END_OF_TURN_MARK,
            limits: shim_limits(&guards),
            guards,
            notices,
            secrets: self.secrets_of(agent).await,
        })
    }

    fn chat_environment(&self, agent: &AgentRow) -> Vec<(OsString, OsString)> {
        let opened =
            agent.environment.as_deref().and_then(|sealed| self.sealer.open_sealed(&environment_purpose(&agent.id), sealed));
        let variables: Vec<(String, String)> = opened.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    /// What must not stand in a chat's events and steps: its own variables, and the CLI's key.
    async fn secrets_of(&self, agent: &AgentRow) -> Vec<String> {
        let variables = self.chat_environment(agent).into_iter().filter_map(|(_, value)| value.into_string().ok());
        variables.chain(self.cursor_api_key().await).collect()
    }

    /// Takes up a run that another server left: follows it, or launches it if that one did not come to it.
    pub(crate) async fn attach(self: &Arc<Self>, run: RunRow, permit: Option<Permit>) -> Result<()> {
        let run_id: RunId = run.id.parse().map_err(|error: domain::id::InvalidId| Error::internal("take up the run", error))?;
        let agent = db::query::agents::find_any(&self.db, &run.agent_id).await?;
        let driver = agent.as_ref().and_then(|agent| Driver::parse(&agent.driver)).unwrap_or(Driver::Cursor);
        // What has run does not run again, whatever became of its directory.
        let may_launch = run.started_at.is_none() && run.status == RunStatus::Creating.as_str();
        if let Some(agent) = agent.as_ref().filter(|_| may_launch)
            && self.claim(run_id).await?
        {
            // It waited, or the server died between its commit and the start of its program.
            drop(permit);
            return self.launch(agent, &run, None).await;
        }
        let permit = permit.unwrap_or_else(|| self.admission.occupy());
        let known = Known {
            closed: steps::known(&self.db, &run.agent_id, run.number).await?,
            pieces: steps::known_pieces(&self.db, &run.agent_id, run.number).await?,
        };
        let secrets = match &agent {
            Some(agent) => self.secrets_of(agent).await,
            None => Vec::new(),
        };
        let presence = match &agent {
            Some(agent) => Some(self.workspaces.places.enter(run_id, &agent.id, &self.workspace(agent)).await.0),
            None => None,
        };
        Ok(self.runner.attach(run_id, driver.decoder(), 1, known, secrets, Box::new((permit, presence))).await?)
    }

    async fn claim(&self, run: RunId) -> Result<bool> {
        let runner = self.runner.clone();
        let claimed = tokio::task::spawn_blocking(move || runner.claim_unlaunched(run)).await;
        Ok(claimed.map_err(|error| Error::internal("take up the run", error))??)
    }

    /// Ends a run that cannot be taken up: its processes, and its row.
    pub(crate) async fn give_up(&self, run: RunId, error: &Error) {
        self.runner.kill(run).await;
        self.end_unlaunched(run, error.kind == Kind::DiskFull, error).await;
    }

    pub(crate) async fn end_unlaunched(&self, run: RunId, disk_full: bool, error: &(dyn std::error::Error + Sync)) {
        let why = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        let code = if disk_full { "disk_full" } else { "supervisor_lost" };
        let error = RunError {
            code: code.to_owned(),
            message: format!("The run could not be started: {error}{why}."),
            hint: Some("Mend that, then send the prompt again.".to_owned()),
        };
        let step = domain::Step {
            id: domain::StepId { run, ordinal: u32::MAX },
            started_at: now_ms(),
            ended_at: Some(now_ms()),
            size: error.message.len() as u64,
            truncated: false,
            body: domain::StepBody::Error(error.clone()),
        };
        let outcome = RunOutcome {
            status: RunStatus::Error,
            text: None,
            error: Some(error),
            usage: None,
            duration_ms: Some(0),
            tool_calls: 0,
            stopped: false,
            exceeded: None,
            ended_at: now_ms(),
        };
        if let Err(error) = self.runner.store().finish(run, vec![domain::StepChange::Closed(step)], outcome).await {
            tracing::error!(%run, %error, "a run's end could not be stored; the next start tries again");
        }
    }
}

/// What of the guards the shim enforces by itself, with or without a server.
fn shim_limits(guards: &Guards) -> Limits {
    Limits {
        wall_ms: guards.wall.map_or(0, |wall| wall.most),
        silence_ms: guards.silence_ms.unwrap_or(0),
        output_bytes: guards.output_bytes.unwrap_or(0),
        ..Limits::default()
    }
}
