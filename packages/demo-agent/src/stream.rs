//! What the program prints: one JSON object a line with the CLI's keys in the CLI's order, with or
//! without partial output; or, in the other formats, nothing before the end.

use std::{
    io::{self, Write},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{cli::Format, clock};

#[derive(Debug)]
pub struct Stream {
    format: Format,
    partial: bool,
    pace: Duration,
    pub session: String,
    pub request: String,
    model_call: String,
    model_calls: u32,
    queries: u32,
    /// True after a tool call: what comes next is said in a new model call.
    tool_called: bool,
    /// The text since the last flush, all text before it, and the size of all that was written.
    segment: String,
    whole: String,
    last: String,
    written: usize,
    started: Instant,
}

impl Stream {
    pub fn new(format: Format, partial: bool, session: &str, pace: Duration) -> Self {
        let mut stream = Self {
            format,
            partial: partial && format == Format::StreamJson,
            pace,
            session: session.to_owned(),
            request: Uuid::new_v4().to_string(),
            model_call: String::new(),
            model_calls: 0,
            queries: 0,
            tool_called: false,
            segment: String::new(),
            whole: String::new(),
            last: String::new(),
            written: 0,
            started: Instant::now(),
        };
        stream.begin_model_call();
        stream
    }

    pub fn init(&mut self, api_key_source: &str, cwd: &str, model: &str) -> io::Result<()> {
        self.line(&json!({
            "type": "system", "subtype": "init", "apiKeySource": api_key_source, "cwd": cwd, "session_id": self.session,
            "model": model, "permissionMode": "default",
        }))
    }

    pub fn user(&mut self, prompt: &str) -> io::Result<()> {
        let message = json!({ "role": "user", "content": [{ "type": "text", "text": prompt }] });
        self.line(&json!({ "type": "user", "message": message, "session_id": self.session }))
    }

    pub fn think(&mut self, text: &str) -> io::Result<()> {
        self.after_tool();
        for piece in pieces(text, 8) {
            self.written += piece.len();
            self.line(&json!({
                "type": "thinking", "subtype": "delta", "text": piece, "session_id": self.session, "timestamp_ms": clock::now_ms(),
            }))?;
            thread::sleep(self.pace);
        }
        self.line(&json!({
            "type": "thinking", "subtype": "completed", "session_id": self.session, "timestamp_ms": clock::now_ms(),
        }))
    }

    /// Says something in words.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        for piece in pieces(text, 4) {
            self.delta(piece)?;
            thread::sleep(self.pace);
        }
        Ok(())
    }

    /// Says something in one piece.
    pub fn delta(&mut self, text: &str) -> io::Result<()> {
        self.after_tool();
        self.segment.push_str(text);
        self.written += text.len();
        if self.partial {
            return self.line(&json!({
                "type": "assistant", "message": message(text), "session_id": self.session, "timestamp_ms": clock::now_ms(),
            }));
        }
        Ok(())
    }

    /// The whole segment, which comes before a tool call: in partial output a repetition.
    pub fn flush(&mut self) -> io::Result<()> {
        self.after_tool();
        let segment = std::mem::take(&mut self.segment);
        if segment.is_empty() {
            return Ok(());
        }
        self.line(&json!({
            "type": "assistant", "message": message(&segment), "session_id": self.session,
            "model_call_id": self.model_call, "timestamp_ms": clock::now_ms(),
        }))?;
        self.whole.push_str(&segment);
        self.last = segment;
        Ok(())
    }

    pub fn tool_call(&mut self, subtype: &str, call_id: &str, call: &Value) -> io::Result<()> {
        self.flush()?;
        self.line(&json!({
            "type": "tool_call", "subtype": subtype, "call_id": call_id, "tool_call": call,
            "model_call_id": self.model_call, "session_id": self.session, "timestamp_ms": clock::now_ms(),
        }))?;
        self.tool_called = subtype == "completed";
        Ok(())
    }

    /// Asks for an approval and answers it at once. `kind` is `webFetch`, `createPlan` …
    pub fn query(&mut self, kind: &str, args: &Value, answer: &Value) -> io::Result<()> {
        let (query, response) = (format!("{kind}RequestQuery"), format!("{kind}RequestResponse"));
        let id = self.queries;
        self.queries += 1;
        self.line(&json!({
            "type": "interaction_query", "subtype": "request", "query_type": query,
            "query": { "id": id, (query.as_str()): { "args": args, "skipApproval": false } },
            "session_id": self.session, "timestamp_ms": clock::now_ms(),
        }))?;
        self.line(&json!({
            "type": "interaction_query", "subtype": "response", "query_type": query,
            "response": { "id": id, (response.as_str()): answer },
            "session_id": self.session, "timestamp_ms": clock::now_ms(),
        }))
    }

    /// The final flush. Gives the last segment.
    pub fn finish(&mut self) -> io::Result<String> {
        let segment = std::mem::take(&mut self.segment);
        if !segment.is_empty() {
            self.line(&json!({ "type": "assistant", "message": message(&segment), "session_id": self.session }))?;
            self.whole.push_str(&segment);
            self.last = segment;
        }
        Ok(self.last.clone())
    }

    /// The end of the turn. `heard` is the size of all that was read for it.
    pub fn result(&mut self, heard: usize) -> io::Result<()> {
        let duration = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let usage = json!({
            "inputTokens": 600 + heard / 4, "outputTokens": 8 + self.written / 4,
            "cacheReadTokens": 512 * u64::from(self.model_calls), "cacheWriteTokens": 0,
        });
        let result = json!({
            "type": "result", "subtype": "success", "duration_ms": duration, "duration_api_ms": duration, "is_error": false,
            "result": self.whole, "session_id": self.session, "request_id": self.request, "usage": usage,
        });
        match self.format {
            Format::StreamJson | Format::Json => self.raw(format!("{result}\n").as_bytes()),
            Format::Text => self.raw(format!("{}\n", self.last).as_bytes()),
        }
    }

    /// Prints a line, in the format that has lines.
    pub fn line(&mut self, line: &Value) -> io::Result<()> {
        if self.format != Format::StreamJson {
            return Ok(());
        }
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.raw(&bytes)
    }

    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    pub fn prints_lines(&self) -> bool {
        self.format == Format::StreamJson
    }

    /// As long as a person takes to see that a tool is at work.
    pub fn rest(&self) {
        thread::sleep(self.pace * 8);
    }

    fn after_tool(&mut self) {
        if std::mem::take(&mut self.tool_called) {
            self.begin_model_call();
        }
    }

    fn begin_model_call(&mut self) {
        let tail = Uuid::new_v4().simple().to_string();
        self.model_call = format!("{}-{}-{}", self.request, self.model_calls, &tail[..4]);
        self.model_calls += 1;
    }
}

fn message(text: &str) -> Value {
    json!({ "role": "assistant", "content": [{ "type": "text", "text": text }] })
}

/// Pieces that break before a blank once they have `size` bytes, and anywhere at four times that.
fn pieces(text: &str, size: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, char) in text.char_indices() {
        let length = at - start;
        if (char == ' ' && length >= size) || length >= 4 * size {
            pieces.push(&text[start..at]);
            start = at;
        }
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn pieces_make_up_the_text() {
        for text in ["", "a", "one two three\n\nfour `five` ééééééééééééééééééééééé six"] {
            assert_eq!(pieces(text, 4).concat(), text);
            assert!(pieces(text, 4).iter().all(|piece| !piece.is_empty()));
        }
        assert_eq!(pieces("Reading the file", 4), ["Reading", " the", " file"]);
    }
}
