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
}

#[derive(Default)]
pub struct Fold {
    pub steps: Vec<Step>,
    /// Where the text stands that pieces go on.
    open_text: Option<usize>,
    open_calls: Vec<usize>,
}

impl Fold {
    pub fn of(events: &[Seen]) -> anyhow::Result<Self> {
        let mut fold = Self::default();
        events.iter().try_for_each(|event| fold.take(event))?;
        Ok(fold)
    }

    pub fn take(&mut self, event: &Seen) -> anyhow::Result<()> {
        self.apply(event).with_context(|| format!("event {} {}", event.name, event.id))
    }

    /// Calls that have not ended.
    pub fn open_calls(&self) -> usize {
        self.open_calls.len()
    }

    fn apply(&mut self, event: &Seen) -> anyhow::Result<()> {
        let mut data: Map<String, Value> = serde_json::from_str(&event.data)?;
        match event.name.as_str() {
            "status" => return Ok(()),
            "assistant" | "thinking" => {
                let kind = if event.name == "thinking" { "thinking" } else { "assistant_message" };
                self.text(kind, data["text"].as_str().context("no text")?);
                return Ok(());
            }
            _ => self.open_text = None,
        }
        match event.name.as_str() {
            "tool_call" => {
                let truncated = data.shift_remove("truncated").is_some();
                self.call(Step { kind: "tool_call", fields: data, truncated });
            }
            "notice" => self.steps.push(Step { kind: "notice", fields: data, truncated: false }),
            "error" => {
                self.interrupt();
                self.steps.push(Step { kind: "error", fields: data, truncated: false });
            }
            _ => self.interrupt(),
        }
        Ok(())
    }

    fn text(&mut self, kind: &'static str, piece: &str) {
        if piece.is_empty() {
            return;
        }
        let open = self.open_text.filter(|open| self.steps[*open].kind == kind);
        let open = open.unwrap_or_else(|| {
            self.steps.push(Step { kind, fields: Map::from_iter([("text".to_owned(), json!(""))]), truncated: false });
            self.steps.len() - 1
        });
        self.open_text = Some(open);
        let step = &mut self.steps[open];
        if let Some(Value::String(text)) = step.fields.get_mut("text") {
            text.push_str(piece);
            step.truncated = text.len() > INLINE_BYTES;
        }
    }

    fn call(&mut self, call: Step) {
        let completed = call.fields.get("status").is_none_or(|status| status != "running");
        let same = |open: &usize| self.steps[*open].fields.get("callId") == call.fields.get("callId");
        match self.open_calls.iter().position(same) {
            Some(place) => {
                self.steps[self.open_calls[place]] = call;
                if completed {
                    self.open_calls.remove(place);
                }
            }
            None => {
                if !completed {
                    self.open_calls.push(self.steps.len());
                }
                self.steps.push(call);
            }
        }
    }

    fn interrupt(&mut self) {
        for open in std::mem::take(&mut self.open_calls) {
            self.steps[open].fields.insert("outcome".to_owned(), json!({ "type": "interrupted" }));
        }
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
