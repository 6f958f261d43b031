//! What the agent program wrote, by a reading of its output that shares nothing with the server's: line
//! by line, deltas appended, repetitions left out.

use serde_json::{Deserializer, Value};

use super::sequence::{Item, Sequence};

/// A string broken by raw newlines is joined over so many lines at most.
const MOST_JOINED: usize = 64;

#[derive(Default)]
pub struct Written {
    pub sequence: Sequence,
    /// The first `result` line.
    pub result: Option<Value>,
    /// Something that is no JSON stood among the lines.
    pub noise: bool,
    /// Text since the last flush.
    segment: String,
}

impl Written {
    pub fn read(output: &[u8]) -> Self {
        let text = String::from_utf8_lossy(output);
        let lines: Vec<&str> = text.split('\n').collect();
        let (mut written, mut at) = (Self::default(), 0);
        while at < lines.len() {
            at += written.line(&lines[at..]);
        }
        written
    }

    /// Takes the first of `lines`, and as many as belong to it.
    fn line(&mut self, lines: &[&str]) -> usize {
        let (objects, broken) = objects(lines[0]);
        objects.iter().for_each(|object| self.object(object));
        if !broken {
            return 1;
        }
        let mut joined = lines[0].to_owned();
        for (count, next) in (2..).zip(lines.iter().skip(1).take(MOST_JOINED)) {
            if objects_only(next).is_some_and(|objects| objects.iter().any(|object| object["type"].is_string())) {
                break;
            }
            joined.push_str("\\n");
            joined.push_str(next);
            if let Some(objects) = objects_only(&joined) {
                objects.iter().for_each(|object| self.object(object));
                return count;
            }
        }
        self.noise |= !lines[0].trim().is_empty();
        1
    }

    fn object(&mut self, line: &Value) {
        match (line["type"].as_str(), line["subtype"].as_str()) {
            (Some("thinking"), Some("delta")) => self.sequence.text(true, line["text"].as_str().unwrap_or_default()),
            (Some("assistant"), _) => self.assistant(line),
            (Some("tool_call"), Some(subtype)) => self.tool_call(subtype, line),
            (Some("result"), _) if self.result.is_none() => self.result = Some(line.clone()),
            (None, _) => self.noise = true,
            _ => {}
        }
    }

    /// With partial output: a time and no model call is a delta, anything else repeats its segment.
    fn assistant(&mut self, line: &Value) {
        let text = line["message"]["content"][0]["text"].as_str().unwrap_or_default();
        if !line["timestamp_ms"].is_null() && line["model_call_id"].is_null() {
            self.segment.push_str(text);
            self.sequence.text(false, text);
            return;
        }
        let segment = std::mem::take(&mut self.segment);
        self.sequence.text(false, text.strip_prefix(segment.as_str()).unwrap_or(text));
    }

    fn tool_call(&mut self, subtype: &str, line: &Value) {
        let call = line["call_id"].as_str().unwrap_or_default().to_owned();
        let kinds = line["tool_call"].as_object().into_iter().flatten();
        let Some((_, payload)) = kinds.into_iter().find(|(key, _)| key.ends_with("ToolCall")) else { return };
        let field = |name: &str| payload.get(name).filter(|value| !value.is_null()).cloned();
        self.sequence.0.push(if subtype == "started" {
            Item::Started { call, args: field("args") }
        } else {
            // A completion may leave out what its start told.
            let started = self.sequence.0.iter().rev().find_map(|item| match item {
                Item::Started { call: known, args } if *known == call => Some(args.clone()),
                _ => None,
            });
            Item::Completed { call, args: field("args").or(started.flatten()), result: field("result") }
        });
    }
}

/// The objects that a line begins with, and whether it ends in the midst of one.
fn objects(line: &str) -> (Vec<Value>, bool) {
    let mut objects = Vec::new();
    for object in Deserializer::from_str(line).into_iter::<Value>() {
        match object {
            Ok(object) if object.is_object() => objects.push(object),
            _ => return (objects, true),
        }
    }
    (objects, false)
}

fn objects_only(line: &str) -> Option<Vec<Value>> {
    let (objects, broken) = objects(line);
    (!broken && !objects.is_empty()).then_some(objects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_left_out_and_broken_lines_joined() {
        let output = concat!(
            r#"{"type":"thinking","subtype":"delta","text":"a"} {"type":"thinking","subtype":"delta","text":"b"}"#,
            "\nnoise\n{\"type\":\"thinking\",\"subtype\":\"delta\",\"text\":\"x\ny\"}\n",
            r#"{"type":"assistant","message":{"content":[{"type":"text","text":"He"}]},"timestamp_ms":1}"#,
            "\n",
            r#"{"type":"assistant","message":{"content":[{"type":"text","text":"llo"}]},"timestamp_ms":1}"#,
            "\n",
            r#"{"type":"assistant","message":{"content":[{"type":"text","text":"Hello"}]}}"#,
            "\n{\"type\":\"result\",\"result\":\"Hello\"}\n{\"type\":\"assist"
        );
        let written = Written::read(output.as_bytes());
        let text = |thinking, text: &str| Item::Text { thinking, text: text.to_owned() };
        assert_eq!(written.sequence.0, [text(true, "abx\ny"), text(false, "Hello")]);
        assert!(written.noise && written.result.is_some());
    }
}
