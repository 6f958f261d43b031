//! The port between a run and the code that understands one agent program.

use domain::{Event, RunError, Usage};

/// Understands what one agent program writes. Total: it takes any bytes, never panics, never stalls.
pub trait Decoder: Send + Sync {
    /// Takes the next input and appends what follows from it to `effects`.
    fn feed(&mut self, input: Input<'_>, effects: &mut Vec<Effect>);

    /// Why the program ended without success, in its own words where it said any.
    fn explain(&self, exit: Exit) -> RunError;
}

/// What reaches a decoder, in the order of the run log.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Bytes of standard output, cut anywhere.
    Output(&'a [u8]),
    /// Bytes of standard error, cut anywhere.
    ErrorOutput(&'a [u8]),
    /// The program is gone and nothing more will come: a last line without its newline counts.
    Exited(Exit),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    pub code: Option<i32>,
    pub signal: Option<i32>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The program said who it is.
    Started(Session),
    Event(Event),
    /// Bytes for the program's standard input. Dropped in replay when the run log has `command_id`.
    Write {
        command_id: u64,
        bytes: Vec<u8>,
    },
    /// The agent has finished its turn; the program may still linger.
    TurnEnded(TurnEnd),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    pub session_id: Option<String>,
    /// A display name, not an id.
    pub model: Option<String>,
    pub directory: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TurnEnd {
    /// The agent's last words: the text after the last tool call.
    pub text: Option<String>,
    pub usage: Option<Usage>,
    pub duration_ms: Option<u64>,
    pub request_id: Option<String>,
}
