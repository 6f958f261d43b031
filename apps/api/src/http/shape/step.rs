use domain::{Notice, Outcome, RunError, StepBody, ToolStatus, ToolView};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::{StoredStep, clock::rfc3339};

/// One thing in a conversation, as it stays.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    id: String,
    agent_id: String,
    run_id: String,
    /// Rises along the conversation.
    position: i64,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    /// The rest is to be had as the step's content.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(flatten)]
    body: Body,
}

#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Body {
    UserMessage { text: String },
    AssistantMessage { text: String },
    Thinking { text: String },
    ToolCall(Box<Call>),
    Notice(Notice),
    Error(RunError),
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Call {
    call_id: String,
    name: String,
    status: ToolStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    outcome: Outcome,
    view: ToolView,
}

pub fn step(stored: StoredStep) -> Step {
    let StoredStep { agent_id, position, step } = stored;
    Step {
        id: step.id.to_string(),
        agent_id,
        run_id: step.id.run.to_string(),
        position,
        created_at: rfc3339(step.started_at),
        ended_at: step.ended_at.map(rfc3339),
        truncated: step.truncated,
        size: step.truncated.then_some(step.size),
        body: match step.body {
            StepBody::UserMessage { text } => Body::UserMessage { text },
            StepBody::AssistantMessage { text } => Body::AssistantMessage { text },
            StepBody::Thinking { text } => Body::Thinking { text },
            StepBody::ToolCall(call) => Body::ToolCall(Box::new(Call {
                call_id: call.call_id,
                name: call.name,
                status: call.status,
                args: call.args,
                result: call.result,
                outcome: call.outcome,
                view: call.view,
            })),
            StepBody::Notice(notice) => Body::Notice(notice),
            StepBody::Error(error) => Body::Error(error),
        },
    }
}
