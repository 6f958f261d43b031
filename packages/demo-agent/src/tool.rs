//! Tool calls in the CLI's wrapper: started, then completed with one of the shapes of a result.

use std::io;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{clock, stream::Stream};

/// A tool call under way.
#[derive(Debug)]
pub struct ToolCall {
    kind: String,
    pub id: String,
    args: Value,
    /// Stands beside the arguments, for commands.
    description: Option<String>,
    started_at: u64,
}

impl ToolCall {
    /// `kind` is `read`, `shell` …
    pub fn new(kind: &str, args: Value, newline_id: bool) -> Self {
        let first = Uuid::new_v4().to_string();
        let id = if newline_id { format!("call-{first}-0\nfc_{}_0", Uuid::new_v4()) } else { format!("tool_{}", &first[..35]) };
        Self { kind: format!("{kind}ToolCall"), id, args, description: None, started_at: clock::now_ms() }
    }

    pub fn describe(&mut self, description: &str) {
        self.description = Some(description.to_owned());
    }

    pub fn set_args(&mut self, args: Value) {
        self.args = args;
    }

    pub fn args(&self) -> &Value {
        &self.args
    }

    pub fn start(&self, stream: &mut Stream) -> io::Result<()> {
        let mut payload = json!({ "args": self.args });
        if let Some(description) = &self.description {
            payload["description"] = json!(description);
        }
        let call = json!({
            (self.kind.as_str()): payload, "hookAdditionalContexts": [], "toolCallId": self.id,
            "startedAtMs": self.started_at.to_string(),
        });
        stream.tool_call("started", &self.id, &call)?;
        stream.rest();
        Ok(())
    }

    /// `result` is the whole of it: `{"success":…}` and what may stand beside.
    pub fn complete(&self, stream: &mut Stream, result: &Value) -> io::Result<()> {
        // A refusal leaves out what was asked for.
        let mut payload = if result.get("rejected").is_some() { json!({}) } else { json!({ "args": self.args }) };
        payload["result"] = result.clone();
        if let (Some(description), true) = (&self.description, payload.get("args").is_some()) {
            payload["description"] = json!(description);
        }
        let call = json!({
            (self.kind.as_str()): payload, "hookAdditionalContexts": [], "toolCallId": self.id,
            "startedAtMs": self.started_at.to_string(), "completedAtMs": clock::now_ms().to_string(),
        });
        stream.tool_call("completed", &self.id, &call)
    }
}
