//! Taking up a run that another server left: the torn tail is cut, the steps and the decoder's state
//! are rebuilt by silent replay up to the offset recorded with the last event, and only what comes
//! after is decoded into new numbers.

use std::{borrow::Cow, fs, io};

use agents::Decoder;
use domain::{Event, EventId, RunId};
use shim::{record::Kind as RecordKind, scope};

use crate::{
    RunDirectory, RunnerError,
    event_log::EventLog,
    numbering::{self, Batch},
    run_log::RunLog,
    state::State,
    steps::{Known, Steps},
};

pub struct Recovered {
    pub directory: RunDirectory,
    pub events: EventLog,
    pub steps: Steps,
    pub decoder: Box<dyn Decoder>,
    pub state: State,
}

/// `known`: what the database has.
pub fn recover(
    run: RunId,
    directory: RunDirectory,
    mut decoder: Box<dyn Decoder>,
    first_ordinal: u32,
    known: Known,
    secrets: Vec<String>,
) -> Result<Recovered, RunnerError> {
    // Without them, or where somebody has changed them to what nobody can read, the shim's own limits hold.
    let guards = fs::read(directory.guards()).ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
    let mut state = State::new(secrets, guards);
    let mut steps = Steps::new(run, first_ordinal).knowing(known);
    let power_lost = boot_of(&directory).is_some_and(|boot| boot != scope::boot_id());
    let path = directory.events();
    if !path.exists() {
        // The server died between the database and the run directory.
        fs::create_dir_all(directory.path()).map_err(RunnerError::io("make the run directory"))?;
        let events = EventLog::create(&path).map_err(RunnerError::io("create the event log"))?;
        return Ok(Recovered { directory, events, steps, decoder, state });
    }
    let (events, offset) = EventLog::recover(&path, power_lost, |head, public, detail| {
        let Some(event) = numbering::decode(head.kind, public, detail) else { return };
        match &event {
            Event::Result(result) => state.told = Some(result.status),
            Event::Error(_) => state.error_told = true,
            Event::Done => state.done_told = true,
            _ => {}
        }
        let large = || match &event {
            Event::ToolCall(call) if !call.truncated.is_none() => {
                fs::read_to_string(directory.large(head.number)).ok().map(Cow::Owned)
            }
            _ => None,
        };
        steps.apply(&event, head.at, EventId { run_tail: run.tail(), epoch: head.epoch, number: head.number }, large);
    })
    .map_err(RunnerError::io("recover the event log"))?;
    steps.forget_known();
    match RunLog::open(&directory.log()) {
        Ok(mut log) => {
            let mut silent = Batch::default();
            loop {
                let more = log
                    .read(offset, |record, _| {
                        state.absorb(record, decoder.as_mut(), &mut silent);
                        silent = Batch::default();
                    })
                    .map_err(RunnerError::io("read the run log"))?;
                if !more {
                    break;
                }
            }
            state.position = log.position();
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(RunnerError::io("open the run log")(error)),
    }
    Ok(Recovered { directory, events, steps, decoder, state })
}

/// The boot under which the program was started.
fn boot_of(directory: &RunDirectory) -> Option<String> {
    let mut log = RunLog::open(&directory.log()).ok()?;
    let mut boot = None;
    log.read(4096, |record, _| {
        if record.kind == RecordKind::Started {
            boot = serde_json::from_slice::<shim::record::Started>(record.payload).ok().map(|started| started.boot_id);
        }
    })
    .ok()?;
    boot
}
