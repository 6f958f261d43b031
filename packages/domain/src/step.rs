//! Steps: the folded, lasting form of a conversation.

use serde::{Deserialize, Serialize};

use crate::{Notice, RunError, StepId, ToolCall};

/// Text beyond this many bytes is kept in pieces beside the step, which then holds a preview.
pub const INLINE_BYTES: usize = 256 * 1024;

/// One thing in a conversation, as it stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub id: StepId,
    /// Milliseconds since 1970 when it began, and when it ended.
    pub started_at: i64,
    pub ended_at: Option<i64>,
    /// Bytes of the whole text or of the whole tool call, also where `body` holds a preview.
    pub size: u64,
    /// True when `body` holds a preview and the rest is to be had as the step's content.
    pub truncated: bool,
    pub body: StepBody,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StepBody {
    UserMessage { text: String },
    AssistantMessage { text: String },
    Thinking { text: String },
    ToolCall(Box<ToolCall>),
    Notice(Notice),
    Error(RunError),
}

impl StepBody {
    /// The name of the variant, as the API and the database write it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UserMessage { .. } => "user_message",
            Self::AssistantMessage { .. } => "assistant_message",
            Self::Thinking { .. } => "thinking",
            Self::ToolCall(_) => "tool_call",
            Self::Notice(_) => "notice",
            Self::Error(_) => "error",
        }
    }
}
