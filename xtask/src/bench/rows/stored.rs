//! More and more steps in one chat: how long its last page takes, a follow-up, the server's start, and what
//! the server takes at rest.

use std::{fs, thread, time::Duration};

use super::{
    MB, NS_PER_MS,
    chat::{self, Size},
};
use crate::{
    bench::{context::Context, plot::Plot, prompt::Prompt, recording::Recording, report::Row},
    program::process,
    stats::median,
};

const COUNTS: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
const REPEATS: usize = 20;
const REST: Duration = Duration::from_secs(3);

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let along = "steps in the chat";
    let mut times = Plot::new("time to answer", along, "ms", &["last page", "follow-up accepted", "start to first answer"]);
    let mut sizes = Plot::new("memory at rest, and the database", along, "MB", &["server, resident", "database"]);
    let quick = context.quick;
    for count in COUNTS.into_iter().filter(|count| !quick || *count <= 100_000) {
        let (server, run) = chat::stored(context, count, Size::Small)?;
        let mut client = server.client()?;
        thread::sleep(REST);
        let resident = process::memory(server.pid())?.resident as f64;
        let path = format!("/v1/agents/{}/steps?limit=100", run.agent);
        let pages: Vec<f64> = (0..REPEATS).map(|_| chat::open(&mut client, &path)).collect::<anyhow::Result<_>>()?;
        let mut follow_ups = Vec::new();
        for _ in 0..REPEATS {
            let run = server.follow_up(&mut client, &run.agent, &Prompt::One.text())?;
            follow_ups.push((run.accepted_at - run.asked_at) as f64 / NS_PER_MS);
            Recording::of(&mut server.stream(&run)?, Prompt::One)?;
        }
        let database = fs::metadata(server.data().join("db.sqlite"))?.len() as f64;
        let start = server.answered_after.as_secs_f64() * 1000.0;
        times.add(f64::from(count), &[median(&pages), median(&follow_ups), start]);
        sizes.add(f64::from(count), &[resident / MB, database / MB]);
    }
    context.plots.extend([times, sizes]);
    Ok(Vec::new())
}
