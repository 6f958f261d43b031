//! How an event stands in the event log: what the API shows, and beside it what only a reader that
//! asks for detail gets. Both are JSON objects, ready to be sent.

use domain::{
    Event, Notice, Outcome, RunError, RunId, RunStatus, ToolCall, ToolStatus, ToolView, event::RunResult,
    fold::floor_char_boundary, tool::Truncated,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most bytes an event takes in the log and on the wire.
pub const MAX_EVENT: usize = 256 * 1024;

/// Text of one event: in JSON no byte takes more than six.
const MAX_TEXT: usize = MAX_EVENT / 6 - 1024;

/// Above this, arguments and results are left out of an event.
const MAX_VALUE: usize = 64 * 1024;

/// How much of a long string, and of a long list, a shortened view keeps.
const VIEW_TEXT: usize = 8 * 1024;
const VIEW_ITEMS: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    Status = 1,
    Assistant = 2,
    Thinking = 3,
    ToolCall = 4,
    Notice = 5,
    Result = 6,
    Error = 7,
    Done = 8,
}

impl Kind {
    pub fn from_byte(byte: u8) -> Option<Self> {
        use Kind::*;
        [Status, Assistant, Thinking, ToolCall, Notice, Result, Error, Done].into_iter().find(|kind| *kind as u8 == byte)
    }

    /// The name of the event on a stream.
    pub fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Assistant => "assistant",
            Self::Thinking => "thinking",
            Self::ToolCall => "tool_call",
            Self::Notice => "notice",
            Self::Result => "result",
            Self::Error => "error",
            Self::Done => "done",
        }
    }
}

#[derive(Serialize)]
struct TextData<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusData {
    run_id: RunId,
    status: RunStatus,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultData<'a> {
    run_id: RunId,
    #[serde(flatten)]
    result: &'a RunResult,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolCallData<'a> {
    call_id: &'a str,
    name: &'a str,
    status: ToolStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a Value>,
    #[serde(skip_serializing_if = "Truncated::is_none")]
    truncated: Truncated,
}

#[derive(Serialize)]
struct ToolCallDetail<'a> {
    outcome: &'a Outcome,
    view: &'a ToolView,
}

#[derive(Serialize)]
struct ErrorData<'a> {
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize, Deserialize)]
struct ErrorDetail {
    hint: Option<String>,
}

/// Appends both parts of `event` and returns its kind and the length of the public one.
pub fn encode(run: &RunId, event: &Event, buffer: &mut Vec<u8>) -> (Kind, usize) {
    let start = buffer.len();
    let (kind, public) = match event {
        Event::Status { status } => (Kind::Status, json(buffer, &StatusData { run_id: *run, status: *status }, start)),
        Event::Assistant { text } => (Kind::Assistant, json(buffer, &TextData { text }, start)),
        Event::Thinking { text } => (Kind::Thinking, json(buffer, &TextData { text }, start)),
        Event::ToolCall(call) => {
            let data = ToolCallData {
                call_id: &call.call_id,
                name: &call.name,
                status: call.status,
                args: call.args.as_ref(),
                result: call.result.as_ref(),
                truncated: call.truncated,
            };
            let public = json(buffer, &data, start);
            json(buffer, &ToolCallDetail { outcome: &call.outcome, view: &call.view }, start);
            (Kind::ToolCall, public)
        }
        Event::Notice(notice) => {
            json(buffer, notice, start);
            (Kind::Notice, 0)
        }
        Event::Result(result) => (Kind::Result, json(buffer, &ResultData { run_id: *run, result }, start)),
        Event::Error(error) => {
            let public = json(buffer, &ErrorData { code: &error.code, message: &error.message }, start);
            if error.hint.is_some() {
                json(buffer, &ErrorDetail { hint: error.hint.clone() }, start);
            }
            (Kind::Error, public)
        }
        Event::Done => (Kind::Done, json(buffer, &serde_json::Map::new(), start)),
    };
    (kind, public)
}

/// The event that was encoded; `None` for bytes that are none.
pub fn decode(kind: u8, public: &[u8], detail: &[u8]) -> Option<Event> {
    #[derive(Deserialize)]
    struct Text {
        text: String,
    }
    #[derive(Deserialize)]
    struct Status {
        status: RunStatus,
    }
    let text = || serde_json::from_slice::<Text>(public).ok().map(|data| data.text);
    Some(match Kind::from_byte(kind)? {
        Kind::Status => Event::Status { status: serde_json::from_slice::<Status>(public).ok()?.status },
        Kind::Assistant => Event::Assistant { text: text()? },
        Kind::Thinking => Event::Thinking { text: text()? },
        Kind::ToolCall => {
            let mut whole: serde_json::Map<String, Value> = serde_json::from_slice(public).ok()?;
            whole.extend(serde_json::from_slice::<serde_json::Map<String, Value>>(detail).ok()?);
            Event::ToolCall(Box::new(serde_json::from_value::<ToolCall>(Value::Object(whole)).ok()?))
        }
        Kind::Notice => Event::Notice(serde_json::from_slice::<Notice>(detail).ok()?),
        Kind::Result => Event::Result(serde_json::from_slice::<RunResult>(public).ok()?),
        Kind::Error => {
            let mut error: RunError = serde_json::from_slice(public).ok()?;
            error.hint = serde_json::from_slice::<ErrorDetail>(detail).ok().and_then(|detail| detail.hint);
            Event::Error(error)
        }
        Kind::Done => Event::Done,
    })
}

