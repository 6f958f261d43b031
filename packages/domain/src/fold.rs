//! Events become steps.
//!
//! The fold is a function of the events alone, so that steps rebuilt from the event log after a
//! crash are those that were being built before it, ids included. It holds the open steps only:
//! at most one text of `INLINE_BYTES` and the tool calls that have not completed.

use crate::{
    Event, Step, StepBody, StepId, ToolCall,
    id::RunId,
    step::INLINE_BYTES,
    tool::{Outcome, ToolStatus},
};

/// What an event did to the steps.
#[derive(Clone, Debug, PartialEq)]
pub enum StepChange {
    /// A step is complete and will not change again.
    Closed(Step),
    /// The next piece of a text too long to stand in its step. Pieces count from 0 and begin with
    /// the step's first byte.
    Piece { id: StepId, index: u32, text: String },
}

/// The steps of one run while it goes on.
#[derive(Debug)]
pub struct Fold {
    run: RunId,
    next_ordinal: u32,
    text: Option<OpenText>,
    calls: Vec<(u32, i64, ToolCall)>,
}

#[derive(Debug)]
struct OpenText {
    ordinal: u32,
    started_at: i64,
    thinking: bool,
    text: String,
    size: u64,
    pieces: u32,
    /// What has come since the last piece, once the text is longer than a step holds.
    rest: String,
}

impl Fold {
    /// `first_ordinal`: where this run's steps begin; ordinals below are the caller's (the prompt).
    pub fn new(run: RunId, first_ordinal: u32) -> Self {
        Self { run, next_ordinal: first_ordinal, text: None, calls: Vec::new() }
    }

    /// Takes the next event; `at` is its time in milliseconds since 1970.
    pub fn apply(&mut self, event: &Event, at: i64, changes: &mut Vec<StepChange>) {
        match event {
            Event::Assistant { text } => self.append(false, text, at, changes),
            Event::Thinking { text } => self.append(true, text, at, changes),
            Event::ToolCall(call) => {
                self.close_text(at, changes);
                self.tool_call(call, at, changes);
            }
            Event::Notice(notice) => {
                self.close_text(at, changes);
                self.push(StepBody::Notice(notice.clone()), at, changes);
            }
            Event::Error(error) => {
                self.close_text(at, changes);
                self.interrupt_calls(at, changes);
                self.push(StepBody::Error(error.clone()), at, changes);
            }
            Event::Result(_) | Event::Done => {
                self.close_text(at, changes);
                self.interrupt_calls(at, changes);
            }
            Event::Status { .. } => {}
        }
    }

    /// The ordinal that the next step to begin will have.
    pub fn next_ordinal(&self) -> u32 {
        self.next_ordinal
    }

    /// The steps that are not closed yet, in order, as they stand.
    pub fn open(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = self
            .calls
            .iter()
            .map(|(ordinal, at, call)| self.step(*ordinal, *at, None, StepBody::ToolCall(Box::new(call.clone()))))
            .collect();
        if let Some(open) = &self.text {
            let mut step = self.step(open.ordinal, open.started_at, None, text_body(open.thinking, open.text.clone()));
            step.size = open.size;
            step.truncated = open.size > open.text.len() as u64;
            steps.push(step);
        }
        steps.sort_by_key(|step| step.id.ordinal);
        steps
    }

    fn append(&mut self, thinking: bool, text: &str, at: i64, changes: &mut Vec<StepChange>) {
        if text.is_empty() {
            return;
        }
        if self.text.as_ref().is_some_and(|open| open.thinking != thinking) {
            self.close_text(at, changes);
        }
        let run = self.run;
        let ordinal = self.next_ordinal;
        let open = self.text.get_or_insert_with(|| {
            self.next_ordinal += 1;
            OpenText { ordinal, started_at: at, thinking, text: String::new(), size: 0, pieces: 0, rest: String::new() }
        });
        open.size += text.len() as u64;
        let id = StepId { run, ordinal: open.ordinal };
        let mut rest = text;
        if open.pieces == 0 {
            let room = floor_char_boundary(text, INLINE_BYTES - open.text.len());
            open.text.push_str(&text[..room]);
            rest = &text[room..];
            if !rest.is_empty() {
                changes.push(StepChange::Piece { id, index: 0, text: open.text.clone() });
                open.pieces = 1;
            }
        }
        while !rest.is_empty() {
            let room = floor_char_boundary(rest, INLINE_BYTES - open.rest.len());
            open.rest.push_str(&rest[..room]);
            rest = &rest[room..];
            if !rest.is_empty() {
                changes.push(StepChange::Piece { id, index: open.pieces, text: std::mem::take(&mut open.rest) });
                open.pieces += 1;
            }
        }
    }

