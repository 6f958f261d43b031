use domain::{Mode, Permission};
use serde::Serialize;
use utoipa::ToSchema;

use super::run::Model;
use crate::app::{
    AgentRow, Page, QueuedPromptRow,
    clock::rfc3339,
    queue::{Pause, body_of},
};

/// A follow-up that waits. Its id is the id of the run that it becomes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueuedPrompt {
    id: String,
    agent_id: String,
    prompt: PromptText,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<Model>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<Permission>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow: Vec<String>,
    /// `fresh`.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'static str>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize, ToSchema)]
pub struct PromptText {
    text: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    items: Vec<QueuedPrompt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    #[serde(flatten)]
    summary: QueueSummary,
}

/// How many wait, and why they do not go on.
#[derive(Serialize, ToSchema)]
pub struct QueueSummary {
    total: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<QueuePause>,
}

#[derive(Serialize, ToSchema)]
pub struct QueuePause {
    /// `run_failed`, `run_stopped`, `usage_limit`, `limit_reached`, `not_startable`, `copied`, `by_user`.
    reason: String,
    message: String,
    at: String,
}

impl From<Pause> for QueuePause {
    fn from(pause: Pause) -> Self {
        Self { reason: pause.reason, message: pause.message, at: rfc3339(pause.at) }
    }
}

pub fn queued_prompt(row: &QueuedPromptRow) -> QueuedPrompt {
    let body = body_of(&row.body);
    QueuedPrompt {
        id: row.id.clone(),
        agent_id: row.agent_id.clone(),
        prompt: PromptText { text: body.prompt },
        mode: body.mode,
        model: body.model.map(|id| Model { id, display_name: None }),
        permission: body.permission,
        allow: body.allow,
        session: body.fresh_session.then_some("fresh"),
        created_at: rfc3339(row.created_at),
        updated_at: rfc3339(row.updated_at),
    }
}

pub fn summary(agent: &AgentRow) -> QueueSummary {
    QueueSummary { total: agent.queued, paused: Pause::of(agent).map(QueuePause::from) }
}

pub fn queue(agent: &AgentRow, page: &Page<QueuedPromptRow>) -> Queue {
    let next_cursor = page.items.last().filter(|_| page.more).map(|last| last.rank.to_string());
    Queue { items: page.items.iter().map(queued_prompt).collect(), next_cursor, summary: summary(agent) }
}