/// Gathers the events of one batch: adjacent pieces of one text become one event, so that a flood
/// is cheap; what is longer than an event may be is cut or shortened. After this nothing is merged.
#[derive(Default)]
pub struct Batch {
    pub events: Vec<(Event, i64)>,
    /// Tool calls that were shortened: position in `events`, and the whole.
    pub large: Vec<(usize, ToolCall)>,
}

impl Batch {
    pub fn push(&mut self, event: Event, at: i64) {
        match event {
            Event::Assistant { text } => self.push_text(text, at, false),
            Event::Thinking { text } => self.push_text(text, at, true),
            Event::ToolCall(call) => self.push_call(*call, at),
            Event::Notice(mut notice) => {
                shorten(&mut notice.message, MAX_VALUE);
                if let Some(detail) = &mut notice.detail {
                    shorten(detail, 2 * MAX_VALUE);
                }
                self.events.push((Event::Notice(notice), at));
            }
            Event::Error(mut error) => {
                shorten(&mut error.message, 2 * MAX_VALUE);
                self.events.push((Event::Error(error), at));
            }
            Event::Result(mut result) => {
                // The text stands whole in the events before; here a long one would be one event.
                if let Some(text) = &mut result.text {
                    shorten(text, MAX_EVENT - 1024);
                }
                self.events.push((Event::Result(result), at));
            }
            other => self.events.push((other, at)),
        }
    }

    fn push_text(&mut self, text: String, at: i64, thinking: bool) {
        let mut rest = text.as_str();
        if let Some((Event::Assistant { text: last } | Event::Thinking { text: last }, _)) =
            self.events.last_mut().filter(|(event, _)| matches!(event, Event::Thinking { .. }) == thinking)
        {
            let room = floor_char_boundary(rest, MAX_TEXT.saturating_sub(last.len()));
            last.push_str(&rest[..room]);
            rest = &rest[room..];
        }
        while !rest.is_empty() {
            let piece = &rest[..floor_char_boundary(rest, MAX_TEXT)];
            rest = &rest[piece.len()..];
            let text = piece.to_owned();
            self.events.push((if thinking { Event::Thinking { text } } else { Event::Assistant { text } }, at));
        }
    }

    fn push_call(&mut self, call: ToolCall, at: i64) {
        let size = |value: &Option<Value>| value.as_ref().map_or(0, json_length);
        let (args, result) = (size(&call.args), size(&call.result));
        if args <= MAX_VALUE
            && result <= MAX_VALUE
            && call.call_id.len() + call.name.len() <= VIEW_TEXT
            && json_length(&call.view) <= MAX_VALUE
        {
            self.events.push((Event::ToolCall(Box::new(call)), at));
            return;
        }
        let mut short = call.clone();
        if args > MAX_VALUE {
            (short.args, short.truncated.args) = (None, true);
        }
        if result > MAX_VALUE {
            (short.result, short.truncated.result) = (None, true);
        }
        short.view = short_view(&call.view, &call.name);
        if let Outcome::Error { message } | Outcome::Refused { reason: message, .. } = &mut short.outcome {
            shorten(message, VIEW_TEXT);
        }
        self.large.push((self.events.len(), call));
        self.events.push((Event::ToolCall(Box::new(short)), at));
    }
}

fn short_view(view: &ToolView, name: &str) -> ToolView {
    let shortened = serde_json::to_value(view).ok().and_then(|mut value| {
        shorten_value(&mut value);
        (json_length(&value) <= MAX_VALUE).then(|| serde_json::from_value(value).ok()).flatten()
    });
    shortened.unwrap_or_else(|| ToolView::Other { name: name.chars().take(100).collect() })
}

fn shorten_value(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > VIEW_TEXT => text.truncate(floor_char_boundary(text, VIEW_TEXT)),
        Value::Array(items) => {
            items.truncate(VIEW_ITEMS);
            items.iter_mut().for_each(shorten_value);
        }
        Value::Object(fields) => fields.values_mut().for_each(shorten_value),
        _ => {}
    }
}

/// Cuts `text` so that it takes at most `limit` bytes as JSON.
fn shorten(text: &mut String, limit: usize) {
    let mut cut = false;
    loop {
        let length = json_length(text);
        if length + '…'.len_utf8() <= limit {
            break;
        }
        let share = (text.len() as u128 * (limit as u128 - 16) / length as u128) as usize;
        text.truncate(floor_char_boundary(text, share.min(text.len() - 1)));
        cut = true;
    }
    if cut {
        text.push('…');
    }
}

fn json(buffer: &mut Vec<u8>, value: &impl Serialize, start: usize) -> usize {
    // Writing to memory fails for no type of ours: maps have text for keys.
    let _ = serde_json::to_writer(&mut *buffer, value);
    buffer.len() - start
}

fn json_length(value: &impl Serialize) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}
