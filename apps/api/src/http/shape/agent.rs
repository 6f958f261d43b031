use domain::{Mode, Permission};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    queue::QueueSummary,
    run::{Model, Run, TokenUsage},
    workspace::Workspace,
};
use crate::{
    app::{AgentRow, App, RunRow, clock::rfc3339, workspace::Source},
    http::AppState,
};

/// A conversation: Cursor's fields, and ours.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Agent {
    id: String,
    name: String,
    /// `ACTIVE` or `ARCHIVED`.
    status: &'static str,
    env: Env,
    url: String,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_run_id: Option<String>,
    repos: Vec<Repo>,
    work_on_current_branch: bool,
    #[serde(rename = "autoCreatePR")]
    auto_create_pr: bool,
    /// `cursor` or `demo`.
    driver: String,
    workspace: Workspace,
    permission: Permission,
    mode: Mode,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<Model>,
    /// A run has ended since the chat was last marked read.
    unread: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_run: Option<Run>,
    /// Prompts that wait for the run before them.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<QueueSummary>,
    /// The agent program's own id of the chat.
    session_id: String,
    /// Continues the chat in a terminal.
    terminal_command: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_usage: Option<TokenUsage>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AgentEnv)]
pub struct Env {
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RepoConfig)]
pub struct Repo {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    starting_ref: Option<String>,
}

/// An agent with its latest run.
pub fn agent(app: &App, row: &AgentRow, latest: Option<&RunRow>) -> Agent {
    let model_name = latest.and_then(|run| run.model_name.clone());
    let source = Source::of(row);
    Agent {
        name: row.name.clone(),
        status: if row.archived_at.is_some() { "ARCHIVED" } else { "ACTIVE" },
        env: Env { kind: "machine" },
        url: format!("{}/agents/{}", app.public_base(), row.id),
        created_at: rfc3339(row.created_at),
        updated_at: rfc3339(row.updated_at),
        latest_run_id: row.latest_run_id.clone(),
        repos: source.repositories.into_iter().map(|repo| Repo { url: repo.url, starting_ref: repo.starting_ref }).collect(),
        work_on_current_branch: source.work_on_current_branch,
        auto_create_pr: false,
        driver: row.driver.clone(),
        workspace: super::workspace::workspace(app, row),
        permission: Permission::parse(&row.permission).unwrap_or(Permission::Rules),
        mode: Mode::parse(&row.mode).unwrap_or(Mode::Agent),
        model: (row.model.is_some() || model_name.is_some())
            .then(|| Model { id: row.model.clone().unwrap_or_else(|| "auto".to_owned()), display_name: model_name }),
        unread: row.unread,
        latest_run: latest.map(|run| super::run::run(app, run).with_git(super::workspace::branches(row))),
        queue: (row.queued > 0 || row.queue_pause.is_some()).then(|| super::queue::summary(row)),
        session_id: row.session_id.clone(),
        terminal_command: app.terminal_command(row),
        total_usage: None,
        id: row.id.clone(),
    }
}

impl Agent {
    pub fn with_usage(mut self, usage: domain::Usage) -> Self {
        self.total_usage = Some(TokenUsage::from(usage));
        self
    }
}

/// Agents with their latest runs, in the order given.
pub async fn agents(app: &AppState, rows: &[AgentRow]) -> crate::app::Result<Vec<Agent>> {
    let runs = app.latest_runs(rows).await?;
    let latest = |row: &AgentRow| runs.iter().find(|run| Some(&run.id) == row.latest_run_id.as_ref());
    Ok(rows.iter().map(|row| agent(app, row, latest(row))).collect())
}