    fn close_text(&mut self, at: i64, changes: &mut Vec<StepChange>) {
        let Some(open) = self.text.take() else { return };
        if !open.rest.is_empty() {
            let id = StepId { run: self.run, ordinal: open.ordinal };
            changes.push(StepChange::Piece { id, index: open.pieces, text: open.rest });
        }
        let truncated = open.size > open.text.len() as u64;
        let mut step = self.step(open.ordinal, open.started_at, Some(at), text_body(open.thinking, open.text));
        step.size = open.size;
        step.truncated = truncated;
        changes.push(StepChange::Closed(step));
    }

    fn tool_call(&mut self, call: &ToolCall, at: i64, changes: &mut Vec<StepChange>) {
        let known = self.calls.iter().position(|(_, _, open)| open.call_id == call.call_id);
        match (call.status, known) {
            (ToolStatus::Running, Some(index)) => self.calls[index].2 = call.clone(),
            (ToolStatus::Running, None) => {
                self.calls.push((self.next_ordinal, at, call.clone()));
                self.next_ordinal += 1;
            }
            (ToolStatus::Completed, known) => {
                let (ordinal, started_at) = match known {
                    Some(index) => {
                        let (ordinal, started_at, _) = self.calls.remove(index);
                        (ordinal, started_at)
                    }
                    None => {
                        self.next_ordinal += 1;
                        (self.next_ordinal - 1, at)
                    }
                };
                let body = StepBody::ToolCall(Box::new(call.clone()));
                changes.push(StepChange::Closed(self.step(ordinal, started_at, Some(at), body)));
            }
        }
    }

    fn interrupt_calls(&mut self, at: i64, changes: &mut Vec<StepChange>) {
        for (ordinal, started_at, mut call) in std::mem::take(&mut self.calls) {
            call.outcome = Outcome::Interrupted;
            let body = StepBody::ToolCall(Box::new(call));
            changes.push(StepChange::Closed(self.step(ordinal, started_at, Some(at), body)));
        }
    }

    fn push(&mut self, body: StepBody, at: i64, changes: &mut Vec<StepChange>) {
        let ordinal = self.next_ordinal;
        self.next_ordinal += 1;
        changes.push(StepChange::Closed(self.step(ordinal, at, Some(at), body)));
    }

    fn step(&self, ordinal: u32, started_at: i64, ended_at: Option<i64>, body: StepBody) -> Step {
        let (size, truncated) = match &body {
            StepBody::ToolCall(call) => (0, !call.truncated.is_none()),
            StepBody::Notice(notice) => (notice.message.len() as u64, false),
            StepBody::Error(error) => (error.message.len() as u64, false),
            StepBody::UserMessage { text } | StepBody::AssistantMessage { text } | StepBody::Thinking { text } => {
                (text.len() as u64, false)
            }
        };
        Step { id: StepId { run: self.run, ordinal }, started_at, ended_at, size, truncated, body }
    }
}

fn text_body(thinking: bool, text: String) -> StepBody {
    if thinking { StepBody::Thinking { text } } else { StepBody::AssistantMessage { text } }
}

