//! The decoder of the Cursor CLI's `stream-json`: any bytes, cut anywhere, give the same effects, and
//! what is not understood is shown as it is. It never fails and never waits.

use crate::{Decoder, Effect, Exit, Input, line, line::LineAssembler};

use super::{
    failure::{self, ErrorOutput},
    joiner::{Broken, Joined, escape_controls},
    notice,
    turn::Turn,
    wire::{self, First},
};

/// Places within a line of noise at which an event is looked for.
const MAX_LATER_STARTS: usize = 16;

/// Decodes one print-mode process: one turn.
#[derive(Debug, Default)]
pub struct CursorDecoder {
    lines: LineAssembler,
    reader: Reader,
    error_output: ErrorOutput,
}

impl CursorDecoder {
    pub fn new() -> Self {
        Self::default()
    }
}

impl Decoder for CursorDecoder {
    fn feed(&mut self, input: Input<'_>, effects: &mut Vec<Effect>) {
        let Self { lines, reader, error_output } = self;
        match input {
            Input::Output(bytes) => lines.feed(bytes, |line| reader.line(&line::text(line), effects)),
            Input::ErrorOutput(bytes) => error_output.append(bytes),
            Input::Exited(_) => {
                lines.finish(|line| reader.line(&line::text(line), effects));
                reader.finish(effects);
            }
        }
    }

    fn explain(&self, exit: Exit) -> domain::RunError {
        let words = self.error_output.text();
        let words = if words.is_empty() { self.reader.last_output.clone() } else { words };
        failure::explain(&words, exit)
    }
}

/// Takes lines apart.
#[derive(Debug, Default)]
struct Reader {
    broken: Option<Broken>,
    turn: Turn,
    /// The last line that was no JSON: old builds wrote some errors there.
    last_output: String,
}

impl Reader {
    fn line(&mut self, line: &str, effects: &mut Vec<Effect>) {
        let Some(broken) = self.broken.take() else { return self.fresh(line, effects) };
        if wire::is_event(unwrapped(line)) {
            self.give_up(broken.into_lines(), effects);
            return self.line(line, effects);
        }
        match broken.join(line) {
            Joined::Open(broken) => self.broken = Some(broken),
            Joined::Closed { text, .. } if wire::is_event(&text) => self.fresh(&text, effects),
            Joined::Closed { lines, .. } | Joined::Hopeless { lines } => self.give_up(lines, effects),
        }
    }

    fn finish(&mut self, effects: &mut Vec<Effect>) {
        while let Some(broken) = self.broken.take() {
            self.give_up(broken.into_lines(), effects);
        }
    }

    /// The first of these lines begins nothing that could be joined. The others may.
    fn give_up(&mut self, lines: Vec<String>, effects: &mut Vec<Effect>) {
        let mut lines = lines.into_iter();
        if let Some(first) = lines.next() {
            let length = later_event(&first).unwrap_or(first.len());
            self.output(&first[..length], effects);
            self.fresh(&first[length..], effects);
        }
        for line in lines {
            self.line(&line, effects);
        }
    }

    /// Takes a line that continues nothing: usually one object, sometimes several.
    fn fresh(&mut self, line: &str, effects: &mut Vec<Effect>) {
        let may_repair = line.bytes().any(|byte| byte < b' ');
        self.objects(unwrapped(line), line, may_repair, effects);
    }

    /// Noise is shown as `whole`, with its indentation, as long as it is the whole line.
    fn objects<'a>(&mut self, mut rest: &'a str, mut whole: &'a str, may_repair: bool, effects: &mut Vec<Effect>) {
        while !rest.is_empty() {
            let length = match wire::first(rest) {
                First::Event(event, length) => {
                    self.turn.event(&event, &rest[..length], effects);
                    length
                }
                First::Object(length) => {
                    self.output(&rest[..length], effects);
                    length
                }
                First::Other if may_repair && wire::is_event(&escape_controls(rest)) => {
                    let repaired = escape_controls(rest);
                    return self.objects(&repaired, &repaired, false, effects);
                }
                other => {
                    let cut = matches!(other, First::Unfinished)
                        || (may_repair && matches!(wire::first(&escape_controls(rest)), First::Unfinished));
                    self.broken = if cut { Broken::start(rest) } else { None };
                    if self.broken.is_some() {
                        return;
                    }
                    let length = later_event(rest).unwrap_or(rest.len());
                    self.output(if length == rest.len() { whole } else { &rest[..length] }, effects);
                    length
                }
            };
            rest = rest[length..].trim_start();
            whole = rest;
        }
    }

    fn output(&mut self, line: &str, effects: &mut Vec<Effect>) {
        line.trim().clone_into(&mut self.last_output);
        effects.push(notice::output(line));
    }
}

/// Where in a text that begins no object an event stands all the same, as when another program wrote
/// to the same pipe without a newline.
fn later_event(text: &str) -> Option<usize> {
    let starts = text.match_indices("{\"type\":\"").map(|(at, _)| at).filter(|at| *at > 0);
    // Objects within a truncated event have a type too, but no session.
    starts
        .take(MAX_LATER_STARTS)
        .find(|at| matches!(wire::first(&text[*at..]), First::Event(event, _) if event.session_id.is_some()))
}

/// A line without a byte order mark, the `stdout:` or `stderr:` that a wrapper put before it, and
/// blanks at its start.
fn unwrapped(line: &str) -> &str {
    let line = line.strip_prefix('\u{feff}').unwrap_or(line).trim_start();
    let bare = line.strip_prefix("stdout:").or_else(|| line.strip_prefix("stderr:"));
    bare.map_or(line, str::trim_start)
}
