//! Watches the server's shims while runs go on: their own CPU time, and the server's memory.
//!
//! A shim ends with its run and has the program's CPU time among its children's, so that what is left
//! after the end (the server's `cutime`) cannot be told apart. Its own CPU clock is read each
//! millisecond instead while it lives; what it uses after the last look, at most one such interval, is missing.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::bail;

use crate::program::process;

const LOOK: Duration = Duration::from_millis(1);

#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub shims: usize,
    pub cpu: Duration,
    /// The most bytes that the server had resident.
    pub resident: u64,
}

pub struct Watch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Seen>,
    expected: usize,
}

impl Watch {
    /// Looks for shims until it has seen `expected`; looking costs more than watching.
    pub fn begin(server: i32, expected: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = thread::spawn(move || watch(server, expected, &stopped));
        Self { stop, thread, expected }
    }

    /// Fails when a shim was missed, since its CPU time would be.
    pub fn end(self) -> anyhow::Result<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        // The thread has no way to panic.
        let seen = self.thread.join().unwrap_or_default();
        if seen.shims != self.expected {
            bail!("{} shims were seen of {}", seen.shims, self.expected);
        }
        Ok(seen)
    }
}

fn watch(server: i32, expected: usize, stop: &AtomicBool) -> Seen {
    let mut shims: BTreeMap<i32, Duration> = BTreeMap::new();
    let mut resident = 0;
    while !stop.load(Ordering::Relaxed) {
        if shims.len() < expected {
            for child in process::children(server) {
                shims.entry(child).or_default();
            }
        }
        for (shim, used) in &mut shims {
            *used = process::cpu(*shim).unwrap_or_default().max(*used);
        }
        resident = resident.max(process::resident(server).unwrap_or_default());
        thread::sleep(LOOK);
    }
    Seen { shims: shims.len(), cpu: shims.values().sum(), resident }
}
