//! One turn of the agent: its events become effects, in order, each once.

use domain::Event;

use crate::{Effect, Session, TurnEnd};

use super::{
    assistant::Segment,
    notice,
    tool::ToolCalls,
    wire::{Line, number, string},
};

#[derive(Debug, Default)]
pub struct Turn {
    segment: Segment,
    tools: ToolCalls,
    has_text: bool,
    ended: bool,
}

impl Turn {
    /// Takes one event; `raw` is its JSON.
    pub fn event(&mut self, line: &Line<'_>, raw: &str, effects: &mut Vec<Effect>) {
        let kind = line.kind().unwrap_or_default();
        let subtype = line.subtype();
        match (kind.as_ref(), subtype.as_deref()) {
            ("assistant", _) => self.assistant(line, raw, effects),
            ("thinking", Some("delta")) => {
                if let Some(text) = string(line.text).filter(|text| !text.is_empty()) {
                    effects.push(Effect::Event(Event::Thinking { text: text.into_owned() }));
                }
            }
            // The prompt is known, and the CLI answers its own questions.
            ("thinking", Some("completed")) | ("user", _) => {}
            ("interaction_query", Some("request" | "response")) => self.text(effects, Segment::settle),
            ("tool_call", Some(subtype @ ("started" | "completed"))) => {
                self.tool_call(subtype == "completed", line, raw, effects);
            }
            ("system", Some("init")) => effects.push(Effect::Started(Session {
                session_id: string(line.session_id).map(Into::into),
                model: string(line.model).map(Into::into),
                directory: string(line.cwd).map(Into::into),
            })),
            ("connection", Some("reconnecting")) => {
                let message = format!("Connection lost; the agent is reconnecting{}", attempt(line));
                effects.push(notice::told("reconnecting", message, raw));
            }
            ("connection", Some("reconnected")) => {
                effects.push(notice::told("reconnected", "The agent is connected again".to_owned(), raw));
            }
            ("retry", subtype) => {
                if subtype == Some("resuming") {
                    self.text(effects, Segment::resumed);
                }
                let message = format!("The agent is trying again{}", attempt(line));
                effects.push(notice::told("retrying", message, raw));
            }
            ("result", Some("success")) => self.result(line, raw, effects),
            (kind, subtype) => effects.push(notice::unknown(kind, subtype, raw)),
        }
    }

    fn assistant(&mut self, line: &Line<'_>, raw: &str, effects: &mut Vec<Effect>) {
        let Some((text, others)) = line.message_text() else {
            return effects.push(notice::unknown("assistant", None, raw));
        };
        if !text.is_empty() {
            self.has_text = true;
            let model_call = string(line.model_call_id);
            let is_delta = line.timestamp_ms.is_some() && model_call.is_none();
            self.text(
                effects,
                |segment, show| {
                    if is_delta { segment.delta(text, show) } else { segment.flush(text, model_call, show) }
                },
            );
        }
        if others {
            effects.push(notice::unknown("assistant", None, raw));
        }
    }

    fn tool_call(&mut self, completed: bool, line: &Line<'_>, raw: &str, effects: &mut Vec<Effect>) {
        let call_id = string(line.call_id);
        match self.tools.take(completed, call_id.as_deref(), line.tool_call) {
            Some((call, is_new)) => {
                // A call that began earlier may complete amid the text that came since.
                if is_new {
                    let model_call = string(line.model_call_id);
                    self.text(effects, |segment, show| segment.tool_call(model_call, show));
                }
                effects.push(Effect::Event(Event::ToolCall(Box::new(call))));
            }
            None => effects.push(notice::unknown("tool_call", line.subtype().as_deref(), raw)),
        }
    }

    fn result(&mut self, line: &Line<'_>, raw: &str, effects: &mut Vec<Effect>) {
        if std::mem::replace(&mut self.ended, true) {
            let message = "The agent reported its result again; the first one counts.".to_owned();
            return effects.push(notice::told("repeated_result", message, raw));
        }
        let whole = string(line.result).unwrap_or_default();
        let mut text = None;
        self.text(effects, |segment, show| text = segment.finish(&whole, show));
        if !self.has_text && !whole.is_empty() {
            effects.push(Effect::Event(Event::Assistant { text: whole.clone().into_owned() }));
            text = Some(whole.into_owned());
        }
        effects.push(Effect::TurnEnded(TurnEnd {
            text,
            usage: line.usage.and_then(|usage| serde_json::from_str(usage.get()).ok()),
            duration_ms: number(line.duration_ms),
            request_id: string(line.request_id).map(Into::into),
        }));
    }

    fn text(&mut self, effects: &mut Vec<Effect>, act: impl FnOnce(&mut Segment, &mut dyn FnMut(String))) {
        act(&mut self.segment, &mut |text| effects.push(Effect::Event(Event::Assistant { text })));
    }
}

fn attempt(line: &Line<'_>) -> String {
    number(line.attempt).map(|attempt| format!(" (attempt {attempt})")).unwrap_or_default()
}
