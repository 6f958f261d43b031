//! What recording a work tree costs where it has 20,000 files: a follow-up's start, beside one in a directory of
//! none, and the diff of the whole chat after one changed file, beside a plain `git diff` there.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, bail};
use git_servers::{Repository, git};
use serde_json::json;

use super::{NS_PER_MS, launch};
use crate::{
    bench::{context::Context, prompt::Prompt, recording::Recording, report::Row},
    http::Client,
    program::{Run, Server},
};

const FILES: usize = 20_000;
const FILES_OF_A_DIRECTORY: usize = 100;
const FOLLOW_UPS: usize = 15;
const DIFFS: usize = 20;
const FLOOR_DIFFS: usize = 7;

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let scratch = context.scratch()?;
    let path = many_files(&scratch.path().join("many-files"))?;
    let server = context.fresh_server()?;
    let mut client = server.client()?;
    let small = server.prompt(&mut client, &Prompt::One.text())?;
    ended(&server, &small)?;
    let choice = json!({ "type": "local", "path": path });
    let large = server.prompt_in(&mut client, &Prompt::One.text(), "workspace", choice)?;
    let first = ended(&server, &large)?;
    let (mut in_large, mut in_small) = (Vec::new(), Vec::new());
    // The first of each reads what was written only just before.
    for _ in 0..=context.repeats(FOLLOW_UPS) {
        in_large.push(follow_up(&server, &mut client, &large)?);
        in_small.push(follow_up(&server, &mut client, &small)?);
    }
    let (in_large, in_small) = (in_large.split_off(1), in_small.split_off(1));
    let (diffs, plain) = diffs(&mut client, &large, &path)?;
    Ok(vec![
        Row::new(format!("{FILES} files: follow-up to program started"), "ms", in_large).over(&in_small),
        Row::new("  the first run there", "ms", vec![first]),
        Row::new("  diff of the chat, one changed file: p50", "ms", diffs).beside(&plain),
    ])
}

/// Tracked, and unchanged.
fn many_files(path: &Path) -> io::Result<PathBuf> {
    let repository = Repository::init(path)?;
    for number in 0..FILES {
        let directory = path.join(format!("directory-{}", number / FILES_OF_A_DIRECTORY));
        fs::create_dir_all(&directory)?;
        fs::write(directory.join(format!("file-{number}")), format!("This is file {number}.\n").repeat(40))?;
    }
    repository.commit_all("Everything")?;
    path.canonicalize()
}

fn follow_up(server: &Server, client: &mut Client, chat: &Run) -> anyhow::Result<f64> {
    ended(server, &server.follow_up(client, &chat.agent, &Prompt::One.text())?)
}

/// Milliseconds from the request to the program's start, of a run that is read to its end.
fn ended(server: &Server, run: &Run) -> anyhow::Result<f64> {
    Recording::of(&mut server.stream(run)?, Prompt::One)?;
    Ok(launch::since(run.asked_at, launch::started_at(server, &run.run)?))
}

/// Of the chat, and by git itself.
fn diffs(client: &mut Client, chat: &Run, repository: &Path) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let changed = "directory-7/file-777";
    fs::write(repository.join(changed), "This file was changed.\n")?;
    let path = format!("/v1/agents/{}/diff", chat.agent);
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..DIFFS {
        let begun = Instant::now();
        let answer = client.request("GET", &path, None)?;
        ours.push(begun.elapsed().as_nanos() as f64 / NS_PER_MS);
        let diff: serde_json::Value = serde_json::from_slice(&answer).context("a diff")?;
        if diff["totalFiles"] != 1 || diff["files"][0]["path"] != changed {
            bail!("the diff is not of {changed}: {diff}");
        }
    }
    for _ in 0..FLOOR_DIFFS {
        let begun = Instant::now();
        git(repository, &["diff", "HEAD"])?;
        plain.push(begun.elapsed().as_nanos() as f64 / NS_PER_MS);
    }
    Ok((ours, plain))
}
