//! From the server's start in an empty data directory to its first answer, and its memory at rest.

use std::{thread, time::Duration};

use super::MB;
use crate::{
    bench::{context::Context, report::Row},
    program::process,
};

const REPEATS: usize = 7;

/// Until what the start set off in the background has ended.
const REST: Duration = Duration::from_secs(3);

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let (mut times, mut resident, mut private) = (Vec::new(), Vec::new(), Vec::new());
    for repeat in 0..context.repeats(REPEATS) {
        let server = context.fresh_server()?;
        times.push(server.answered_after.as_secs_f64() * 1000.0);
        // Resting takes time and varies little.
        if repeat < 3 {
            thread::sleep(REST);
            let memory = process::memory(server.pid())?;
            resident.push(memory.resident as f64 / MB);
            private.push(memory.private as f64 / MB);
        }
    }
    Ok(vec![
        Row::new("start to first answer, empty data directory", "ms", times).within(80.0),
        Row::new("server at rest, resident", "MB", resident).within(20.0),
        Row::new("  of it private", "MB", private),
    ])
}
