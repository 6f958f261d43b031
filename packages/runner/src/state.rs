//! What follows from the run log: the pure part of following a run, the same in life and in replay.

use agents::{Decoder, Effect, Exit, Input};
use domain::{Event, Guards, Notice, RunStatus};
use shim::{
    control::{Action, Command},
    record::{Ended, Exited, Kind, Note, Record, Started},
};

use crate::{RunStarted, guard::Guard, numbering::Batch, outcome::End, redactor::Redactor};

/// What follows from the run log, besides what its decoder knows.
#[derive(Debug, Default)]
pub struct State {
    pub redactor: Redactor,
    pub end: End,
    pub boot_id: Option<String>,
    pub started: RunStarted,
    pub running: bool,
    pub guard: Guard,
    /// Of the first and the last record, in nanoseconds of the monotonic clock: the other one may jump.
    pub began_at: u64,
    pub last_at: u64,
    pub last_command: u64,
    pub writes_logged: u64,
    pub position: u64,
    /// The `result` that stands in the event log.
    pub told: Option<RunStatus>,
    pub error_told: bool,
    pub done_told: bool,
    pub writes: Vec<(u64, Vec<u8>)>,
    /// Decoded since this was last looked at.
    pub events: u32,
}

impl State {
    pub fn new(secrets: Vec<String>, guards: Guards) -> Self {
        Self { redactor: Redactor::new(secrets), guard: Guard::new(guards), ..Self::default() }
    }

    /// What one record of the run log leads to.
    pub fn absorb(&mut self, record: &Record<'_>, decoder: &mut dyn Decoder, batch: &mut Batch) {
        let at = (record.wall_ns / 1_000_000) as i64;
        let mut effects = Vec::new();
        if self.running && !matches!(record.kind, Kind::Ended) {
            self.last_at = record.monotonic_ns;
        }
        match record.kind {
            Kind::Started => {
                if let Ok(started) = serde_json::from_slice::<Started>(record.payload) {
                    self.boot_id = Some(started.boot_id);
                }
                self.running = true;
                (self.began_at, self.last_at) = (record.monotonic_ns, record.monotonic_ns);
                self.event(Event::Status { status: RunStatus::Running }, at, batch);
            }
            Kind::Output => decoder.feed(Input::Output(record.payload), &mut effects),
            Kind::ErrorOutput => decoder.feed(Input::ErrorOutput(record.payload), &mut effects),
            Kind::Input => {}
            Kind::Command => {
                if let Some(command) = Command::decode(record.payload) {
                    self.last_command = self.last_command.max(command.id);
                    self.writes_logged += u64::from(matches!(command.action, Action::Write(_)));
                    // After a guard has ended the run, the stop is its own.
                    self.guard.stopped |= command.action == Action::Stop && !self.guard.is_reached();
                }
            }
            Kind::Exited => {
                if let Ok(exited) = serde_json::from_slice::<Exited>(record.payload) {
                    decoder.feed(Input::Exited(Exit { code: exited.code, signal: exited.signal }), &mut effects);
                    self.end.exit = Some(exited);
                }
            }
            Kind::Note => {
                if let Ok(note) = serde_json::from_slice::<Note>(record.payload) {
                    self.end.note(&note);
                    if let Note::LeftBehind { commands } = note {
                        self.event(Event::Notice(left_behind(&commands)), at, batch);
                    }
                }
            }
            Kind::Ended => self.end.ended = serde_json::from_slice::<Ended>(record.payload).ok(),
        }
        for effect in effects {
            self.effect(effect, at, batch);
        }
        if record.kind == Kind::Exited {
            self.redactor.flush(&mut |event, at| batch.push(event, at));
        }
    }

    fn event(&mut self, event: Event, at: i64, batch: &mut Batch) {
        self.events = self.events.saturating_add(1);
        self.redactor.take(event, at, &mut |event, at| batch.push(event, at));
    }

    pub fn effect(&mut self, effect: Effect, at: i64, batch: &mut Batch) {
        match effect {
            Effect::Started(session) => {
                self.started = RunStarted { model: session.model, session_id: session.session_id };
            }
            Effect::Event(event) => {
                self.guard.see(&event);
                self.event(event, at, batch);
            }
            Effect::Write { command_id, bytes } => self.writes.push((command_id, bytes)),
            Effect::TurnEnded(mut turn) => {
                self.redactor.flush(&mut |event, at| batch.push(event, at));
                if let Some(text) = &mut turn.text {
                    self.redactor.string(text);
                }
                if self.end.turn.is_none()
                    && let Some(notice) = self.guard.turn_ended(turn.usage.as_ref())
                {
                    self.event(Event::Notice(notice), at, batch);
                }
                self.end.turn.get_or_insert(turn);
            }
        }
    }
}

fn left_behind(commands: &[String]) -> Notice {
    let named: Vec<String> =
        commands.iter().take(5).map(|command| format!("`{}`", command.chars().take(200).collect::<String>())).collect();
    let more = commands.len().saturating_sub(5);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Notice {
        code: "background_ended".to_owned(),
        message: format!("Ended with the run, since the agent had left it running: {}{more}.", named.join(", ")),
        detail: None,
    }
}

#[cfg(test)]
mod tests {
    use agents::{Exit, Input};
    use domain::RunError;

    use super::*;

    struct Silent;

    impl Decoder for Silent {
        fn feed(&mut self, _: Input<'_>, _: &mut Vec<Effect>) {}

        fn explain(&self, _: Exit) -> RunError {
            RunError { code: String::new(), message: String::new(), hint: None }
        }
    }

    #[test]
    fn a_clock_that_jumps_changes_no_duration() {
        let (mut state, mut batch) = (State::default(), Batch::default());
        let started = serde_json::to_vec(&Started { pid: 1, start_time: 1, boot_id: "b".to_owned() }).unwrap();
        let exited = serde_json::to_vec(&Exited { code: Some(0), signal: None, by_us: false }).unwrap();
        let hour = 3_600_000_000_000;
        for record in [
            Record { kind: Kind::Started, monotonic_ns: 1_000_000, wall_ns: 5 * hour, payload: &started },
            Record { kind: Kind::Output, monotonic_ns: 3_000_000, wall_ns: 9 * hour, payload: b"x" },
            Record { kind: Kind::Exited, monotonic_ns: 8_000_000, wall_ns: 2 * hour, payload: &exited },
        ] {
            state.absorb(&record, &mut Silent, &mut batch);
        }
        assert_eq!((state.last_at - state.began_at) / 1_000_000, 7);
    }
}