/// The largest index of at most `limit` that does not cut a character.
pub fn floor_char_boundary(text: &str, limit: usize) -> usize {
    if limit >= text.len() {
        return text.len();
    }
    (0..=limit).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        RunError,
        tool::{ToolView, Truncated},
    };

    fn call(id: &str, status: ToolStatus) -> Event {
        Event::ToolCall(Box::new(ToolCall {
            call_id: id.to_owned(),
            name: "read_file".to_owned(),
            status,
            args: None,
            result: None,
            truncated: Truncated::default(),
            outcome: if status == ToolStatus::Running { Outcome::Running } else { Outcome::Success },
            view: ToolView::Delete { path: "x".to_owned() },
        }))
    }

    fn said(text: &str) -> Event {
        Event::Assistant { text: text.to_owned() }
    }

    fn folded(events: &[Event]) -> (Fold, Vec<StepChange>) {
        let (mut fold, mut changes) = (Fold::new(RunId::mint(), 1), Vec::new());
        for (at, event) in (0..).zip(events) {
            fold.apply(event, at, &mut changes);
        }
        (fold, changes)
    }

    fn closed(changes: &[StepChange]) -> Vec<(u32, &'static str)> {
        changes
            .iter()
            .filter_map(|change| match change {
                StepChange::Closed(step) => Some((step.id.ordinal, step.body.kind())),
                StepChange::Piece { .. } => None,
            })
            .collect()
    }

    #[test]
    fn steps_are_numbered_as_they_begin_and_close_as_they_end() {
        use ToolStatus::{Completed, Running};
        let events = [
            said("a"),
            call("1", Running),
            call("2", Running),
            call("2", Completed),
            call("3", Completed),
            call("1", Completed),
            said("b"),
            Event::Done,
        ];
        let (fold, changes) = folded(&events);
        let expected = [(1, "assistant_message"), (3, "tool_call"), (4, "tool_call"), (2, "tool_call"), (5, "assistant_message")];
        assert_eq!(closed(&changes), expected);
        assert!(fold.open().is_empty());
    }

    #[test]
    fn what_is_open_when_the_run_ends_was_interrupted() {
        let error = Event::Error(RunError { code: "x".to_owned(), message: "y".to_owned(), hint: None });
        let (_, changes) = folded(&[call("1", ToolStatus::Running), error]);
        let StepChange::Closed(step) = &changes[0] else { panic!("a step") };
        assert!(matches!(&step.body, StepBody::ToolCall(call) if call.outcome == Outcome::Interrupted));
        assert_eq!(closed(&changes), [(1, "tool_call"), (2, "error")]);
    }

    #[test]
    fn a_status_closes_nothing_and_empty_text_opens_nothing() {
        let status = Event::Status { status: crate::RunStatus::Running };
        let (fold, changes) = folded(&[said(""), said("a"), status, said("b")]);
        assert!(changes.is_empty());
        assert!(matches!(&fold.open()[0].body, StepBody::AssistantMessage { text } if text == "ab"));
    }

    proptest! {
        #[test]
        fn a_long_text_is_its_pieces_and_its_step_a_preview(sizes in prop::collection::vec(0..200_000usize, 1..8)) {
            let mut events: Vec<Event> = sizes.iter().zip(0u8..).map(|(size, index)| said(&["é", "a", "😀"][usize::from(index % 3)].repeat(size / 3))).collect();
            let whole: String = events.iter().map(|event| match event { Event::Assistant { text } => text.as_str(), _ => "" }).collect();
            events.push(Event::Done);
            let (_, changes) = folded(&events);
            let pieces: String = changes.iter().filter_map(|change| match change { StepChange::Piece { text, .. } => Some(text.as_str()), StepChange::Closed(_) => None }).collect();
            match changes.last() {
                Some(StepChange::Closed(step)) => {
                    let StepBody::AssistantMessage { text } = &step.body else { panic!("a message") };
                    prop_assert_eq!(step.size, whole.len() as u64);
                    prop_assert!(text.len() <= INLINE_BYTES && whole.starts_with(text.as_str()));
                    prop_assert_eq!(step.truncated, text.len() < whole.len());
                    prop_assert_eq!(pieces, if step.truncated { whole } else { String::new() });
                }
                _ => prop_assert!(whole.is_empty()),
            }
        }
    }
}
