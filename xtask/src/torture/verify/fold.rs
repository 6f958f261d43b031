//! Events become steps, by the rules that `docs/api.md` gives to any reader of the stream.

use anyhow::Context;
use serde_json::{Map, Value, json};

use crate::torture::events::Seen;

/// A step holds so much of a text; the rest is its content.
pub const INLINE_BYTES: usize = 256 * 1024;

#[derive(Clone, Debug)]
pub struct Step {
    pub kind: &'static str,
    /// The fields of its type.
    pub fields: Map<String, Value>,
    pub truncated: bool,
    open: bool,
}

#[derive(Default)]
pub struct Fold {
    pub steps: Vec<Step>,
}

impl Fold {
    pub fn of(events: &[Seen]) -> anyhow::Result<Self> {
        let mut fold = Self::default();
        for event in events {
            fold.take(event).with_context(|| format!("event {} {}", event.name, event.id))?;
        }
        Ok(fold)
    }

    /// Calls that are open although the run has ended.
    pub fn open_calls(&self) -> usize {
        self.steps.iter().filter(|step| step.open && step.kind == "tool_call").count()
    }

    fn take(&mut self, event: &Seen) -> anyhow::Result<()> {
        let mut data: Map<String, Value> = serde_json::from_str(&event.data)?;
        match event.name.as_str() {
            "assistant" => self.text("assistant_message", data["text"].as_str().context("no text")?),
            "thinking" => self.text("thinking", data["text"].as_str().context("no text")?),
            "status" => {}
            "tool_call" => {
                self.close_texts();
                let truncated = data.shift_remove("truncated").is_some();
                self.call(data, truncated);
            }
            "notice" => {
                self.close_texts();
                self.push("notice", data, false);
            }
            "error" => {
                self.close_texts();
                self.interrupt();
                self.push("error", data, false);
            }
            _ => {
                self.close_texts();
                self.interrupt();
            }
        }
        Ok(())
    }

    fn text(&mut self, kind: &'static str, piece: &str) {
        if piece.is_empty() {
            return;
        }
        let other = |step: &&mut Step| step.open && step.kind != kind && step.kind != "tool_call";
        self.steps.iter_mut().filter(other).for_each(|step| step.open = false);
        match self.steps.iter_mut().find(|step| step.open && step.kind == kind) {
            Some(step) => {
                if let Some(Value::String(text)) = step.fields.get_mut("text") {
                    text.push_str(piece);
                    step.truncated = text.len() > INLINE_BYTES;
                }
            }
            None => {
                let fields = Map::from_iter([("text".to_owned(), json!(piece))]);
                self.push(kind, fields, true);
            }
        }
    }

    fn call(&mut self, fields: Map<String, Value>, truncated: bool) {
        let open = fields.get("status").is_some_and(|status| status == "running");
        let same = |step: &&mut Step| step.open && step.kind == "tool_call" && step.fields.get("callId") == fields.get("callId");
        match self.steps.iter_mut().find(same) {
            Some(step) => (step.fields, step.truncated, step.open) = (fields, truncated, open),
            None => {
                self.push("tool_call", fields, open);
                if let Some(step) = self.steps.last_mut() {
                    step.truncated = truncated;
                }
            }
        }
    }

    fn interrupt(&mut self) {
        for step in self.steps.iter_mut().filter(|step| step.open && step.kind == "tool_call") {
            step.fields.insert("outcome".to_owned(), json!({ "type": "interrupted" }));
            step.open = false;
        }
    }

    fn close_texts(&mut self) {
        self.steps.iter_mut().filter(|step| step.kind != "tool_call").for_each(|step| step.open = false);
    }

    fn push(&mut self, kind: &'static str, fields: Map<String, Value>, open: bool) {
        let truncated = fields.get("text").and_then(Value::as_str).is_some_and(|text| text.len() > INLINE_BYTES);
        self.steps.push(Step { kind, fields, truncated, open });
    }
}

impl Step {
    /// What a step list shows of it: a long text is cut between characters.
    pub fn listed(&self) -> Map<String, Value> {
        let mut fields = self.fields.clone();
        if let Some(Value::String(text)) = fields.get_mut("text")
            && text.len() > INLINE_BYTES
        {
            let end = (0..=INLINE_BYTES).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            text.truncate(end);
        }
        fields.insert("type".to_owned(), json!(self.kind));
        fields
    }

    /// The whole text, where it is one.
    pub fn text(&self) -> Option<&str> {
        self.fields.get("text").and_then(Value::as_str)
    }
}
