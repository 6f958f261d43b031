use domain::{Mode, Permission, RunError, RunStatus, Usage};
use serde::Serialize;
use utoipa::ToSchema;

use super::workspace::Git;
use crate::app::{App, RunRow, admission::Waiting, clock::rfc3339};

/// One prompt and what came of it: Cursor's fields, and ours.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    id: String,
    agent_id: String,
    status: RunStatus,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<i64>,
    /// The agent's last words.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<RunError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<Model>,
    mode: Mode,
    permission: Permission,
    #[serde(skip_serializing_if = "Option::is_none")]
    cli_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<TokenUsage>,
    /// How many tool calls it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<i32>,
    /// Its place in the line for a slot, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_position: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<RunWaiting>,
    /// The agent's branches, which are the same for all its runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    git: Option<Git>,
}

impl Run {
    pub fn with_git(mut self, git: Option<Git>) -> Self {
        self.git = git;
        self
    }
}

/// Why a run has not begun.
#[derive(Serialize, ToSchema)]
pub struct RunWaiting {
    /// `slot` or `day_limit`.
    reason: &'static str,
    message: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    pub id: String,
    /// What the agent program called it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

#[derive(Clone, Copy, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenUsage {
    input_tokens: u64,
    output_tokens: u64,
    cache_write_tokens: u64,
    cache_read_tokens: u64,
    total_tokens: u64,
}

impl From<Usage> for TokenUsage {
    fn from(usage: Usage) -> Self {
        Self {
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cache_write_tokens: usage.cache_write_tokens,
            cache_read_tokens: usage.cache_read_tokens,
            total_tokens: usage.total_tokens(),
        }
    }
}

pub fn run(app: &App, row: &RunRow) -> Run {
    let (text, error) = row.outcome();
    let (queue_position, waiting) = match app.waiting(row) {
        Some(waiting) => shape_waiting(waiting),
        None => (None, None),
    };
    Run {
        id: row.id.clone(),
        agent_id: row.agent_id.clone(),
        status: RunStatus::parse(&row.status).unwrap_or(RunStatus::Error),
        created_at: rfc3339(row.created_at),
        updated_at: rfc3339(row.updated_at),
        started_at: row.started_at.map(rfc3339),
        duration_ms: row.duration_ms,
        result: text.filter(|text| !text.is_empty()),
        error,
        model: (row.model.is_some() || row.model_name.is_some())
            .then(|| Model { id: row.model.clone().unwrap_or_else(|| "auto".to_owned()), display_name: row.model_name.clone() }),
        mode: Mode::parse(&row.mode).unwrap_or(Mode::Agent),
        permission: Permission::parse(&row.permission).unwrap_or(Permission::Rules),
        cli_version: row.cli_version.clone(),
        usage: row.usage().map(TokenUsage::from),
        tool_calls: row.tool_calls,
        queue_position,
        waiting,
        git: None,
    }
}

fn shape_waiting(waiting: Waiting) -> (Option<usize>, Option<RunWaiting>) {
    match waiting {
        Waiting::Slot(position) => {
            let message = "As many runs are live as may be at once; this one starts when another has ended.".to_owned();
            (Some(position), Some(RunWaiting { reason: "slot", message }))
        }
        Waiting::Day(message) => (None, Some(RunWaiting { reason: "day_limit", message })),
    }
}
