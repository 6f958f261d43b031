//! Keeps secrets out of what is numbered: on decoded text, field by field, before an event gets its
//! number.
//!
//! Of a text that comes in pieces only a tail that may be the beginning of a secret is held back, until
//! what follows decides. A function of the events alone, so a silent replay leaves it in the same state.

use domain::{Event, Outcome, ToolCall};
use serde_json::Value;

/// What stands in a secret's place.
const REDACTED: &str = "[REDACTED]";

/// Shorter values occur by chance, and hiding every `1` would hide what the agent says.
const SHORTEST: usize = 6;

#[derive(Debug, Default)]
pub struct Redactor {
    /// Longest first, so that a secret within another leaves nothing of the longer one.
    secrets: Vec<String>,
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    thinking: bool,
    text: String,
    at: i64,
}

impl Redactor {
    pub fn new(mut secrets: Vec<String>) -> Self {
        secrets.retain(|secret| secret.len() >= SHORTEST);
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self { secrets, held: None }
    }

    /// Gives `event` on, redacted, to `next`; what was held back goes before it.
    pub fn take(&mut self, event: Event, at: i64, next: &mut impl FnMut(Event, i64)) {
        if self.secrets.is_empty() {
            return next(event, at);
        }
        match event {
            Event::Assistant { text } => self.text(text, false, at, next),
            Event::Thinking { text } => self.text(text, true, at, next),
            Event::ToolCall(mut call) => {
                self.flush(next);
                self.call(&mut call);
                next(Event::ToolCall(call), at);
            }
            Event::Notice(mut notice) => {
                self.flush(next);
                self.string(&mut notice.message);
                if let Some(detail) = &mut notice.detail {
                    self.string(detail);
                }
                next(Event::Notice(notice), at);
            }
            Event::Error(mut error) => {
                self.flush(next);
                self.string(&mut error.message);
                next(Event::Error(error), at);
            }
            Event::Result(mut result) => {
                self.flush(next);
                if let Some(text) = &mut result.text {
                    self.string(text);
                }
                next(Event::Result(result), at);
            }
            other => {
                self.flush(next);
                next(other, at);
            }
        }
    }

    /// Nothing more of this text will come.
    pub fn flush(&mut self, next: &mut impl FnMut(Event, i64)) {
        if let Some(mut held) = self.held.take().filter(|held| !held.text.is_empty()) {
            self.string(&mut held.text);
            next(text_event(held.thinking, held.text), held.at);
        }
    }

    pub fn string(&self, text: &mut String) {
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), REDACTED);
            }
        }
    }

    fn text(&mut self, text: String, thinking: bool, at: i64, next: &mut impl FnMut(Event, i64)) {
        if self.held.as_ref().is_some_and(|held| held.thinking != thinking) {
            self.flush(next);
        }
        let mut whole = self.held.take().map_or_else(String::new, |held| held.text);
        whole.push_str(&text);
        let kept = whole.split_off(self.decided(&whole));
        self.string(&mut whole);
        if !whole.is_empty() {
            next(text_event(thinking, whole), at);
        }
        self.held = Some(Held { thinking, text: kept, at });
    }

    /// How much of `text` can be given on: not what may be the beginning of a secret, and no part of a
    /// secret that reaches into that.
    fn decided(&self, text: &str) -> usize {
        let mut cut = text.len() - self.undecided(text);
        loop {
            let occurrences = self
                .secrets
                .iter()
                .flat_map(|secret| text.match_indices(secret.as_str()).map(|(at, secret)| (at, at + secret.len())));
            match occurrences.filter(|(start, end)| *start < cut && cut < *end).map(|(start, _)| start).min() {
                Some(start) => cut = start,
                None => return cut,
            }
        }
    }

    /// The length of the longest tail that is a proper prefix of a secret.
    fn undecided(&self, text: &str) -> usize {
        let longest = |secret: &String| {
            let most = text.len().min(secret.len() - 1);
            (1..=most).rev().find(|length| text.as_bytes().ends_with(&secret.as_bytes()[..*length])).unwrap_or(0)
        };
        let length = self.secrets.iter().map(longest).max().unwrap_or(0);
        // Both begin at a character, or the bytes would not be equal there.
        if text.is_char_boundary(text.len() - length) { length } else { 0 }
    }

    fn call(&self, call: &mut ToolCall) {
        if let Some(args) = &mut call.args {
            self.value(args);
        }
        if let Some(result) = &mut call.result {
            self.value(result);
        }
        if let Outcome::Error { message } | Outcome::Refused { reason: message, .. } = &mut call.outcome {
            self.string(message);
        }
        // The view is made of the same texts; through JSON every field of every kind is reached.
        if let Ok(mut view) = serde_json::to_value(&call.view) {
            self.value(&mut view);
            if let Ok(view) = serde_json::from_value(view) {
                call.view = view;
            }
        }
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.string(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.value(field)),
            _ => {}
        }
    }
}

fn text_event(thinking: bool, text: String) -> Event {
    if thinking { Event::Thinking { text } } else { Event::Assistant { text } }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn through(secrets: &[&str], pieces: &[&str]) -> String {
        let mut redactor = Redactor::new(secrets.iter().map(|secret| (*secret).to_owned()).collect());
        let mut out = String::new();
        let mut next = |event: Event, _| {
            if let Event::Assistant { text } = event {
                out.push_str(&text);
            }
        };
        for piece in pieces {
            redactor.take(Event::Assistant { text: (*piece).to_owned() }, 0, &mut next);
        }
        redactor.take(Event::Done, 0, &mut next);
        out
    }

    #[test]
    fn a_secret_is_hidden_however_it_is_cut() {
        let text = "the key is hunter2-x, hunter2-! and hunter2-x";
        for cut in 0..text.len() {
            assert_eq!(through(&["hunter2-x"], &[&text[..cut], &text[cut..]]), text.replace("hunter2-x", REDACTED), "{cut}");
        }
        assert_eq!(through(&["hunter2-x"], &["ends with hunter2"]), "ends with hunter2");
        assert_eq!(through(&["secret", "secret-long"], &["a secret-long b"]), "a [REDACTED] b");
        assert_eq!(through(&["12"], &["12"]), "12");
        // One that begins as another ends, or with another.
        assert_eq!(through(&["https://a.b", "https://a.b/token"], &["see https://a.b", "/token"]), "see [REDACTED]");
        assert_eq!(through(&["xxxyab", "abcdef"], &["-xxxyab", "cde"]), "-[REDACTED]cde");
    }

    proptest! {
        #[test]
        fn nothing_else_is_lost_or_moved(pieces in prop::collection::vec("[a-cé]{0,6}", 0..12)) {
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let whole = pieces.concat();
            let out = through(&["abcabc", "cccccé"], &pieces);
            prop_assert!(!out.contains("abcabc") && !out.contains("cccccé"));
            if !whole.contains("abcabc") && !whole.contains("cccccé") {
                prop_assert_eq!(out, whole);
            }
        }
    }
}
