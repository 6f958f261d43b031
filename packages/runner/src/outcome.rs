//! How a run ended: one honest state, derived from what the run log holds.

use agents::{Decoder, Exit, TurnEnd};
use domain::{
    Guards, RunError, RunStatus, Usage,
    limits::{MINUTE_MS, grouped},
};
use shim::record::{Ended, Note};

use crate::guard::{Guard, reached};

#[derive(Clone, Debug, PartialEq)]
pub struct RunOutcome {
    pub status: RunStatus,
    /// The agent's last words.
    pub text: Option<String>,
    pub error: Option<RunError>,
    pub usage: Option<Usage>,
    /// Milliseconds from the start of the program to its end, by the run log.
    pub duration_ms: Option<u64>,
    pub tool_calls: u32,
    /// Somebody asked it to end, whatever state it came to.
    pub stopped: bool,
    /// It ended well, but with more used than it may: a sentence.
    pub exceeded: Option<String>,
    /// Milliseconds since 1970.
    pub ended_at: i64,
}

/// What is known of the end so far.
#[derive(Debug, Default)]
pub struct End {
    pub turn: Option<TurnEnd>,
    pub exit: Option<shim::record::Exited>,
    pub ended: Option<Ended>,
    pub not_started: Option<String>,
    pub limit: Option<String>,
    /// The shim is gone without a last word.
    pub lost: Option<RunError>,
    /// Nobody started it yet when it was asked to end.
    pub never_started: bool,
}

impl End {
    pub fn note(&mut self, note: &Note) {
        match note {
            Note::NotStarted { message } => self.not_started = Some(message.clone()),
            Note::Limit { limit } => self.limit = Some(limit.clone()),
            Note::DiskFull => self.limit = Some("disk_full".to_owned()),
            Note::Lingered | Note::LeftBehind { .. } => {}
        }
    }

    /// The state, once it can be told: FINISHED as soon as the turn has ended and the program with
    /// it, everything else when nothing of the run is left.
    pub fn status(&self, guard: &Guard) -> Option<RunStatus> {
        if self.never_started {
            return Some(RunStatus::Cancelled);
        }
        if let Some(ended) = &self.ended {
            return Some(match ended.cause.as_deref() {
                _ if self.turn.is_some() && self.limit.is_none() && self.ended_well() => RunStatus::Finished,
                Some("stopped") if !guard.is_reached() => RunStatus::Cancelled,
                _ => RunStatus::Error,
            });
        }
        if self.lost.is_some() {
            return Some(if self.turn.is_some() && self.ended_well() { RunStatus::Finished } else { RunStatus::Error });
        }
        (self.turn.is_some() && self.exit.is_some() && self.ended_well() && self.limit.is_none()).then_some(RunStatus::Finished)
    }

    /// Exit 0, or ended by us after the turn.
    fn ended_well(&self) -> bool {
        self.exit.is_some_and(|exit| exit.code == Some(0) || exit.by_us) || (self.exit.is_none() && self.lost.is_some())
    }

    /// Why it failed; asked only when the state is ERROR.
    pub fn error(&self, decoder: &dyn Decoder, guard: &Guard) -> RunError {
        if let Some(lost) = &self.lost {
            return lost.clone();
        }
        if let Some(message) = &self.not_started {
            return RunError {
                code: "program_not_started".to_owned(),
                message: format!("The agent program could not be started. {message}"),
                hint: Some("Run `cursor-selfhost doctor`; it tells where the program was looked for.".to_owned()),
            };
        }
        if let Some(limit) = &self.limit {
            return limit_error(limit, guard.guards());
        }
        if let Some(reached) = guard.error()
            && self.ended.as_ref().and_then(|ended| ended.cause.as_deref()) == Some("stopped")
        {
            return reached;
        }
        if self.ended.as_ref().and_then(|ended| ended.cause.as_deref()) == Some("terminated") {
            return supervisor_lost("The supervisor of this run was told to end, as when the machine shuts down.");
        }
        let exit = self.exit.map(|exit| Exit { code: exit.code, signal: exit.signal }).unwrap_or_default();
        decoder.explain(exit)
    }
}

fn limit_error(limit: &str, guards: &Guards) -> RunError {
    let minutes = |ms: u64| match ms {
        MINUTE_MS => "1 minute".to_owned(),
        ms if ms < MINUTE_MS => format!("{} seconds", ms / 1000),
        ms => format!("{} minutes", grouped(ms / MINUTE_MS)),
    };
    let (message, hint) = match limit {
        "run_timeout" => match guards.wall {
            Some(wall) => {
                return reached(limit, wall.of, format!("The run took {}, as long as it may.", minutes(wall.most)));
            }
            None => ("The run took longer than its time limit.".to_owned(), GO_ON),
        },
        "run_silent" => {
            let long = guards.silence_ms.map_or_else(|| "longer than the silence limit".to_owned(), minutes);
            (format!("The agent program wrote nothing for {long}."), GO_ON)
        }
        "output_limit" => {
            let much = guards.output_bytes.map_or_else(String::new, |bytes| format!(" of {} MB", grouped(bytes / 1_000_000)));
            (format!("The agent program wrote more than the output limit{much}."), "Send a follow-up that asks for less output.")
        }
        "disk_full" => ("The disk is full.".to_owned(), "Free some space and send a follow-up; what was written is kept."),
        _ => ("The run reached a limit.".to_owned(), GO_ON),
    };
    RunError { code: limit.to_owned(), message, hint: Some(hint.to_owned()) }
}

pub const GO_ON: &str = "Send a follow-up to go on where it stopped.";

pub fn supervisor_lost(message: &str) -> RunError {
    RunError { code: "supervisor_lost".to_owned(), message: message.to_owned(), hint: Some(GO_ON.to_owned()) }
}

pub fn host_restarted() -> RunError {
    RunError {
        code: "host_restarted".to_owned(),
        message: "The machine was restarted while the run was live.".to_owned(),
        hint: Some(GO_ON.to_owned()),
    }
}
