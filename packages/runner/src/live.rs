//! A run while it is live: bytes become events, events become steps, and the end is told in order:
//! `result`, the scope empty, one commit, `done`.

mod end;
mod launch;

use std::{borrow::Cow, io, sync::Arc, time::Duration};

use agents::{Decoder, Exit, Input};
use domain::{Event, EventId, RunId, RunStatus, ToolCall, ToolStatus};
use shim::{control::Action, scope};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Gate, Permit, RunDirectory, RunStore, RunnerError,
    clock::now_ms,
    event_log::{EventLog, lock},
    flush::flush,
    numbering::Batch,
    outcome,
    run_log::RunLog,
    runner::Inner,
    shared::{MOST_PENDING, RETRY, Shared},
    shim_process::Connection,
    state::State,
};

/// How long `result` waits for the program's exit, which tells whether it was a success.
const RESULT_HOLD: Duration = Duration::from_millis(250);

/// More than this at once is decoded where it does not keep other tasks from their thread.
const LARGE: u64 = 512 * 1024;

/// How a task begins.
pub enum Begin {
    Launch(Gate),
    Attach(Box<State>, Permit),
}

pub struct Live<S> {
    inner: Arc<Inner<S>>,
    run: RunId,
    directory: RunDirectory,
    events: EventLog,
    decoder: Box<dyn Decoder>,
    shared: Arc<Shared>,
    commands: mpsc::Receiver<oneshot::Sender<Result<(), RunnerError>>>,
    log: Option<RunLog>,
    state: State,
    stopping: bool,
    /// Held until the run has ended.
    permit: Option<Permit>,
    /// What the shim was told to keep.
    pace: u32,
    load_window: u64,
    result_due: Option<Instant>,
}

impl<S: RunStore> Live<S> {
    pub fn new(
        inner: Arc<Inner<S>>,
        directory: RunDirectory,
        events: EventLog,
        decoder: Box<dyn Decoder>,
        shared: Arc<Shared>,
        commands: mpsc::Receiver<oneshot::Sender<Result<(), RunnerError>>>,
    ) -> Self {
        let run = lock(&shared.steps).run();
        Self {
            inner,
            run,
            directory,
            events,
            decoder,
            shared,
            commands,
            log: None,
            state: State::default(),
            stopping: false,
            permit: None,
            pace: 0,
            load_window: 0,
            result_due: None,
        }
    }

    pub async fn run(mut self, begin: Begin) {
        let flusher = CancellationToken::new();
        let flushing = self.inner.tasks.spawn(flush(self.inner.clone(), self.shared.clone(), flusher.clone()));
        let ended = self.follow(begin).await;
        flusher.cancel();
        let stored = flushing.await.ok().flatten();
        match ended {
            Ok(true) => self.finish(stored).await,
            Ok(false) => self.leave().await,
            Err(error) => {
                // The disk failed under us: what is there stays, and the next server tries again.
                tracing::error!(run = %self.run, %error, "a live run could not be followed");
                self.leave().await;
            }
        }
    }

