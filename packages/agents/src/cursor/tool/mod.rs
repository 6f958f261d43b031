//! Tool calls: the wire's wrapper, whose kind is a key, becomes a call with its outcome and its view.
//! `args` and `result` stay as the program wrote them.

mod field;
mod kind;
mod outcome;
mod view;

use std::collections::VecDeque;

use domain::{Outcome, ToolCall, ToolStatus, ToolView, fold::floor_char_boundary, tool::Truncated};
use md5::{Digest, Md5};
use serde_json::{Value, value::RawValue};

/// More calls than this are never under way at once; what is older has been given up by the agent.
const MAX_RUNNING: usize = 256;

/// Ids and names are verbatim up to this many bytes: an event has to hold them.
const LONGEST_NAME: usize = 1024;

/// The calls under way: a completion may leave out the arguments that its start told.
#[derive(Debug, Default)]
pub struct ToolCalls {
    running: VecDeque<(String, Option<Value>)>,
}

impl ToolCalls {
    /// Takes a start or a completion; the flag tells whether the call was not known before. Nothing
    /// comes of what is no tool call.
    pub fn take(&mut self, completed: bool, call_id: Option<&str>, raw: Option<&RawValue>) -> Option<(ToolCall, bool)> {
        let mut wrapper: Value = serde_json::from_str(raw?.get()).ok()?;
        let call_id = match call_id {
            Some(id) => bounded(id),
            None => bounded(wrapper.get("toolCallId").and_then(Value::as_str)?),
        };
        let kind = kind::find(&wrapper)?.to_owned();
        let outer_description = wrapper.get("description").and_then(Value::as_str).map(str::to_owned);
        let payload = wrapper.get_mut(&kind)?;
        let function = payload.get("name").and_then(Value::as_str).map(str::to_owned);
        let description = payload.get("description").and_then(Value::as_str).map(str::to_owned).or(outer_description);
        let args = if kind == kind::FUNCTION { payload.get_mut("arguments") } else { payload.get_mut("args") };
        let mut args = args.map(Value::take).filter(|args| !args.is_null());
        let result = payload.get_mut("result").map(Value::take);

        let known = self.running.iter().position(|(id, _)| *id == call_id);
        let remembered = known.and_then(|index| self.running.remove(index));
        if args.is_none() {
            args = remembered.and_then(|(_, args)| args);
        }
        if !completed {
            if self.running.len() == MAX_RUNNING {
                self.running.pop_front();
            }
            self.running.push_back((call_id.clone(), args.clone()));
        }

        let call = view::Call::new(args.as_ref(), result.as_ref(), description);
        let outcome = if completed { outcome::of(&kind, &call) } else { Outcome::Running };
        let view = if completed && !outcome::is_known(result.as_ref()) {
            ToolView::Other { name: kind::bare(&kind).to_owned() }
        } else {
            view::of(&kind, function.as_deref(), &call)
        };
        let status = if completed { ToolStatus::Completed } else { ToolStatus::Running };
        let name = bounded(&kind::public_name(&kind, function.as_deref()));
        let call = ToolCall { call_id, name, status, args, result, truncated: Truncated::default(), outcome, view };
        Some((call, known.is_none()))
    }
}

/// What is longer keeps its beginning and is told from others by a hash of the whole.
fn bounded(name: &str) -> String {
    if name.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    let hash: String = Md5::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}…{hash}", &name[..floor_char_boundary(name, LONGEST_NAME - 40)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_ids_are_bounded_and_stay_different() {
        let (a, b) = ("é".repeat(100_000), "é".repeat(100_001));
        assert_eq!(bounded("a\nb"), "a\nb");
        assert!(bounded(&a).len() <= LONGEST_NAME && bounded(&a) != bounded(&b) && bounded(&a) == bounded(&a.clone()));
    }
}
