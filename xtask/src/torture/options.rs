//! What `torture` is told.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail};

use crate::http::now_ns;

const USAGE: &str = "usage: cargo run -p xtask -- torture [OPTION …]

  --program FILE   the program to torture [default: cursor-selfhost beside this one]
  --runs N         runs in all, follow-ups among them [default: 60]
  --kills N        faults in all [default: 40]
  --seconds MAX    about how long it takes in all [default: 40]
  --seed S         the plan of another time again [default: a new one, which is printed]
  --json FILE      also write the figures there";

/// Time that is left for the runs to end in and for what is compared.
const LEAST_SECONDS: u64 = 10;

pub struct Options {
    pub program: PathBuf,
    pub runs: usize,
    pub kills: usize,
    pub seed: u64,
    pub length: Duration,
    pub json: Option<PathBuf>,
}

impl Options {
    /// `None` when help was all that was wanted.
    pub fn parse(arguments: Vec<String>) -> anyhow::Result<Option<Self>> {
        let program = std::env::current_exe()?.with_file_name("cursor-selfhost");
        let mut options =
            Self { program, runs: 60, kills: 40, seed: now_ns() / 1000 % 1_000_000, length: Duration::from_secs(40), json: None };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--program" => options.program = value()?.into(),
                "--runs" => options.runs = value()?.parse()?,
                "--kills" => options.kills = value()?.parse()?,
                "--seed" => options.seed = value()?.parse()?,
                "--seconds" => options.length = Duration::from_secs(value()?.parse::<u64>()?.max(LEAST_SECONDS)),
                "--json" => options.json = Some(value()?.into()),
                "--help" | "-h" => {
                    println!("{USAGE}");
                    return Ok(None);
                }
                other => bail!("unknown option {other}\n{USAGE}"),
            }
        }
        options.program = options
            .program
            .canonicalize()
            .with_context(|| format!("{}: build it with `cargo build -p cursor-selfhost`", options.program.display()))?;
        Ok(Some(options))
    }
}