    /// True when nothing of the run is left; false when the server ends before.
    async fn follow(&mut self, begin: Begin) -> io::Result<bool> {
        let (mut connection, mut rung) = (None, None);
        // Kept so that the shim is collected when it ends; it is not killed with us.
        let mut shim = None;
        match begin {
            Begin::Launch(gate) => match self.launch(gate).await? {
                Some(child) => shim = Some(child),
                None => return Ok(self.state.end.status(&self.state.guard).is_some()),
            },
            Begin::Attach(state, permit) => (self.state, self.permit) = (*state, Some(permit)),
        }
        loop {
            if connection.is_none() {
                connection = self.connect().await;
                // What another server told the shim is not known.
                (rung, self.pace) = (None, if shim.is_some() { 0 } else { u32::MAX });
            }
            match self.take_in(rung.take()).await {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(false),
                // The bytes are safe; whatever keeps us from them may pass.
                Err(error) => match self.wait_for_disk(&error).await {
                    true => return Ok(false),
                    false => continue,
                },
            }
            if self.state.end.ended.is_some() {
                break;
            }
            let Some(open) = &mut connection else {
                if self.inner.shutdown.is_cancelled() {
                    return Ok(false);
                }
                self.lost().await?;
                break;
            };
            let pace = self.inner.load.pace_after(std::mem::take(&mut self.state.events), &mut self.load_window);
            if pace != self.pace {
                self.pace = pace;
                let _ = open.send(0, Action::Pace(pace)).await;
            }
            for (id, bytes) in std::mem::take(&mut self.state.writes) {
                self.state.last_command = self.state.last_command.saturating_add(1);
                if id > self.state.writes_logged {
                    let _ = open.send(self.state.last_command, Action::Write(bytes)).await;
                }
            }
            if self.state.guard.is_reached() && !self.stopping && self.state.end.exit.is_none() {
                self.state.last_command = self.state.last_command.saturating_add(1);
                self.stopping = open.send(self.state.last_command, Action::Stop).await.is_ok();
            }
            let due = self.result_due;
            tokio::select! {
                length = open.ring() => match length {
                    Some(length) => rung = Some(length),
                    None => connection = None,
                },
                () = async { tokio::time::sleep_until(due.unwrap_or_else(Instant::now)).await }, if due.is_some() => {
                    self.result_due = None;
                    if self.state.told.is_none() {
                        self.tell(RunStatus::Finished).await?;
                    }
                }
                Some(answer) = self.commands.recv() => {
                    let result = if self.stopping {
                        Err(RunnerError::Ending)
                    } else {
                        self.state.last_command = self.state.last_command.saturating_add(1);
                        open.send(self.state.last_command, Action::Stop).await.map_err(RunnerError::io("reach the shim"))
                    };
                    self.stopping |= result.is_ok();
                    let _ = answer.send(result);
                }
                () = self.inner.shutdown.cancelled() => return Ok(false),
            }
        }
        if let Some(mut shim) = shim {
            let _ = shim.wait().await;
        }
        Ok(true)
    }

