//! Workspaces of a large repository that is served over HTTP and over SSH: the first, which brings it, and the
//! ones after it, which borrow what is there. The floor is a plain `git clone` of the same URL into a fresh directory.
//!
//! Both are clients of the same server in the same process. What one has written is on the disk before the next begins,
//! so that none pays for another.

mod clone;
mod disk;
mod history;
mod remotes;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use serde_json::json;

use super::{MB, NS_PER_S, launch};
use crate::{
    bench::{context::Context, prompt::Prompt, recording::Recording, report::Row},
    http::Client,
    program::Server,
};
use clone::Cloned;
use remotes::{Remotes, Transport};

/// Each takes the room of a work tree; with five in all, the whole stays below 3 GB.
const SECONDS: usize = 4;

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let scratch = context.scratch()?;
    let remotes = Remotes::start(&scratch.path().join("served"))?;
    let head = history::import(&remotes.repository(), context.repository)?;
    let mut rows = Vec::new();
    for transport in [Transport::Http, Transport::Ssh] {
        context.alone();
        disk::settle();
        let plain = clone::measure(&remotes, transport, &head)?;
        context.alone();
        let ours = Ours::measure(context, &remotes, transport, &head)?;
        rows.extend(ours.rows(&format!("{} MB over {}", context.repository, transport.name()), &plain));
    }
    Ok(rows)
}

/// What came of one server, whose home and data are gone afterwards.
struct Ours {
    first: Workspace,
    seconds: Vec<Workspace>,
    /// Bytes of the last one's `.git`.
    git: u64,
}

impl Ours {
    fn measure(context: &mut Context, remotes: &Remotes, transport: Transport, head: &str) -> anyhow::Result<Self> {
        let scratch = context.scratch()?;
        // `ssh` looks for keys in the home that the server is given.
        let home = scratch.path().join("home");
        remotes.put_key(&home)?;
        let server = Server::start(&context.program, &home)?;
        let (mut client, url) = (server.client()?, remotes.url(transport));
        let first = Workspace::make(&server, &mut client, &url)?;
        let mut seconds = Vec::new();
        for _ in 0..context.repeats(SECONDS) {
            seconds.push(Workspace::make(&server, &mut client, &url)?);
        }
        let last = &seconds.last().unwrap_or(&first).path;
        let git = disk::used(&last.join(".git"))?;
        clone::check(last, head)?;
        Ok(Self { first, seconds, git })
    }

    fn rows(&self, what: &str, plain: &Cloned) -> Vec<Row> {
        let seconds = |part: fn(&Workspace) -> f64| -> Vec<f64> { self.seconds.iter().map(part).collect() };
        let (floor, ready) = ([plain.seconds], seconds(|one| one.ready));
        vec![
            Row::new(format!("{what}, first workspace: ready"), "s", vec![self.first.ready]).times(&floor),
            Row::new("  POST to program started", "s", vec![self.first.started]).times(&floor),
            Row::new("  POST to the run's end", "s", vec![self.first.ended]).times(&floor),
            Row::new(format!("{what}, second workspace: ready"), "s", ready.clone()).beside(&floor).within(1.0),
            Row::new("  the same in plain clones", "s", ready).times(&floor),
            Row::new("  POST to RUNNING on the stream", "s", seconds(|one| one.running)).times(&floor),
            Row::new("  POST to program started", "s", seconds(|one| one.started)).times(&floor),
            Row::new("  its .git", "MB", vec![self.git as f64 / MB]).beside(&[plain.git as f64 / MB]),
        ]
    }
}

/// One that was made for its first run; in seconds since the request.
struct Workspace {
    ready: f64,
    running: f64,
    started: f64,
    ended: f64,
    path: PathBuf,
}

impl Workspace {
    fn make(server: &Server, client: &mut Client, url: &str) -> anyhow::Result<Self> {
        disk::settle();
        let run = server.prompt_in(client, &Prompt::One.text(), "repos", json!([{ "url": url }]))?;
        let recording = Recording::of(&mut server.stream(&run)?, Prompt::One)?;
        let workspace = client.json("GET", &format!("/v1/agents/{}/workspace", run.agent), None)?;
        if workspace["state"] != "ready" {
            bail!("a workspace in which a run was is not ready: {workspace}");
        }
        let since = |at: u64| at.saturating_sub(run.asked_at) as f64 / NS_PER_S;
        Ok(Self {
            ready: since(recording.prepared_at.context("no workspace was told to be ready")?),
            running: since(recording.running_at.context("no run was told to be RUNNING")?),
            started: since(launch::started_at(server, &run.run)?),
            ended: since(recording.done_at),
            path: workspace["path"].as_str().context("a workspace without a path")?.into(),
        })
    }
}
