//! The beginning: the run's turn comes, and its shim is started.

use std::{io, os::unix::ffi::OsStrExt};

use domain::Event;
use shim::spec::{Payload, Spec};
use tokio::{process::Child, sync::mpsc};

use super::Live;
use crate::{
    Admitted, Gate, Launch, RunStore, RunnerError, clock::now_ms, numbering::Batch, outcome, shim_process, state::State,
};

impl<S: RunStore> Live<S> {
    /// Waits for the run's turn and starts its shim. `None` when there is none to follow: the run has ended
    /// before it began, or the server ends.
    pub(super) async fn launch(&mut self, gate: Gate) -> io::Result<Option<Child>> {
        let Gate { mut admitted, mut events } = gate;
        // Beside all of it the gate goes on: while what it tells waits for a full disk, it may be what makes room.
        let mut commands = std::mem::replace(&mut self.commands, mpsc::channel(1).1);
        let inner = self.inner.clone();
        let admitted = loop {
            tokio::select! {
                biased;
                told = self.tell_next(&mut events) => told?,
                admitted = &mut admitted => break Some(admitted),
                Some(answer) = commands.recv() => {
                    self.state.end.never_started = true;
                    let _ = answer.send(Ok(()));
                    break None;
                }
                () = inner.shutdown.cancelled() => break None,
            }
        };
        self.commands = commands;
        let Some(admitted) = admitted else { return Ok(None) };
        if let Ok(event) = events.try_recv() {
            self.tell_early(event, &mut events).await?;
        }
        let started = match admitted {
            Ok(Admitted { launch, permit }) => {
                self.permit = Some(permit);
                let mut batch = Batch::default();
                launch.notices.iter().for_each(|notice| batch.push(Event::Notice(notice.clone()), now_ms()));
                self.append(batch, 0).await?;
                self.state = State::new(launch.secrets.clone(), launch.guards);
                self.start_shim(launch).await
            }
            Err(RunnerError::DiskFull) => Err(io::ErrorKind::StorageFull.into()),
            Err(RunnerError::Io { source, .. }) => Err(source),
            Err(RunnerError::Refused(error)) => {
                self.state.end.lost = Some(*error);
                return Ok(None);
            }
            Err(error) => Err(io::Error::other(error)),
        };
        Ok(match started {
            Ok(child) => Some(child),
            Err(error) => {
                self.state.end.lost = Some(start_failed(&error));
                None
            }
        })
    }

    /// Waits for what is told before the program starts. Dropped while the disk is full, that is not told.
    async fn tell_next(&mut self, events: &mut mpsc::Receiver<Event>) -> io::Result<()> {
        match events.recv().await {
            Some(event) => self.tell_early(event, events).await,
            None => std::future::pending().await,
        }
    }

    /// All that is there by now.
    async fn tell_early(&mut self, first: Event, events: &mut mpsc::Receiver<Event>) -> io::Result<()> {
        let (mut batch, mut next) = (Batch::default(), Some(first));
        while let Some(event) = next {
            batch.push(event, now_ms());
            next = events.try_recv().ok();
        }
        self.append(batch, 0).await
    }

    async fn start_shim(&self, launch: Launch) -> io::Result<Child> {
        let spec = Spec {
            run: self.run.to_string(),
            instance: self.inner.settings.instance.clone(),
            argv: launch.argv,
            directory: launch.directory,
            environment: launch.environment.iter().map(|(name, _)| name.to_string_lossy().into_owned()).collect(),
            end_of_turn: String::from_utf8_lossy(launch.end_of_turn).into_owned(),
            limits: launch.limits,
        };
        let environment =
            launch.environment.iter().map(|(name, value)| [name.as_bytes(), b"=", value.as_bytes()].concat()).collect();
        std::fs::write(self.directory.guards(), serde_json::to_vec(&launch.guards)?)?;
        shim_process::start(&self.inner.shim, &self.directory, &spec, Payload { environment, input: launch.input }).await
    }
}

fn start_failed(error: &io::Error) -> domain::RunError {
    let mut failed = outcome::supervisor_lost(&format!("The run could not be started: {error}"));
    if matches!(error.kind(), io::ErrorKind::StorageFull) || error.to_string().contains("No space left") {
        failed.code = "disk_full".to_owned();
        failed.hint = Some("Free some space and send the prompt again.".to_owned());
    }
    failed
}