    async fn connect(&self) -> Option<Connection> {
        // As long as its shim lives a run is not lost, however long it takes to reach it.
        for attempt in 0u64.. {
            match Connection::open(&self.directory).await {
                Ok(connection) => return Some(connection),
                Err(_) if !self.directory.is_supervised() => return None,
                Err(_) => tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis((5 * attempt).min(200))) => {}
                    () = self.inner.shutdown.cancelled() => return None,
                },
            }
        }
        None
    }

    /// Takes in what is in the run log, to the length that the shim rang or to all there is by now.
    async fn take_in(&mut self, rung: Option<u64>) -> io::Result<()> {
        if self.log.is_none() {
            match RunLog::open(&self.directory.log()) {
                Ok(mut log) => {
                    log.skip_to(self.state.position);
                    self.log = Some(log);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        loop {
            let Some(log) = &mut self.log else { return Ok(()) };
            let end = rung.map_or_else(|| log.length(), Ok)?;
            let waiting = end.saturating_sub(log.position());
            if waiting == 0 {
                return Ok(());
            }
            let mut batch = Batch::default();
            let (state, decoder) = (&mut self.state, &mut self.decoder);
            let mut work = || log.read(end, |record, _| state.absorb(record, decoder.as_mut(), &mut batch));
            let more = if waiting > LARGE { in_place(work)? } else { work()? };
            let position = log.position();
            if self.state.running && lock(&self.shared.started).as_ref() != Some(&self.state.started) {
                *lock(&self.shared.started) = Some(self.state.started.clone());
                self.shared.changed.notify_one();
            }
            self.append(batch, position).await?;
            self.wait_for_database().await?;
            if self.state.end.turn.is_some() && self.state.told.is_none() {
                match self.state.end.status(&self.state.guard) {
                    Some(RunStatus::Finished) => self.tell(RunStatus::Finished).await?,
                    Some(_) => {}
                    None if self.result_due.is_none() => self.result_due = Some(Instant::now() + RESULT_HOLD),
                    None => {}
                }
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Only when far more is pending than a commit takes: memory is not what a slow database is made good by.
    async fn wait_for_database(&self) -> io::Result<()> {
        while lock(&self.shared.steps).pending_bytes() > MOST_PENDING {
            self.shared.changed.notify_one();
            tokio::select! {
                () = self.shared.stored.notified() => {}
                () = self.inner.shutdown.cancelled() => return Err(io::ErrorKind::Interrupted.into()),
            }
        }
        Ok(())
    }

    /// The shim is gone without a last word: ends what it left and says so.
    async fn lost(&mut self) -> io::Result<()> {
        // It may have ended in order between our last look and its going.
        self.take_in(None).await?;
        if self.state.end.ended.is_some() {
            return Ok(());
        }
        let mark = shim::spec::mark(&self.inner.settings.instance, &self.run.to_string());
        let _ = tokio::task::spawn_blocking(move || scope::kill_all(None, &mark, || ())).await;
        let mut effects = Vec::new();
        self.decoder.feed(Input::Exited(Exit::default()), &mut effects);
        let mut batch = Batch::default();
        for effect in effects {
            self.state.effect(effect, now_ms(), &mut batch);
        }
        self.state.redactor.flush(&mut |event, at| batch.push(event, at));
        let position = self.log.as_ref().map_or(0, RunLog::position);
        self.append(batch, position).await?;
        let same_boot = self.state.boot_id.as_ref().is_none_or(|boot_id| *boot_id == scope::boot_id());
        self.state.end.lost = Some(match (same_boot, self.state.boot_id.is_some()) {
            (false, _) => outcome::host_restarted(),
            (true, true) => outcome::supervisor_lost("The supervisor of this run is gone; what it had left running was ended."),
            (true, false) => {
                outcome::supervisor_lost("There is no log of this run: its directory was deleted, or it had not begun.")
            }
        });
        Ok(())
    }

    /// Numbers and publishes; waits for the disk if it has to, since the bytes are safe meanwhile.
    ///
    /// Fails only with the server's end: then nothing may be taken for told, and the next server decodes
    /// these bytes again.
    async fn append(&mut self, batch: Batch, position: u64) -> io::Result<()> {
        let Batch { events, large } = batch;
        if events.is_empty() {
            return Ok(());
        }
        let first = self.events.next_number();
        let mut wholes: Vec<Option<String>> = vec![None; events.len()];
        for (index, call) in large {
            let whole = whole_call(&call);
            // Written before the event that refers to it, so that a recovery finds it.
            while let Err(error) = std::fs::write(self.directory.large(first + index as u64), &whole) {
                if self.wait_for_disk(&error).await {
                    return Err(io::ErrorKind::Interrupted.into());
                }
            }
            wholes[index] = Some(whole);
        }
        // Readers see the events and the snapshot together, or neither: a step list taken between
        // the two would end before its own event.
        loop {
            let mut steps = lock(&self.shared.steps);
            match self.events.append(&self.run, &events, position) {
                Ok(()) => {
                    let published = *self.shared.followed.published.borrow();
                    for (index, (event, at)) in events.iter().enumerate() {
                        let id = EventId { run_tail: self.run.tail(), epoch: published.epoch, number: first + index as u64 };
                        steps.apply(event, *at, id, || wholes[index].as_deref().map(Cow::Borrowed));
                    }
                    let pending = steps.has_pending();
                    drop(steps);
                    if pending {
                        self.shared.changed.notify_one();
                    }
                    if events
                        .iter()
                        .any(|(event, _)| matches!(event, Event::ToolCall(call) if call.status == ToolStatus::Completed))
                    {
                        self.sync();
                    }
                    return Ok(());
                }
                Err(error) => {
                    drop(steps);
                    if self.wait_for_disk(&error).await {
                        return Err(io::ErrorKind::Interrupted.into());
                    }
                }
            }
        }
    }

    /// Brings both logs to the disk itself, which what `write` took survives without: any process may
    /// die, only the power may not fail.
    fn sync(&self) {
        let (events, log) = (self.events.file(), self.directory.log());
        self.inner.tasks.spawn_blocking(move || {
            let _ = events.sync_data();
            let _ = std::fs::File::open(log).and_then(|log| log.sync_data());
        });
    }

    /// True when the server ends instead: the next one decodes these bytes again.
    async fn wait_for_disk(&self, error: &io::Error) -> bool {
        tracing::warn!(run = %self.run, %error, "events cannot be written; trying again");
        tokio::select! {
            () = tokio::time::sleep(RETRY) => false,
            () = self.inner.shutdown.cancelled() => true,
        }
    }

    /// The server's end: what is closed goes to the database, the rest is in the logs.
    async fn leave(self) {
        let changes = lock(&self.shared.steps).pending(usize::MAX);
        if let Err(error) = self.inner.store.save_steps(self.run, changes).await {
            tracing::warn!(run = %self.run, %error, "steps are left to the next server");
        }
        let _ = self.events.sync();
    }
}

/// A tool call whole, for those who ask for a step's content.
pub fn whole_call(call: &ToolCall) -> String {
    serde_json::to_string(call).unwrap_or_default()
}

/// Parsing a line of many megabytes takes long enough to hand the other tasks to another thread.
fn in_place<T>(work: impl FnOnce() -> T) -> T {
    match tokio::runtime::Handle::current().runtime_flavor() {
        tokio::runtime::RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}
