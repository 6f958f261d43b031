//! What a live run, a reader and a shim take.

use std::{thread, time::Duration};

use super::MB;
use crate::{
    bench::{context::Context, prompt::Prompt, report::Row},
    http::EventStream,
    program::{Run, Server, process},
    stats::median,
};

const SETTLE: Duration = Duration::from_secs(2);
const MANY: usize = 50;
const MOST: usize = 200;
const PROMPT: Prompt = Prompt::Silent { seconds: 600 };
const KB: f64 = 1e3;

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let most = if context.quick { MANY } else { MOST };
    let server = context.fresh_server()?;
    let first = begin(&server, 1)?;
    let (one, one_shim) = (settled(&server)?, shim_private(&server)?);
    begin(&server, MANY - 1)?;
    let (many, many_shims) = (settled(&server)?, shim_private(&server)?);

    let reader = read(&server, &first[0])?;
    let one_reader = settled(&server)?;
    let readers = (1..MANY).map(|_| read(&server, &first[0])).collect::<anyhow::Result<Vec<_>>>()?;
    let many_readers = settled(&server)?;
    drop((reader, readers));

    begin(&server, most - MANY)?;
    let all = settled(&server)?;
    let each = |more: f64, less: f64| vec![(more - less) / (MANY - 1) as f64 / KB];
    Ok(vec![
        Row::new("shim private, one run", "MB", vec![one_shim / MB]).within(1.0),
        Row::new(format!("shim private, each of {MANY}"), "MB", vec![many_shims / MB]).within(1.0),
        Row::new(format!("server, each more live run (1 to {MANY})"), "kB", each(many, one)),
        Row::new(format!("server, each more reader (1 to {MANY})"), "kB", each(many_readers, one_reader)),
        Row::new(format!("server resident with {most} live runs"), "MB", vec![all / MB]).within(150.0),
    ])
}

fn begin(server: &Server, count: usize) -> anyhow::Result<Vec<Run>> {
    let mut client = server.client()?;
    (0..count).map(|_| server.prompt(&mut client, &PROMPT.text())).collect()
}

/// A stream that is read as far as it has come and stays open.
fn read(server: &Server, run: &Run) -> anyhow::Result<EventStream> {
    let mut stream = server.stream(run)?;
    stream.follow(|event| Ok(event.name != "thinking"))?;
    Ok(stream)
}

fn settled(server: &Server) -> anyhow::Result<f64> {
    thread::sleep(SETTLE);
    Ok(process::memory(server.pid())?.resident as f64)
}

fn shim_private(server: &Server) -> anyhow::Result<f64> {
    let shims = process::children(server.pid()).into_iter();
    let private = shims.map(|shim| Ok(process::memory(shim)?.private as f64)).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(median(&private))
}
