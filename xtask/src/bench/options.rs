//! What `bench` is told.

use std::path::PathBuf;

use anyhow::{Context, bail};

use super::rows;

const USAGE: &str = "usage: cargo run --release -p xtask -- bench [OPTION …]

  --program FILE   the program to measure [default: cursor-selfhost beside this one]
  --quick          fewer repeats, smaller counts; the budgets are those of the whole
  --only NAMES     some of: delay,flood,many,launch,start,memory,chat,size,peer
                   or of those that take minutes: live,stored,readers,bounded,
                   workspace,checkpoint
  --growth         how it grows: live,stored,readers,bounded, and nothing else
  --workspaces     workspace,checkpoint, and nothing else; takes up to 3 GB of disk
  --repository MB  how large the repository of `workspace` is, up to 1000 [default: 1000, with --quick 60]
  --peer FILE      also measure a peer; bench/peer/description.rs says how it is described
  --svg FILE       also draw what grows there
  --json FILE      also write the figures there";

/// Megabytes; as the budget has it, and so large that it and all that is made of it stay below 3 GB.
const MOST_REPOSITORY: u64 = 1000;
const QUICK_REPOSITORY: u64 = 60;

pub struct Options {
    pub program: PathBuf,
    pub quick: bool,
    pub json: Option<PathBuf>,
    pub svg: Option<PathBuf>,
    pub peer: Option<PathBuf>,
    repository: Option<u64>,
    only: Vec<String>,
}

impl Options {
    /// `None` when help was all that was wanted.
    pub fn parse(arguments: Vec<String>) -> anyhow::Result<Option<Self>> {
        let mut options =
            Self { program: beside_this()?, quick: false, json: None, svg: None, peer: None, repository: None, only: Vec::new() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--program" => options.program = value()?.into(),
                "--quick" => options.quick = true,
                "--peer" => options.peer = Some(value()?.into()),
                "--svg" => options.svg = Some(value()?.into()),
                "--growth" => options.only.extend(rows::GROWTH.iter().map(|(name, _)| (*name).to_owned())),
                "--workspaces" => options.only.extend(rows::WORKSPACES.iter().map(|(name, _)| (*name).to_owned())),
                "--repository" => options.repository = Some(megabytes(&value()?)?),
                "--json" => options.json = Some(value()?.into()),
                "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
                "--help" | "-h" => {
                    println!("{USAGE}");
                    return Ok(None);
                }
                other => bail!("unknown option {other}\n{USAGE}"),
            }
        }
        if let Some(unknown) = options.only.iter().find(|only| rows::every().all(|(name, _)| name != only)) {
            bail!("--only {unknown}: there is no such row\n{USAGE}");
        }
        options.program = options.program.canonicalize().with_context(|| {
            format!("{}: build it with `cargo build --release -p cursor-selfhost`", options.program.display())
        })?;
        Ok(Some(options))
    }

    /// How large the repository of the workspaces is, in megabytes.
    pub fn repository(&self) -> u64 {
        self.repository.unwrap_or(if self.quick { QUICK_REPOSITORY } else { MOST_REPOSITORY })
    }

    /// The rows to measure, in their order.
    pub fn rows(&self) -> Vec<rows::Named> {
        let wanted = |(name, _): &&rows::Named| self.only.iter().any(|only| only == name);
        match self.only.is_empty() {
            true => rows::ALL.to_vec(),
            false => rows::every().filter(wanted).copied().collect(),
        }
    }
}

fn megabytes(text: &str) -> anyhow::Result<u64> {
    let megabytes = text.parse().ok().filter(|megabytes| (1..=MOST_REPOSITORY).contains(megabytes));
    megabytes.with_context(|| format!("--repository {text}: a number from 1 to {MOST_REPOSITORY} is wanted"))
}

fn beside_this() -> anyhow::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("cursor-selfhost"))
}

#[cfg(test)]
mod tests {
    use super::megabytes;

    #[test]
    fn a_repository_is_no_larger_than_there_is_room_for() {
        assert_eq!(megabytes("60").unwrap(), 60);
        assert!(["0", "1001", "", "many"].into_iter().all(|text| megabytes(text).is_err()));
    }
}
