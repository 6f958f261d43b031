//! `bench`: the built program against its budgets.
//!
//! What holds: the product and the floor run the same stand-in and are read by the same compiled
//! reader, in one run on one machine. A lost, doubled or changed chunk is an error and ends the bench;
//! a budget that is missed is a figure. Everything is loopback, in a directory of its own, bounded in
//! count and time, and only processes that the bench started are ended.

mod chats;
mod context;
mod floor;
mod floor_server;
mod options;
mod peer;
mod plot;
mod prompt;
mod quiet;
mod recording;
mod report;
mod rows;
mod shims;
mod svg;
mod talker;

use anyhow::Context as _;
use context::Context;
use options::Options;

/// The word that turns this program into the floor.
pub const FLOOR_SERVER: &str = "bench-floor-server";

/// The word that turns it into a stand-in for the Cursor CLI.
pub const TALKER: &str = "bench-talker";

pub fn main(arguments: Vec<String>) -> anyhow::Result<()> {
    let Some(options) = Options::parse(arguments)? else { return Ok(()) };
    let mut context = Context::new(&options)?;
    let mut report = report::Report::begin(&options.program)?;
    for (name, measure) in options.rows() {
        eprintln!("measuring {name} …");
        report.add(measure(&mut context).with_context(|| format!("measuring {name}"))?);
    }
    report.end(context.noisy_repeats(), std::mem::take(&mut context.plots));
    print!("{report}");
    if let Some(path) = &options.json {
        report.write_json(path)?;
    }
    if let Some(path) = &options.svg {
        report.write_svg(path)?;
    }
    Ok(())
}

pub fn talker() -> anyhow::Result<()> {
    talker::main()
}

pub fn floor_server(arguments: Vec<String>) -> anyhow::Result<()> {
    floor_server::main(&arguments)
}
