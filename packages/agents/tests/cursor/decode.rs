//! Bytes in, effects out.

use agents::{Decoder, Effect, Exit, Input, TurnEnd, cursor::CursorDecoder};
use domain::{Event, Notice, ToolCall};
use serde_json::{Value, json};

pub const EXIT: Exit = Exit { code: Some(0), signal: None };

/// The effects of a whole output that comes in these pieces.
pub fn pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Effect> {
    let mut decoder = CursorDecoder::new();
    let mut effects = Vec::new();
    for piece in pieces {
        decoder.feed(Input::Output(piece), &mut effects);
    }
    decoder.feed(Input::Exited(EXIT), &mut effects);
    effects
}

pub fn whole(output: impl AsRef<[u8]>) -> Vec<Effect> {
    pieces([output.as_ref()])
}

pub fn text(effects: &[Effect]) -> String {
    let texts = effects.iter().filter_map(|effect| match effect {
        Effect::Event(Event::Assistant { text }) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

pub fn thinking(effects: &[Effect]) -> String {
    let texts = effects.iter().filter_map(|effect| match effect {
        Effect::Event(Event::Thinking { text }) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

pub fn notices(effects: &[Effect]) -> Vec<&Notice> {
    let notices = effects.iter().filter_map(|effect| match effect {
        Effect::Event(Event::Notice(notice)) => Some(notice),
        _ => None,
    });
    notices.collect()
}

pub fn without_notices(effects: Vec<Effect>) -> Vec<Effect> {
    effects.into_iter().filter(|effect| !matches!(effect, Effect::Event(Event::Notice(_)))).collect()
}

pub fn calls(effects: &[Effect]) -> Vec<&ToolCall> {
    let calls = effects.iter().filter_map(|effect| match effect {
        Effect::Event(Event::ToolCall(call)) => Some(&**call),
        _ => None,
    });
    calls.collect()
}

pub fn turn_end(effects: &[Effect]) -> Option<&TurnEnd> {
    effects.iter().find_map(|effect| match effect {
        Effect::TurnEnded(end) => Some(end),
        _ => None,
    })
}

/// Effects as JSON, for snapshots.
pub fn json(effects: &[Effect]) -> Value {
    let effect = |effect: &Effect| match effect {
        Effect::Event(event) => serde_json::to_value(event).unwrap(),
        Effect::Started(session) => {
            json!({ "started": [session.session_id, session.model, session.directory] })
        }
        Effect::Write { command_id, bytes } => json!({ "write": [command_id, bytes] }),
        Effect::TurnEnded(end) => json!({ "turnEnded": {
            "text": end.text, "usage": end.usage, "durationMs": end.duration_ms, "requestId": end.request_id,
        } }),
    };
    effects.iter().map(effect).collect()
}
