//! The rows of the table, each measured by a function of its own, in this order.

mod chat;
mod delay;
mod flood;
mod launch;
mod many;
mod memory;
mod size;
mod start;

use super::{context::Context, report::Row};

type Measure = fn(&mut Context) -> anyhow::Result<Vec<Row>>;

pub const ALL: &[(&str, Measure)] = &[
    ("delay", delay::measure),
    ("flood", flood::measure),
    ("many", many::measure),
    ("launch", launch::measure),
    ("start", start::measure),
    ("memory", memory::measure),
    ("chat", chat::measure),
    ("size", size::measure),
];

const NS_PER_MS: f64 = 1e6;
const NS_PER_S: f64 = 1e9;
/// As the budgets count.
const MB: f64 = 1e6;
