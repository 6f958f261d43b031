//! What `bench` is told.

use std::path::PathBuf;

use anyhow::{Context, bail};

use super::rows;

const USAGE: &str = "usage: cargo run --release -p xtask -- bench [OPTION …]

  --program FILE   the program to measure [default: cursor-selfhost beside this one]
  --quick          fewer repeats, smaller counts; the budgets are those of the whole
  --only NAMES     some of: delay,flood,many,launch,start,memory,chat,size,peer
                   or of those that take minutes: live,stored,readers,bounded
  --growth         all of those that take minutes, and nothing else
  --peer FILE      also measure a peer; bench/peer/description.rs says how it is described
  --svg FILE       also draw what grows there
  --json FILE      also write the figures there";

pub struct Options {
    pub program: PathBuf,
    pub quick: bool,
    pub json: Option<PathBuf>,
    pub svg: Option<PathBuf>,
    pub peer: Option<PathBuf>,
    only: Vec<String>,
}

impl Options {
    /// `None` when help was all that was wanted.
    pub fn parse(arguments: Vec<String>) -> anyhow::Result<Option<Self>> {
        let mut options = Self { program: beside_this()?, quick: false, json: None, svg: None, peer: None, only: Vec::new() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--program" => options.program = value()?.into(),
                "--quick" => options.quick = true,
                "--peer" => options.peer = Some(value()?.into()),
                "--svg" => options.svg = Some(value()?.into()),
                "--growth" => options.only.extend(rows::GROWTH.iter().map(|(name, _)| (*name).to_owned())),
                "--json" => options.json = Some(value()?.into()),
                "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
                "--help" | "-h" => {
                    println!("{USAGE}");
                    return Ok(None);
                }
                other => bail!("unknown option {other}\n{USAGE}"),
            }
        }
        if let Some(unknown) = options.only.iter().find(|only| rows::ALL.iter().chain(rows::GROWTH).all(|(name, _)| name != only))
        {
            bail!("--only {unknown}: there is no such row\n{USAGE}");
        }
        options.program = options.program.canonicalize().with_context(|| {
            format!("{}: build it with `cargo build --release -p cursor-selfhost`", options.program.display())
        })?;
        Ok(Some(options))
    }

    /// The rows to measure, in their order.
    pub fn rows(&self) -> Vec<rows::Named> {
        let wanted = |(name, _): &&rows::Named| self.only.iter().any(|only| only == name);
        match self.only.is_empty() {
            true => rows::ALL.to_vec(),
            false => rows::ALL.iter().chain(rows::GROWTH).filter(wanted).copied().collect(),
        }
    }
}

fn beside_this() -> anyhow::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("cursor-selfhost"))
}
