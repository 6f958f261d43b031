//! The shape of a line. Only its own keys are looked at; what they hold is parsed when it is wanted,
//! so that text costs one pass and a surprise in one field does not spoil the others.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Deserializer, value::RawValue};

/// One JSON object of the stream.
#[derive(Debug, Deserialize)]
pub struct Line<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    subtype: Option<&'a RawValue>,
    #[serde(borrow)]
    pub session_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub text: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub timestamp_ms: Option<&'a RawValue>,
    #[serde(borrow)]
    pub model_call_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub call_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub tool_call: Option<&'a RawValue>,
    #[serde(borrow)]
    pub model: Option<&'a RawValue>,
    #[serde(borrow)]
    pub cwd: Option<&'a RawValue>,
    #[serde(borrow)]
    pub attempt: Option<&'a RawValue>,
    #[serde(borrow)]
    pub result: Option<&'a RawValue>,
    #[serde(borrow)]
    pub usage: Option<&'a RawValue>,
    #[serde(borrow)]
    pub duration_ms: Option<&'a RawValue>,
    #[serde(borrow)]
    pub request_id: Option<&'a RawValue>,
}

impl<'a> Line<'a> {
    pub fn kind(&self) -> Option<Cow<'a, str>> {
        string(self.kind)
    }

    pub fn subtype(&self) -> Option<Cow<'a, str>> {
        string(self.subtype)
    }

    /// The text of a message, and whether it holds anything else besides.
    pub fn message_text(&self) -> Option<(Cow<'a, str>, bool)> {
        let raw = self.message?.get();
        if let Ok(message) = serde_json::from_str::<Blocks<'a>>(raw) {
            let others = message.content.iter().any(|block| block.kind != "text");
            let mut blocks = message.content.into_iter().filter(|block| block.kind == "text");
            let mut text = blocks.next().map(|block| block.text).unwrap_or_default();
            for block in blocks {
                text.to_mut().push_str(&block.text);
            }
            return Some((text, others));
        }
        serde_json::from_str::<Plain<'a>>(raw).ok().map(|message| (message.content, false))
    }
}

#[derive(Deserialize)]
struct Blocks<'a> {
    #[serde(borrow)]
    content: Vec<Block<'a>>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    text: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Plain<'a> {
    #[serde(borrow)]
    content: Cow<'a, str>,
}

/// What a text begins with.
#[derive(Debug)]
pub enum First<'a> {
    /// An object with a type, and its length.
    Event(Box<Line<'a>>, usize),
    /// An object without one, and its length.
    Object(usize),
    /// An object that the text ends in the midst of.
    Unfinished,
    /// No JSON object.
    Other,
}

pub fn first(text: &str) -> First<'_> {
    if !text.starts_with('{') {
        return First::Other;
    }
    let mut stream = Deserializer::from_str(text).into_iter::<Line<'_>>();
    match stream.next() {
        Some(Ok(line)) if line.kind().is_some() => First::Event(Box::new(line), stream.byte_offset()),
        Some(Ok(_)) => First::Object(stream.byte_offset()),
        Some(Err(error)) if error.is_eof() => First::Unfinished,
        _ => First::Other,
    }
}

/// Whether a text begins with an object that has a type.
pub fn is_event(text: &str) -> bool {
    matches!(first(text), First::Event(..))
}

/// The value if it is a string; borrowed where nothing in it is escaped.
pub fn string<'a>(raw: Option<&'a RawValue>) -> Option<Cow<'a, str>> {
    let raw = raw?.get();
    match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
        Some(_) => serde_json::from_str(raw).ok().map(Cow::Owned),
        None => None,
    }
}

/// The value if it is a whole number, also one written as a string.
pub fn number(raw: Option<&RawValue>) -> Option<u64> {
    raw?.get().trim_matches('"').parse().ok()
}
