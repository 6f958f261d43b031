//! Tool calls: what the agent program did, in the words of the API and in a typed view for people.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One tool call as it stands: started, or completed with its outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolCall {
    /// Opaque, verbatim; may hold a newline.
    pub call_id: String,
    /// The public tool name: `read_file`, `run_terminal_cmd`, `mcp` …
    pub name: String,
    pub status: ToolStatus,
    /// As the program wrote them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// True where `args` or `result` was too long for an event and was left out of it.
    #[serde(default, skip_serializing_if = "Truncated::is_none")]
    pub truncated: Truncated,
    pub outcome: Outcome,
    pub view: ToolView,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Truncated {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub args: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub result: bool,
}

impl Truncated {
    pub fn is_none(&self) -> bool {
        !self.args && !self.result
    }
}

/// The life of a call. A refused or failed call is completed too: the outcome says how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ToolStatus {
    Running,
    Completed,
}

/// How a call went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Outcome {
    Running,
    Success,
    /// The tool ran and what it ran failed: a command with a non-zero exit.
    Failure,
    /// The agent program did not run it because it was not allowed.
    Refused {
        reason: String,
        /// Permission rules in the CLI's own form (`Shell(curl)`) that would allow it; empty where
        /// only the permission `everything` does.
        allow: Vec<String>,
    },
    Error {
        message: String,
    },
    /// The run ended before the call did.
    Interrupted,
}

/// A tool call as a person reads it. Every field is what the program told; what it did not tell is
/// absent. Paths are as the program wrote them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ToolView {
    Read {
        path: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start_line: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_line: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total_lines: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<String>,
    },
    /// Also a whole-file write.
    Edit {
        path: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        diff: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines_added: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines_removed: Option<u64>,
        /// True when the file was not there before.
        #[serde(default)]
        created: bool,
        /// The new text, or the fragment that replaces, where there is no diff.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<String>,
    },
    Delete {
        path: String,
    },
    Shell {
        command: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        directory: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// Standard output and error as they came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exit_code: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signal: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration_ms: Option<u64>,
        /// True when the command was left running.
        #[serde(default)]
        background: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pid: Option<u64>,
    },
    Glob {
        pattern: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        directory: Option<String>,
        files: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<u64>,
    },
    Grep {
        pattern: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        matches: Vec<GrepMatch>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<u64>,
    },
    List {
        path: String,
        entries: Vec<String>,
    },
    Todos {
        items: Vec<Todo>,
    },
    Mcp {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<String>,
        tool: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<String>,
    },
    /// The agent looked up what an MCP server offers.
    McpTools {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tool: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<String>,
    },
    WebFetch {
        url: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        markdown: Option<String>,
    },
    WebSearch {
        term: String,
        references: Vec<WebReference>,
    },
    SemanticSearch {
        query: String,
        directories: Vec<String>,
    },
    /// A subagent.
    Task {
        description: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prompt: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration_ms: Option<u64>,
    },
    Question {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        questions: Vec<Question>,
    },
    Plan {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        overview: Option<String>,
        plan: String,
    },
    /// The workspace is made before the program starts. Not a call of the agent's.
    Workspace {
        items: Vec<Preparation>,
    },
    /// A kind this version does not know: `args` and `result` stand in the call as they came.
    Other {
        /// The kind's own name without its `ToolCall`.
        name: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct GrepMatch {
    pub file: String,
    /// Absent where only files were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Todo {
    pub id: String,
    pub content: String,
    pub status: TodoStatus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum TodoStatus {
    Pending,
    InProgress,
    Completed,
    Cancelled,
}

/// One thing that is done to make a workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Preparation {
    /// What it is, such as a repository's URL.
    pub name: String,
    pub status: PreparationStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// What is going on, in git's words, or what went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum PreparationStatus {
    Pending,
    Running,
    Completed,
    Failed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WebReference {
    pub title: String,
    pub url: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Question {
    pub prompt: String,
    pub options: Vec<String>,
}
