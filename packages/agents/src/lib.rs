//! One module a coding agent: how it is launched, and how what it writes becomes events.
//!
//! Pure: no file, no clock, no process is touched here. A decoder is a machine
//! `(state, input) → (state, effects)`, so that feeding it the same bytes again, cut anywhere,
//! yields the same effects: that is how a run is taken up again after the server died.

pub mod cursor;
mod decoder;
pub mod line;

pub use decoder::{Decoder, Effect, Exit, Input, Session, TurnEnd};
