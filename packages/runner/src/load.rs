//! How much all live runs write together. When it is more than people read, shims are asked to gather
//! output for a moment: a chunk waits a few milliseconds, and the machine is the agents' again.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::event_log::lock;

/// Events a second, over all runs, from which on output is gathered.
const BUSY: u32 = 4_000;

/// So many runs must write for it: one alone is somebody's to watch, or a flood that gathers by itself.
const MANY: u32 = 4;

/// How long output is gathered then.
const PACE_MS: u32 = 10;

const WINDOW: Duration = Duration::from_millis(50);

pub struct Load {
    window: Mutex<Window>,
}

struct Window {
    number: u64,
    begun: Instant,
    events: u32,
    runs: u32,
    /// What the window before came to.
    busy: bool,
}

impl Default for Load {
    fn default() -> Self {
        Self { window: Mutex::new(Window { number: 1, begun: Instant::now(), events: 0, runs: 0, busy: false }) }
    }
}

impl Load {
    /// Counts `events` more of a run, and tells the pace that its shim is to keep, in milliseconds.
    /// `seen` is the run's own: the last window it was counted in.
    pub fn pace_after(&self, events: u32, seen: &mut u64) -> u32 {
        let mut window = lock(&self.window);
        window.events = window.events.saturating_add(events);
        if events > 0 && *seen != window.number {
            *seen = window.number;
            window.runs += 1;
        }
        let elapsed = window.begun.elapsed();
        if elapsed >= WINDOW {
            let per_second = f64::from(window.events) / elapsed.as_secs_f64();
            window.busy = per_second > f64::from(BUSY) && window.runs >= MANY;
            window.number += 1;
            (window.begun, window.events, window.runs) = (Instant::now(), 0, 0);
        }
        if window.busy { PACE_MS } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pace after a window in which `runs` runs wrote `events` each.
    fn pace(runs: usize, events: u32) -> u32 {
        let load = Load::default();
        let mut seen = vec![0; runs];
        for seen in &mut seen {
            load.pace_after(events, seen);
        }
        lock(&load.window).begun = Instant::now().checked_sub(WINDOW).expect("a machine that is up longer");
        load.pace_after(0, &mut seen[0]);
        load.pace_after(0, &mut seen[0])
    }

    #[test]
    fn only_many_runs_that_write_much_are_paced() {
        assert_eq!(pace(20, 100), PACE_MS);
        assert_eq!(pace(20, 10), 0);
        assert_eq!(pace(1, 100_000), 0);
    }
}
