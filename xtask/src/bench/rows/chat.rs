//! Opening a chat of 100,000 steps: its last page, asked for over a connection that is open.
//!
//! The time is the client's, so that it is an upper bound of the time in the server.

use std::{path::Path, time::Instant};

use anyhow::Context as _;
use db::{Db, query::steps};
use domain::{Outcome, Step, StepBody, StepChange, StepId, ToolCall, ToolStatus, ToolView};

use crate::{
    bench::{chats, context::Context, prompt::Prompt, report::Row},
    http::Client,
    program::{Run, Server},
};

const STEPS: u32 = 100_000;
const REPEATS: usize = 200;

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let count = if context.quick { STEPS / 10 } else { STEPS };
    let (server, run) = stored(context, count, Size::Usual)?;
    let mut client = server.client()?;
    let path = format!("/v1/agents/{}/steps?limit=100", run.agent);
    let first = open(&mut client, &path)?;
    let (mut newest, mut older) = (Vec::new(), Vec::new());
    let page = client.json("GET", &path, None)?;
    let cursor = page["nextCursor"].as_str().context("no older page")?;
    let older_path = format!("{path}&cursor={cursor}");
    for _ in 0..context.repeats(REPEATS) {
        newest.push(open(&mut client, &path)?);
        older.push(open(&mut client, &older_path)?);
    }
    Ok(vec![
        Row::new(format!("last 100 of {count} steps, first time"), "ms", vec![first]).within(10.0),
        Row::new(format!("last 100 of {count} steps"), "ms", newest).within(10.0),
        Row::new("  the 100 before", "ms", older),
    ])
}

/// How much is in a step.
#[derive(Clone, Copy)]
pub enum Size {
    Usual,
    /// For so many steps that their number is what counts.
    Small,
}

/// A server on a chat with `count` steps more than its run left.
pub fn stored(context: &mut Context, count: u32, size: Size) -> anyhow::Result<(Server, Run)> {
    let place = context.quiet_place()?;
    let (run, database) = {
        let server = place.serve()?;
        (chats::run(&server, Prompt::One)?.1, server.data().join("db.sqlite"))
    };
    insert(&database, &run.run, count, size)?;
    Ok((place.serve()?, run))
}

pub fn open(client: &mut Client, path: &str) -> anyhow::Result<f64> {
    let begun = Instant::now();
    client.request("GET", path, None)?;
    Ok(begun.elapsed().as_secs_f64() * 1000.0)
}

/// While no server runs.
fn insert(database: &Path, run: &str, count: u32, size: Size) -> anyhow::Result<()> {
    let id = run.parse().context("the run's id")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let db = Db::open(database).await?;
        // After those that the run has left.
        let ordinals: Vec<u32> = (10..10 + count).collect();
        for some in ordinals.chunks(5_000) {
            let changes =
                some.iter().map(|ordinal| StepChange::Closed(step(StepId { run: id, ordinal: *ordinal }, size))).collect();
            steps::save(&db, run, changes).await?;
        }
        Ok(())
    })
}

/// Every third is a tool call, as in a conversation that works.
fn step(id: StepId, size: Size) -> Step {
    let lines = match size {
        Size::Usual => 20,
        Size::Small => 2,
    };
    let at = 1_700_000_000_000 + i64::from(id.ordinal);
    let body = if id.ordinal.is_multiple_of(3) {
        let output = "a line of output, as long as such lines are\n".repeat(lines);
        StepBody::ToolCall(Box::new(ToolCall {
            call_id: format!("call-{}", id.ordinal),
            name: "read_file".to_owned(),
            status: ToolStatus::Completed,
            args: Some(serde_json::json!({ "path": "src/main.rs" })),
            result: Some(serde_json::json!({ "success": { "content": output } })),
            truncated: domain::tool::Truncated::default(),
            outcome: Outcome::Success,
            view: ToolView::Read {
                path: "src/main.rs".to_owned(),
                start_line: None,
                end_line: None,
                total_lines: Some(20),
                content: Some(output),
            },
        }))
    } else {
        StepBody::AssistantMessage { text: format!("Step {}. {}", id.ordinal, "Some words of an answer. ".repeat(lines)) }
    };
    Step { id, started_at: at, ended_at: Some(at), size: 500, truncated: false, body }
}
