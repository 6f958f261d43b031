//! Ends a run that has come to more than it may: counted on what the program says, so that a server
//! that takes the run up again comes to the same.

use crate::outcome::GO_ON;
use domain::{Bound, BoundOf, Event, Guards, Notice, Outcome, RunError, ToolCall, ToolStatus, ToolView, Usage, limits::grouped};

#[derive(Debug, Default)]
pub struct Guard {
    guards: Guards,
    tool_calls: u32,
    failing: Failing,
    /// What was reached first, as it was then.
    reached: Option<Reached>,
    /// What was found to be exceeded when the run was over already.
    pub exceeded: Option<String>,
    /// Somebody asked the run to end: nothing else ends it any more.
    pub stopped: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Reached {
    ToolCalls(Bound),
    /// The command, and how often it failed.
    Failures(String, u32),
}

/// The shell command that failed last, and how often in a row.
#[derive(Debug, Default)]
struct Failing {
    command: String,
    times: u32,
}

impl Guard {
    pub fn new(guards: Guards) -> Self {
        Self { guards, ..Self::default() }
    }

    pub fn guards(&self) -> &Guards {
        &self.guards
    }

    pub fn tool_calls(&self) -> u32 {
        self.tool_calls
    }

    pub fn see(&mut self, event: &Event) {
        let Event::ToolCall(call) = event else { return };
        if call.status != ToolStatus::Completed {
            return;
        }
        self.tool_calls = self.tool_calls.saturating_add(1);
        self.failing.see(call);
        if self.is_reached() || self.stopped {
            return;
        }
        if let Some(bound) = self.guards.tool_calls
            && u64::from(self.tool_calls) >= bound.most
        {
            self.reached = Some(Reached::ToolCalls(bound));
        } else if let Some(most) = self.guards.repeated_failures
            && self.failing.times >= most
        {
            self.reached = Some(Reached::Failures(self.failing.command.chars().take(200).collect(), self.failing.times));
        }
    }

    pub fn is_reached(&self) -> bool {
        self.reached.is_some()
    }

    /// Why the run is ended, with what it came to by now: a program that is fast does more before it ends.
    pub fn error(&self) -> Option<RunError> {
        let calls = grouped(self.tool_calls.into());
        Some(match self.reached.as_ref()? {
            Reached::ToolCalls(bound) => {
                let message = format!("The run has made {calls} tool calls, of {} it may.", grouped(bound.most));
                reached("tool_call_limit", bound.of, message)
            }
            Reached::Failures(command, times) => {
                let message = format!("The same command failed {times} times running: `{command}`.");
                RunError { code: "repeated_failure".to_owned(), message, hint: Some(GO_ON.to_owned()) }
            }
        })
    }

    /// The turn is over before the run could be ended, or the program has told only now what it used: there
    /// is nothing to end any more, but to say, and to keep what waits from going on by itself.
    pub fn turn_ended(&mut self, usage: Option<&Usage>) -> Option<Notice> {
        let (code, message) = match (self.error(), self.guards.tokens, usage.map(Usage::total_tokens)) {
            (Some(error), ..) => (error.code, error.message),
            (None, Some(bound), Some(used)) if used > bound.most => {
                let message = format!("The run used {} tokens, more than the {} it may.", grouped(used), grouped(bound.most));
                ("token_limit".to_owned(), message)
            }
            _ => return None,
        };
        self.exceeded = Some(message.clone());
        Some(Notice { code, message, detail: None })
    }
}

impl Failing {
    fn see(&mut self, call: &ToolCall) {
        match &call.view {
            ToolView::Shell { command, .. }
                if matches!(call.outcome, Outcome::Failure | Outcome::Error { .. } | Outcome::Refused { .. }) =>
            {
                if *command != self.command {
                    *self = Self { command: command.clone(), times: 0 };
                }
                self.times += 1;
            }
            // Something may be different now. Looking at things changes nothing.
            ToolView::Shell { .. } | ToolView::Edit { .. } | ToolView::Delete { .. } | ToolView::Mcp { .. } => {
                *self = Self::default();
            }
            _ => {}
        }
    }
}

/// A limit that was reached, in the name of the one whose limit it is.
pub fn reached(code: &str, of: BoundOf, message: String) -> RunError {
    match of {
        BoundOf::Run => RunError { code: code.to_owned(), message, hint: Some(GO_ON.to_owned()) },
        BoundOf::Chat => RunError {
            code: "chat_limit_reached".to_owned(),
            message: format!("{message} That was the rest of this chat's budget."),
            hint: Some("Allow the chat more, then send a follow-up to go on where it stopped.".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use domain::tool::Truncated;

    use super::*;

    fn call(view: ToolView, outcome: Outcome) -> Event {
        let call = ToolCall {
            call_id: "c".to_owned(),
            name: "tool".to_owned(),
            status: ToolStatus::Completed,
            args: None,
            result: None,
            truncated: Truncated::default(),
            outcome,
            view,
        };
        Event::ToolCall(Box::new(call))
    }

    fn shell(command: &str, outcome: Outcome) -> Event {
        let view = ToolView::Shell {
            command: command.to_owned(),
            directory: None,
            description: None,
            output: None,
            exit_code: None,
            signal: None,
            duration_ms: None,
            background: false,
            pid: None,
        };
        call(view, outcome)
    }

    #[test]
    fn only_the_same_failure_with_nothing_changed_in_between_counts() {
        let look = || call(ToolView::Delete { path: "a".to_owned() }, Outcome::Success);
        let mut guard = Guard::new(Guards { repeated_failures: Some(3), ..Guards::default() });
        for event in [
            shell("make", Outcome::Failure),
            shell("make", Outcome::Failure),
            look(),
            shell("make", Outcome::Failure),
            shell("make test", Outcome::Failure),
            shell("make", Outcome::Failure),
            shell("make", Outcome::Failure),
        ] {
            guard.see(&event);
            assert!(!guard.is_reached());
        }
        guard.see(&call(ToolView::List { path: ".".to_owned(), entries: Vec::new() }, Outcome::Success));
        guard.see(&shell("make", Outcome::Failure));
        assert_eq!(guard.error().expect("three times running").message, "The same command failed 3 times running: `make`.");
    }

    #[test]
    fn tool_calls_are_counted_and_the_bound_says_whose_it_is() {
        let bound = Bound { most: 2, of: BoundOf::Chat };
        let mut guard = Guard::new(Guards { tool_calls: Some(bound), ..Guards::default() });
        guard.see(&shell("a", Outcome::Success));
        assert!(!guard.is_reached());
        guard.see(&shell("b", Outcome::Success));
        assert_eq!(guard.error().map(|error| error.code).as_deref(), Some("chat_limit_reached"));
        // What it did before it was ended counts, and one that had finished by then is told so.
        guard.see(&shell("c", Outcome::Success));
        assert!(guard.turn_ended(None).is_some_and(|notice| notice.message.contains("3 tool calls, of 2")));
        let mut stopped = Guard::new(Guards { tool_calls: Some(bound), ..Guards::default() });
        stopped.stopped = true;
        (0..5).for_each(|_| stopped.see(&shell("a", Outcome::Success)));
        assert_eq!((stopped.tool_calls(), stopped.is_reached()), (5, false));
    }
}
