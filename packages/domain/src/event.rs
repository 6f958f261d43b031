//! What happens in a run: the numbered things that a stream carries.

use serde::{Deserialize, Serialize};

use crate::{ToolCall, run::RunStatus};

/// One thing that happened in a run. Text is a piece that follows the one before it; a tool call
/// comes once when it starts and once when it completes, or only the latter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Status { status: RunStatus },
    Assistant { text: String },
    Thinking { text: String },
    ToolCall(Box<ToolCall>),
    Notice(Notice),
    Result(RunResult),
    Error(RunError),
    Done,
}

/// Something the user should know that is neither text of the agent nor a failure of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// `output`, `unknown_event`, `reconnecting`, `background_ended`, `session_missing` …
    pub code: String,
    /// One sentence for a person.
    pub message: String,
    /// What the program wrote, as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// How a run ended, as the stream's `result` tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    pub status: RunStatus,
    /// The agent's last words: the text after the last tool call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// Why a run failed, in the program's own words, and what to do about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunError {
    /// `not_logged_in`, `invalid_api_key`, `invalid_model`, `usage_limit`, `not_trusted`,
    /// `agent_failed`, `agent_not_found`, `run_timeout`, `run_silent`, `output_limit`, `disk_full`,
    /// `supervisor_lost`, `host_restarted` …
    pub code: String,
    /// The program's own words where it said any.
    pub message: String,
    /// One sentence: what to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
