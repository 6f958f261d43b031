//! Waits until nobody else uses the machine, for a while; then measures all the same and says so.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

const LOOK: Duration = Duration::from_millis(200);
/// The share of all processors that others may use.
const ALLOWED: f64 = 0.08;
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Over the whole bench.
const LONGEST_IN_ALL: Duration = Duration::from_secs(300);

#[derive(Default)]
pub struct Quiet {
    waited: Duration,
    pub noisy: u32,
}

impl Quiet {
    pub fn wait(&mut self) {
        let begun = Instant::now();
        while busy_share() > ALLOWED {
            if begun.elapsed() > LONGEST_WAIT || self.waited + begun.elapsed() > LONGEST_IN_ALL {
                self.noisy += 1;
                break;
            }
        }
        self.waited += begun.elapsed();
    }
}

fn busy_share() -> f64 {
    let before = ticks();
    thread::sleep(LOOK);
    match (before, ticks()) {
        (Some((busy, all)), Some((busy_then, all_then))) if all_then > all => (busy_then - busy) as f64 / (all_then - all) as f64,
        _ => 0.0,
    }
}

/// Busy and all, since boot.
fn ticks() -> Option<(u64, u64)> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let fields: Vec<u64> = text.lines().next()?.split_ascii_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    let all: u64 = fields.iter().take(8).sum();
    // Idle and waiting for a disk.
    Some((all - fields.get(3)? - fields.get(4)?, all))
}
