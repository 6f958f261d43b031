//! The rows of the table, each measured by a function of its own, in this order.

mod bounded;
mod chat;
mod checkpoint;
mod delay;
mod flood;
mod launch;
mod live;
mod many;
mod memory;
mod peer;
mod readers;
mod size;
mod start;
mod stored;
mod workspace;

use super::{context::Context, report::Row};

type Measure = fn(&mut Context) -> anyhow::Result<Vec<Row>>;
pub type Named = (&'static str, Measure);

/// What is measured unless told otherwise.
pub const ALL: &[Named] = &[
    ("delay", delay::measure),
    ("flood", flood::measure),
    ("many", many::measure),
    ("launch", launch::measure),
    ("start", start::measure),
    ("memory", memory::measure),
    ("chat", chat::measure),
    ("size", size::measure),
    ("peer", peer::measure),
];

/// What takes minutes: only when it is named, or with `--growth`.
pub const GROWTH: &[Named] =
    &[("live", live::measure), ("stored", stored::measure), ("readers", readers::measure), ("bounded", bounded::measure)];

/// What needs gigabytes of disk, and minutes: only when it is named, or with `--workspaces`.
pub const WORKSPACES: &[Named] = &[("workspace", workspace::measure), ("checkpoint", checkpoint::measure)];

/// All there are.
pub fn every() -> impl Iterator<Item = &'static Named> {
    ALL.iter().chain(GROWTH).chain(WORKSPACES)
}

const NS_PER_MS: f64 = 1e6;
const NS_PER_S: f64 = 1e9;
/// As the budgets count.
const MB: f64 = 1e6;
