//! What has to be true when all runs have ended, each looked at in its own way.

mod fold;
pub mod processes;
mod run_log;
mod sequence;
mod state;
mod steps;
mod stream;
mod written;

use std::collections::BTreeMap;

use super::world::World;

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
        if let Err(error) = steps::verify(world, &agent, &runs) {
            world.differs(None, format!("{agent}: {error:#}"));
        }
    }
}
