//! The end, told in order: `result`, one commit of what is left, `done`.

use std::io;

use domain::{Event, RunStatus, event::RunResult};

use super::Live;
use crate::{
    RunOutcome, RunStarted, RunStore, StoreError,
    clock::now_ms,
    event_log::lock,
    numbering::Batch,
    run_log::RunLog,
    shared::{COMMIT_BYTES, RETRY},
};

impl<S: RunStore> Live<S> {
    pub(super) async fn tell(&mut self, status: RunStatus) -> io::Result<()> {
        let position = self.log.as_ref().map_or(0, RunLog::position);
        let at = now_ms();
        let mut batch = Batch::default();
        if status == RunStatus::Error && !self.state.error_told {
            batch.push(Event::Error(self.error()), at);
        }
        let text = self.state.end.turn.as_ref().and_then(|turn| turn.text.clone());
        batch.push(Event::Status { status }, at);
        batch.push(Event::Result(RunResult { status, text, duration_ms: Some(self.duration_ms()) }), at);
        self.append(batch, position).await?;
        self.state.error_told |= status == RunStatus::Error;
        self.state.told = Some(status);
        Ok(())
    }

    fn error(&self) -> domain::RunError {
        let mut error = self.state.end.error(self.decoder.as_ref(), &self.state.guard);
        self.state.redactor.string(&mut error.message);
        error
    }

    /// By the run log's own clock, so that it is the same for a server that comes later.
    fn duration_ms(&self) -> u64 {
        self.state.last_at.saturating_sub(self.state.began_at) / 1_000_000
    }

    pub(super) async fn finish(mut self, stored: Option<RunStarted>) {
        let status = self.state.end.status(&self.state.guard).unwrap_or(RunStatus::Error);
        if self.state.told != Some(status) && self.tell(status).await.is_err() {
            return;
        }
        let ended_at = now_ms();
        let turn = self.state.end.turn.clone().unwrap_or_default();
        let run_outcome = RunOutcome {
            status,
            text: turn.text,
            error: (status == RunStatus::Error).then(|| self.error()),
            usage: turn.usage,
            duration_ms: Some(self.duration_ms()),
            tool_calls: self.state.guard.tool_calls(),
            stopped: self.state.guard.stopped || self.state.end.never_started,
            exceeded: self.state.guard.exceeded.take(),
            ended_at,
        };
        loop {
            match self.commit(&run_outcome, stored.as_ref()).await {
                Ok(()) => break,
                Err(error) => {
                    tracing::warn!(run = %self.run, %error, "the end of a run cannot be stored; trying again");
                    tokio::select! {
                        () = tokio::time::sleep(RETRY) => {}
                        () = self.inner.shutdown.cancelled() => return,
                    }
                }
            }
        }
        if !self.state.done_told {
            let mut batch = Batch::default();
            batch.push(Event::Done, now_ms());
            let position = self.log.as_ref().map_or(0, RunLog::position);
            if self.append(batch, position).await.is_err() {
                return;
            }
        }
        let _ = self.events.sync();
        lock(&self.inner.live).remove(&self.run);
        self.shared.ended.cancel();
    }

    async fn commit(&self, outcome: &RunOutcome, stored: Option<&RunStarted>) -> Result<(), StoreError> {
        // A short run ends before what it said of itself was stored.
        if self.state.running && stored != Some(&self.state.started) {
            self.inner.store.started(self.run, self.state.started.clone()).await?;
        }
        loop {
            let changes = lock(&self.shared.steps).pending(COMMIT_BYTES);
            let count = changes.len();
            let last = lock(&self.shared.steps).pending_len() == count;
            if last {
                self.inner.store.finish(self.run, changes, outcome.clone()).await?;
                lock(&self.shared.steps).committed(count);
                return Ok(());
            }
            self.inner.store.save_steps(self.run, changes).await?;
            lock(&self.shared.steps).committed(count);
        }
    }
}
