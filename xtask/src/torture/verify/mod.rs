//! What has to be true when all runs have ended, each looked at in its own way.

mod fold;
pub mod processes;
mod sequence;
mod state;
mod steps;
mod stream;
mod written;

use std::collections::BTreeMap;

use anyhow::bail;

use super::{requests, world::World};

pub fn all(world: &World) {
    let mut chats: BTreeMap<String, Vec<stream::Verified>> = BTreeMap::new();
    for run in world.all_runs() {
        let verified = match stream::verify(world, &run) {
            Ok(verified) => verified,
            Err(error) => {
                world.differs(Some(&run), format!("{error:#}"));
                continue;
            }
        };
        if let Err(error) = state::verify(world, &verified) {
            world.differs(Some(&run), format!("{error:#}"));
        }
        chats.entry(run.agent.clone()).or_default().push(verified);
    }
    for (agent, runs) in chats {
        if let Err(error) = steps::verify(world, &agent, &runs).and_then(|()| no_other_runs(world, &agent, &runs)) {
            world.differs(None, format!("{agent}: {error:#}"));
        }
    }
}

/// However often a prompt was sent again, it made one run; and they came in their order.
fn no_other_runs(world: &World, agent: &str, runs: &[stream::Verified]) -> anyhow::Result<()> {
    let mut stored = requests::runs_of(world, agent)?;
    stored.reverse();
    if !stored.iter().eq(runs.iter().map(|run| &run.run.id)) {
        bail!("its runs are {stored:?}");
    }
    Ok(())
}
