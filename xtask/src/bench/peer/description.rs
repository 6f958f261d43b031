//! How a peer is started and asked: a JSON file.
//!
//! ```json
//! {
//!   "name": "a peer",
//!   "start": ["node", "/opt/peer/server.js"],
//!   "environment": { "PORT": "{port}", "HOME": "{home}", "PATH": "{bin}:{path}" },
//!   "ready": "/health",
//!   "prepare": [{ "method": "POST", "path": "/api/login", "body": { "name": "x" }, "keep": { "token": "/token" } }],
//!   "create": {
//!     "method": "POST", "path": "/api/runs", "headers": { "authorization": "Bearer {token}" },
//!     "body": { "prompt": "{prompt}", "directory": "{home}" }, "keep": { "run": "/id" }
//!   },
//!   "stream": { "method": "GET", "path": "/api/runs/{run}/events" },
//!   "text": ["/delta/text"],
//!   "done": { "/type": "done" }
//! }
//! ```
//!
//! Without `stream` the answer to `create` is the stream. `{bin}` has `cursor-agent`, the demo agent, in it;
//! `{home}` is a directory that is removed afterwards, `{port}` a free one. `text` are JSON pointers into the
//! data of an event, the first that is there counts; `done` tells the last event. `start` has to be the
//! server itself and no shell around it, since its CPU and memory are measured.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    pub name: String,
    pub start: Vec<String>,
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    pub ready: String,
    #[serde(default)]
    pub prepare: Vec<Request>,
    pub create: Request,
    pub stream: Option<Request>,
    pub text: Vec<String>,
    pub done: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub method: String,
    pub path: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub body: Option<Value>,
    /// What of the answer is kept for later: name and JSON pointer.
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
}

impl Description {
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        serde_json::from_str(&text).with_context(|| path.display().to_string())
    }

    /// The text that an event carries.
    pub fn text_of<'a>(&self, data: &'a Value) -> Option<&'a str> {
        self.text.iter().find_map(|pointer| data.pointer(pointer)?.as_str())
    }

    pub fn is_done(&self, data: &Value) -> bool {
        !self.done.is_empty() && self.done.iter().all(|(pointer, wanted)| data.pointer(pointer) == Some(wanted))
    }
}

/// What stands for the names in braces.
#[derive(Clone, Default)]
pub struct Values(pub BTreeMap<String, String>);

impl Values {
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    pub fn fill_json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(items) => items.iter().map(|item| self.fill_json(item)).collect(),
            Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), self.fill_json(field))).collect(),
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_in_braces_are_filled_in_everywhere() {
        let mut values = Values::default();
        values.set("run", "r1");
        assert_eq!(values.fill("/runs/{run}/{other}"), "/runs/r1/{other}");
        assert_eq!(values.fill_json(&json!({ "a": ["{run}", 1] })), json!({ "a": ["r1", 1] }));
    }
}
