//! How much all live runs write together. When it is more than people read, shims are asked to gather
//! output for a moment: a chunk waits a few milliseconds, and the machine is the agents' again.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::event_log::lock;

/// Events a second, over all runs, from which on output is gathered.
const BUSY: u32 = 4_000;

/// How long output is gathered then.
const PACE_MS: u32 = 10;

const WINDOW: Duration = Duration::from_millis(200);

pub struct Load {
    window: Mutex<Window>,
}

struct Window {
    begun: Instant,
    events: u32,
    /// Of the window before.
    per_second: u32,
}

impl Default for Load {
    fn default() -> Self {
        Self { window: Mutex::new(Window { begun: Instant::now(), events: 0, per_second: 0 }) }
    }
}

impl Load {
    /// Counts `events` more, and tells the pace that shims are to keep, in milliseconds.
    pub fn pace_after(&self, events: u32) -> u32 {
        let mut window = lock(&self.window);
        window.events = window.events.saturating_add(events);
        let elapsed = window.begun.elapsed();
        if elapsed >= WINDOW {
            window.per_second = (f64::from(window.events) / elapsed.as_secs_f64()) as u32;
            (window.begun, window.events) = (Instant::now(), 0);
        }
        if window.per_second > BUSY { PACE_MS } else { 0 }
    }
}
