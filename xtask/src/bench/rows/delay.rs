//! The delay that is added to a chunk, from the program's write to the reader's read.

use super::NS_PER_MS;
use crate::{
    bench::{chats, context::Context, prompt::Prompt, recording::Recording, report::Row},
    stats::percentile,
};

const REPEATS: usize = 5;
const PROMPT: Prompt = Prompt::Stamped { chunks: 1000, rate: 1000 };

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let (mut ours, mut floors) = (Percentiles::default(), Percentiles::default());
    for _ in 0..context.repeats(REPEATS) {
        floors.add(&context.both()?.0.run(PROMPT)?.0);
        ours.add(&chats::run(context.both()?.1, PROMPT)?.0);
    }
    Ok(vec![
        Row::new("delay of a chunk, 1,000/s: p50", "ms", ours.p50).over(&floors.p50).within(0.15),
        Row::new("delay of a chunk, 1,000/s: p99", "ms", ours.p99).over(&floors.p99).within(1.0),
    ])
}

/// Milliseconds, one figure a repeat.
#[derive(Default)]
pub struct Percentiles {
    pub p50: Vec<f64>,
    pub p99: Vec<f64>,
}

impl Percentiles {
    fn add(&mut self, recording: &Recording) {
        self.add_delays(&recording.delays);
    }

    pub fn add_delays(&mut self, delays: &[u64]) {
        self.p50.push(percentile(delays, 0.5) as f64 / NS_PER_MS);
        self.p99.push(percentile(delays, 0.99) as f64 / NS_PER_MS);
    }
}
